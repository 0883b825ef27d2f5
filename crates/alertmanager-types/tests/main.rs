//! The models against recorded bodies, against fixtures of the project's own, and against their laws.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod api;
mod client;
mod json;
mod matcher;
mod message;
mod recorded;
mod values;
