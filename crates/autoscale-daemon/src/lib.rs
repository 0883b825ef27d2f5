#![doc = include_str!("../README.md")]

pub mod api;
mod assemble;
mod calls;
pub mod client;
mod credential;
mod daemon;
mod error;
mod events;
mod http;
pub mod local;
mod metrics;
mod preflight;
mod scrape;
mod sentinel;
mod state;

pub use self::{
    assemble::{AssembleError, Assembly},
    calls::{ApiCalls, Counted},
    credential::{Credential, InvalidCredential},
    daemon::{Builder, Daemon},
    error::ServeError,
    scrape::Addresses,
};
