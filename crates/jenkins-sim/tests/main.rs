//! The simulator through its API, in process under tokio's paused clock, and with real commands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unreachable_pub, missing_docs)]

mod api;
