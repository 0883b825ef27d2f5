//! The daemon in process: its router over the real client against the simulated API, under a paused clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod changes;
mod linode;
mod reads;
mod serve;
mod stage;
mod store;
mod webhook;
