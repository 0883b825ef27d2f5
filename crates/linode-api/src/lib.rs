#![doc = include_str!("../README.md")]

pub mod models;

#[cfg(feature = "client")]
pub mod api;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
pub mod conditions;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod filter;
#[cfg(feature = "client")]
mod list;
#[cfg(feature = "client")]
mod operation;
#[cfg(feature = "client")]
mod refusals;
#[cfg(feature = "client")]
mod scopes;
#[cfg(feature = "client")]
mod wait;

#[cfg(feature = "in-process")]
pub use api_transport::service::InProcess;
#[cfg(feature = "client")]
pub use api_transport::{Request, Retry, Service, Stage, Token, TokenError};

#[cfg(feature = "client")]
pub use self::call::Call;
#[cfg(feature = "client")]
pub use self::client::{BuildError, Client, ClientBuilder};
#[cfg(feature = "client")]
pub use self::conditions::Condition;
#[cfg(feature = "client")]
pub use self::error::{Error, ErrorKind};
#[cfg(feature = "client")]
pub use self::filter::{Filter, Order};
#[cfg(feature = "client")]
pub use self::list::{AllPages, Identified, List};
pub use self::models::{
    EventId, FirewallId, InstanceId, LockId, NodeBalancerConfigId, NodeBalancerId, NodeBalancerNodeId,
    ParseIdError, StackScriptId,
};
#[cfg(feature = "client")]
pub use self::operation::Operation;
#[cfg(feature = "client")]
pub use self::scopes::{Access, Scopes};
#[cfg(feature = "client")]
pub use self::wait::{InstanceWait, WaitError};
