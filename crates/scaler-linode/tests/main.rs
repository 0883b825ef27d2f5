//! The ports over a simulated Linode API.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    clippy::print_stdout
)]

mod canned;
mod linode;
