//! The adapters, each against what stands behind it.

#[cfg(feature = "alertmanager")]
mod alertmanager;
#[cfg(any(feature = "alertmanager", feature = "linode"))]
mod canned;
mod clock;
#[cfg(feature = "linode")]
mod linode;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
