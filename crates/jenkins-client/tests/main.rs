//! The client against servers that answer as Jenkins does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
