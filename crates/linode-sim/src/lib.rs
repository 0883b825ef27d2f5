#![doc = include_str!("../README.md")]

mod body;
mod catalog;
mod faults;
mod http;
mod limits;
pub mod live;
mod refusal;
mod seed;
mod settings;
mod simulator;
mod snapshot;
mod stamp;
mod timings;
mod world;

pub use api_sim::{ConnectionLost, FaultId, Faults, ParseFaultError, PathPattern, RequestFault, SeedError};
pub use faults::{ActiveFault, Effect, Fault, Target};
pub use http::InProcess;
pub use seed::{Seed, SeedBalancer, SeedConfig, SeedInstance, SeedNode, SeededBalancer};
pub use settings::Settings;
pub use simulator::{Builder, Simulator};
pub use snapshot::{
    Backend, BalancerView, Bill, BillLine, ConfigView, Guest, InstanceView, Mode, NodeStatus, Snapshot,
};
pub use timings::{Delay, RateLimit, RateLimits, Timings};
