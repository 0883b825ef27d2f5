//! The world behind the ports: time, stores, Linode, Alertmanager. What needs a library stands behind a feature.

#[cfg(feature = "alertmanager")]
pub mod alertmanager;
#[cfg(any(feature = "alertmanager", feature = "linode"))]
mod beneath;
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "linode")]
pub mod linode;
pub mod memory;
#[cfg(feature = "sqlite")]
pub mod sqlite;
