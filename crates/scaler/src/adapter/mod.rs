//! The world behind the ports: time, stores, Linode, Alertmanager. What needs a library stands behind a feature.

pub mod clock;
pub mod memory;
