//! Linodes and NodeBalancers behind the ports, over `linode-api`.
//!
//! One [`LinodeGroup`] says for a group what the core does not know: what its members are made of, and where the nodes of
//! its NodeBalancer configs are. [`LinodeCompute`] and [`LinodeBalancers`] are made from all of them, and [`check`] looks
//! before the start whether the account, the token and the NodeBalancers are such that they can work.

mod balancer;
mod compute;
mod failure;
mod group;
mod owner_tags;
mod preflight;

pub use balancer::LinodeBalancers;
pub use compute::LinodeCompute;
pub use group::{Backend, BackendAddress, LinodeGroup};
pub use owner_tags::{InvalidOwner, OwnerTags};
pub use preflight::{Concern, Weight, check};
