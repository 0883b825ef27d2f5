//! The pure core against a modelled world.

mod story;
pub mod world;
