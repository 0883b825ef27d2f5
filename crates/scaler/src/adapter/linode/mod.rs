//! Linodes and NodeBalancers behind the ports, over `linode-api`.
//!
//! One [`LinodeGroup`] says for a group what the core does not know: what its members are made of, and where the nodes of
//! its NodeBalancer configs are. [`LinodeCompute`] and [`LinodeBalancers`] are made from all of them, and [`check`] looks
//! before the start whether the account, the token and the NodeBalancers are such that they can work.

mod balancer;
mod check;
mod compute;
mod concern;
mod failure;
mod firewall;
mod group;
mod marks;

pub use balancer::LinodeBalancers;
pub use check::check;
pub use compute::LinodeCompute;
pub use concern::{Concern, Weight};
pub use group::{Backend, BackendAddress, LinodeGroup};
pub use marks::{InvalidOwner, Marks};
