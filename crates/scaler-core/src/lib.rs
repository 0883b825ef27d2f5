#![doc = include_str!("../README.md")]

pub mod clock;
#[cfg(test)]
mod every_variant;
pub mod in_memory;
pub mod model;
pub mod ports;
pub mod reconcile;
pub mod runtime;
pub mod state;
pub mod view;
