//! The tests of the scaler against its own ports and adapters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    clippy::print_stdout
)]

mod adapter;
mod core;
mod workflow;
