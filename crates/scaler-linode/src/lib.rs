#![doc = include_str!("../README.md")]

mod assemble;
mod balancer;
mod compute;
mod failure;
mod group;
mod id;
mod owner_tags;
mod preflight;
mod template;

pub use linode_api;

pub use assemble::{builder, scaler};
pub use balancer::LinodeBalancers;
pub use compute::LinodeCompute;
pub use group::{Backend, BackendAddress, LinodeGroup};
pub use owner_tags::{InvalidOwner, OwnerTags};
pub use preflight::{Concern, Weight, check};
