#![doc = include_str!("../README.md")]

mod budget;
mod client;
mod failure;
mod request;
mod retry;
mod secret;
pub mod service;

pub use budget::{Budget, Limit};
pub use client::{Client, ClientBuilder, Response};
pub use failure::{BoxError, Failure, Stage};
pub use request::{Idempotency, Request};
pub use retry::{HttpRefusals, Refusals, Retry, Verdict, retry_after};
pub use secret::{Basic, Token, TokenError};
pub use service::{Service, ServiceError};
// What appears in this crate's signatures, so that callers need not name the crates.
pub use bytes::Bytes;
pub use http;
pub use url::Url;
