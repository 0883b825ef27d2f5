//! The embedded store against the suite of every store, and as a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    clippy::print_stdout
)]

mod sqlite;
