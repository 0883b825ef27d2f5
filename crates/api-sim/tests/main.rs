//! What simulators are made of, each part by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod faults;
mod program;
mod service;
mod time;
