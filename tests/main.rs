//! One binary for every integration test.

mod architecture;
mod e2e;
mod rig;
mod robustness;
mod simulation;
