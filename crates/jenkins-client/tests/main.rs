//! The client against servers that answer as Jenkins does: the simulated Jenkins under a paused clock, and scripted answers
//! over sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod flat;
mod hostile;
mod models;
mod sim;
mod table;
mod wire;
