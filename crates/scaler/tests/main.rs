//! The tests of the scaler against its own ports and adapters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adapter;
