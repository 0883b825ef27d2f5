//! The world behind the ports: time, stores, Linode, Alertmanager. What needs a library stands behind a feature.

pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod memory;
#[cfg(feature = "sqlite")]
pub mod sqlite;
