//! The alert source against recorded answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    clippy::print_stdout
)]

mod alertmanager;
