//! The API's families: each a handle that makes [`Call`](crate::Call)s and [`List`](crate::List)s.

mod instances;
mod nodebalancers;

pub use instances::Instances;
pub use nodebalancers::{Configs, Nodes, NodeBalancers, OneConfig, OneNodeBalancer};
