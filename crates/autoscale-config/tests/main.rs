//! The configuration as programs and people meet it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod checks;
mod convert;
mod example;
mod golden;
#[cfg(feature = "linode")]
mod linode;
mod parts;
mod secrets;
mod support;
mod syntax;
