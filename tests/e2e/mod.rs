//! End to end with the real Prometheus and Alertmanager. The tests are ignored unless asked for, because they need
//! Debian's packages and real time: `.ci/e2e` installs the one and runs them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod crash;
mod readme;
mod scene;
mod spike;
mod stack;
