#![doc = include_str!("../README.md")]

pub use scaler_core::clock;
pub use scaler_core::{in_memory, model, ports, reconcile, runtime, state, view};

#[cfg(feature = "alertmanager")]
pub use scaler_alertmanager as alertmanager;
#[cfg(feature = "linode")]
pub use scaler_linode as linode;
#[cfg(feature = "sqlite")]
pub use scaler_sqlite as sqlite;
