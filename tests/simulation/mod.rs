//! The real loop with the real client against the simulated cloud, all in one process under tokio's paused clock.
//!
//! Every call of a port is a point at which a process can be killed or overtaken; whatever lands is judged by the
//! invariants I1–I10, by name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations
)]

mod broken;
mod call;
mod clock;
mod cloud_truth;
mod crash_points;
mod histories;
mod invariants;
mod kill_switch;
mod lasting_store;
mod load;
mod mistakes;
mod ration;
mod rest;
mod scenes;
mod sqlite;
mod wire;
mod world;

use std::future::Future;

/// Tells a figure also where tests pass: what the test runner captures nobody would read.
fn figure(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs `story` on a runtime of its own, whose clock is turned by waiting.
fn simulate<T>(story: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(story)
}

/// Replays the history of `SCALER_SEED`.
#[test]
fn replay() {
    histories::replay();
}
