//! The pure core against a modelled world.

mod histories;
mod story;
pub mod world;
