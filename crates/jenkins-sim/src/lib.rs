#![doc = include_str!("../README.md")]

mod archive;
mod config;
mod export;
mod faults;
mod http;
mod machine;
mod permission;
mod refusal;
mod script;
mod seed;
mod settings;
mod shell;
mod simulator;
mod snapshot;
mod world;

pub use api_sim::{
    ConnectionLost, FaultId, Faults, ParseFaultError, PathPattern, RequestFault, SeedError, SimulatorService,
};
pub use faults::{ActiveFault, Effect, Fault, Target};
pub use permission::Permission;
pub use seed::{Seed, SeedCredential, SeedJob, SeedNode, SeedParameter, SeedUser};
pub use settings::{Shell, Timings};
pub use simulator::{Simulator, SimulatorBuilder};
pub use snapshot::{BuildView, JobView, QueueItemView, Snapshot};
