//! One binary for every integration test.

mod architecture;
mod e2e;
mod simulation;
