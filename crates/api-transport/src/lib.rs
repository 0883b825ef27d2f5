#![doc = include_str!("../README.md")]

mod budget;
mod call;
mod client;
mod failure;
mod loopback;
mod multipart;
mod outcome;
mod request;
mod response;
mod retry;
mod secret;
pub mod service;

pub use budget::{Budget, Limit};
pub use call::Call;
pub use client::{Client, ClientBuilder};
pub use failure::RequestFailure;
pub use loopback::is_loopback;
pub use multipart::Multipart;
pub use outcome::{BoxError, Idempotency, Stage, Verdict};
pub use request::Request;
pub use response::{Response, StreamedResponse};
pub use retry::{HttpRefusals, Refusals, Retry, retry_after};
pub use secret::{Basic, Token, TokenError};
pub use service::{Body, Service, ServiceError};
// What appears in this crate's signatures, so that callers need not name the crates.
pub use bytes::Bytes;
pub use http;
pub use url::Url;
