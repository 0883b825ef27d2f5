#![doc = include_str!("../README.md")]

pub mod models;

#[cfg(feature = "client")]
pub mod api;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod filter;
#[cfg(feature = "client")]
mod list;
#[cfg(feature = "client")]
mod refusals;
#[cfg(feature = "client")]
mod scopes;
#[cfg(feature = "client")]
mod wait;

#[cfg(feature = "client")]
pub use self::{
    call::Call,
    client::{BuildError, Linode, LinodeBuilder},
    error::{Error, ErrorKind},
    filter::{Filter, Order},
    list::{Identified, List, Listing},
    scopes::{Access, Scopes},
    wait::{Wait, WaitError},
};
/// The HTTP path below the client: services, retries, tokens.
#[cfg(feature = "client")]
pub use api_transport;
#[cfg(feature = "client")]
pub use api_transport::{Stage, Token};
pub use models::*;
