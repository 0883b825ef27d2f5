//! What to do, and doing it safely: scale instances behind a NodeBalancer.
//!
//! Four floors, each importing only those below it: [`core`] decides and plans and is pure; [`port`] names what the
//! loop needs of the world; [`workflow`] turns the loop; [`adapter`] connects it to real services.

pub mod adapter;
pub mod core;
pub mod port;
pub mod workflow;
