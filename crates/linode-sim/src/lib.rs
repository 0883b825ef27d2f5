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

pub use api_sim::{
    ConnectionLost, FaultId, Faults, ParseFaultError, PathPattern, RequestFault, SeedError, SimulatorService,
};
pub use faults::{ActiveFault, Effect, Fault, Target};
pub use seed::{Seed, SeedBalancer, SeedConfig, SeedInstance, SeedNode, SeededBalancer};
pub use settings::Settings;
pub use simulator::{Simulator, SimulatorBuilder};
pub use snapshot::{
    BalancerView, Bill, BillLine, ConfigView, Guest, InstanceView, NodeMode, NodeStatus, NodeView, Snapshot,
};
pub use timings::{Delay, RateLimit, RateLimits, Timings};
