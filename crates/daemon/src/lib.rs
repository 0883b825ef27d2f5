//! The long-running service: HTTP surface, metrics, actors.

pub mod api;
pub mod client;
