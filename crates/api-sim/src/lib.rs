#![doc = include_str!("../README.md")]

mod agenda;
mod clock;
mod fault;
#[cfg(feature = "cli")]
pub mod program;
mod seed;
mod service;
mod simulation;

pub use agenda::Agenda;
pub use clock::{SimulatedClock, between, later, wall_clock};
pub use fault::{
    ActiveFault, Effect, Fault, FaultId, Faults, ParseFaultError, PathPattern, RequestFault, Target, glob,
    time,
};
pub use seed::SeedError;
pub use service::{ConnectionLost, Simulated, SimulatorService, router};
pub use simulation::{Simulation, World};
