//! The path as a whole: over sockets against wiremock, and in the process under a paused clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod in_process;
mod secrets;
mod sockets;
mod streams;
