//! One binary for every integration test.
#![allow(
    clippy::future_not_send,
    clippy::type_complexity,
    reason = "a simulated world lives on one thread, and its ports are wrapped at will"
)]

mod architecture;
mod e2e;
mod rig;
mod robustness;
mod simulation;
