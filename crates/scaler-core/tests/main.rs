//! The tests of the engine against its own ports.

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
mod runtime;
