//! The pure core against a modelled world.

mod edges;
mod explore;
mod failures;
mod golden;
mod histories;
mod story;
pub mod world;
