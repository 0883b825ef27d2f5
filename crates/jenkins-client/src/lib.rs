#![doc = include_str!("../README.md")]

pub mod models;

#[cfg(feature = "client")]
mod address;
#[cfg(feature = "client")]
pub mod api;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
pub mod follow;
#[cfg(feature = "client")]
mod log;
#[cfg(feature = "client")]
mod outage;
#[cfg(feature = "client")]
mod refusals;

#[cfg(feature = "in-process")]
pub use api_transport::service::InProcess;
#[cfg(feature = "client")]
pub use api_transport::{Request, Retry, Service, Stage};

#[cfg(feature = "client")]
pub use self::call::Call;
#[cfg(feature = "client")]
pub use self::client::{BuildError, Client, ClientBuilder};
#[cfg(feature = "client")]
pub use self::error::{Error, ErrorKind};
#[cfg(feature = "client")]
pub use self::follow::{Follow, FollowError, Progress};
#[cfg(feature = "client")]
pub use self::log::Lines;
pub use self::models::{BuildNumber, BuildResult, JobName, JobNameError, ParameterValue, QueueId};
