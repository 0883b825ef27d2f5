#![doc = include_str!("../README.md")]

mod convert;
mod environment;
mod example;
#[cfg(feature = "linode")]
mod linode;
mod model;
mod nearest;
mod owner;
mod problem;
mod read;
mod secret;
mod yaml;

pub use environment::Environment;
pub use example::{WEBHOOK_KEY, example, example_for};
#[cfg(feature = "linode")]
pub use linode::LinodeClientError;
pub use model::{
    AlertmanagerAccess, BalancerSettings, Config, DaemonSettings, Datum, GroupSettings, InstanceTemplate,
    Interfaces, LinodeAccess, StackScriptSettings, StoreAt, Text,
};
pub use owner::{Owner, ParseOwnerError};
pub use problem::{Place, Problem, Problems, Severity};
pub use secret::{MissingSecret, Secret, SecretSource};
