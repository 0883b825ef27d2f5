//! What the loop needs of the world. No cloud's types here: a program can bring its own.

mod alert_source;
mod balancer;
mod clock;
mod compute;
mod failure;
mod shared;
mod store;

pub use alert_source::AlertSource;
pub use balancer::{Balancer, NewNode, NodeCounts};
pub use clock::Clock;
pub use compute::{Compute, Listing, Marked, NewInstance};
pub use failure::{Failure, FailureKind, chain};
pub use store::{LogName, Store, StoreError};
