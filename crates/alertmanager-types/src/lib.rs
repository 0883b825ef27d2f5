#![doc = include_str!("../README.md")]

#[macro_use]
mod open;

pub mod api;
#[cfg(feature = "client")]
pub mod client;
mod fingerprint;
mod labels;
mod matcher;
mod null;
mod quote;
mod severity;
pub mod timestamp;
pub mod webhook;

#[cfg(feature = "client")]
pub use client::{Client, Error, ErrorKind};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use labels::{Annotations, Iter, Labels};
pub use matcher::{MatchOp, Matcher, MatcherError, MatcherErrorKind, Matchers};
pub use severity::Severity;
