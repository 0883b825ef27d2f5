#![cfg_attr(feature = "linode", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "linode"),
    doc = "Scale instances behind a NodeBalancer. The page of this crate needs the feature `linode`; without it, bring your own cloud to [`Scaler::builder`]."
)]

#[cfg(feature = "alertmanager")]
pub use scaler_alertmanager as alertmanager;
#[cfg(feature = "linode")]
pub use scaler_linode as linode;
#[cfg(feature = "linode")]
pub use scaler_linode::linode_api::Client;
#[cfg(feature = "linode")]
pub use scaler_linode::{LinodeGroup, builder as linode_builder, scaler as linode};
#[cfg(feature = "sqlite")]
pub use scaler_sqlite as sqlite;

pub use scaler_core::model::Group;
pub use scaler_core::runtime::{Error, GroupHandle, Outcome, Run, ScaleRequest, Scaler};
pub use scaler_core::view::{Event, Status};
pub use scaler_core::{clock, in_memory, model, ports, reconcile, runtime, state, view};

/// The Rust of the workspace's README compiles.
#[cfg(all(doctest, feature = "linode"))]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
