//! The API's families: each a handle that makes [`Call`](crate::Call)s and [`List`](crate::List)s.
//!
//! The handles come from methods of [`Linode`](crate::Linode), such as [`Linode::instances`](crate::Linode::instances).

mod account;
mod catalog;
mod instances;
mod locks;
mod networking;
mod nodebalancers;
mod tags;

pub use account::{AccountFamily, Events, ProfileFamily};
pub use catalog::{Images, Kernels, Regions, StackScripts, Types};
pub use instances::Instances;
pub use locks::Locks;
pub use networking::{Firewalls, Ips};
pub use nodebalancers::{Configs, NodeBalancers, Nodes, OneConfig, OneNodeBalancer};
pub use tags::Tags;
