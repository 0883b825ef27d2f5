//! What the daemon and its callers say to each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod request;
mod span;
