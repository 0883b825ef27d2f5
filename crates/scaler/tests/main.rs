//! The tests of the scaler against its own ports and adapters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations
)]

mod adapter;
mod core;
mod workflow;
