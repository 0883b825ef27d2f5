#![doc = include_str!("../README.md")]

mod alerts;
mod happening;
mod load;
mod options;
mod pace;
mod report;
mod sandbox;
mod show;
mod stage;
mod story;
mod web;

use std::error::Error;

pub use options::{Options, Story};
pub use report::Report;
pub use sandbox::Sandbox;
pub use stage::Places;

/// Why the sandbox could not do its work.
type Failure = Box<dyn Error + Send + Sync>;

/// The file in the sandbox's folder that everything is to log to.
pub const LOG: &str = "sandbox.log";
