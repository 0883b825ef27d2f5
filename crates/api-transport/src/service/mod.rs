//! The seam between a client and the wire.

mod body;
mod error;
#[cfg(feature = "in-process")]
mod in_process;
#[cfg(feature = "reqwest")]
mod sockets;
#[cfg(feature = "reqwest")]
mod system_roots;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

pub use body::Body;
pub use error::ServiceError;
#[cfg(feature = "in-process")]
pub use in_process::InProcess;
#[cfg(feature = "reqwest")]
pub use sockets::{Sockets, SocketsBuilder, SocketsError};

/// Carries one request to a server and brings one answer back; knows neither retries nor an API.
#[async_trait]
pub trait Service: Send + Sync + fmt::Debug {
    /// One exchange, up to the head of the answer; its body may still be on its way. An answer of any status is `Ok`; an
    /// error says how far the request came.
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, ServiceError>;
}
