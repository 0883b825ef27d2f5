//! The API's families: each a handle that makes [`Call`](crate::Call)s and [`List`](crate::List)s.
//!
//! Handles come from methods of [`Client`](crate::Client): a collection from the plural, such as
//! [`Client::instances`](crate::Client::instances), one thing from the singular with its id, such as
//! [`Client::instance`](crate::Client::instance). They are cheap to make and to clone, and send nothing.

mod account;
mod events;
mod firewalls;
mod images;
mod instance_types;
mod instances;
mod ips;
mod kernels;
mod locks;
mod nodebalancers;
mod profile;
mod regions;
mod stackscripts;
mod tags;
mod target;

pub use self::account::AccountHandle;
pub use self::events::{EventHandle, Events};
pub use self::firewalls::{FirewallHandle, Firewalls};
pub use self::images::{ImageHandle, Images};
pub use self::instance_types::{InstanceTypeHandle, InstanceTypes};
pub use self::instances::{InstanceHandle, Instances};
pub use self::ips::{IpHandle, Ips};
pub use self::kernels::Kernels;
pub use self::locks::{LockHandle, Locks};
pub use self::nodebalancers::{ConfigHandle, Configs, NodeBalancerHandle, NodeBalancers, NodeHandle, Nodes};
pub use self::profile::ProfileHandle;
pub use self::regions::{RegionHandle, Regions};
pub use self::stackscripts::{StackScriptHandle, StackScripts};
pub use self::tags::{TagHandle, TaggedObjectId, Tags};
