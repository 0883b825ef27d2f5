//! What is to be done about an observation: pure functions of group, observation, signals, state and time.

mod decide;
mod notice;
mod plan;
mod plausibility;
mod signals;

pub use decide::{Decision, decide};
pub use notice::notice;
pub use plan::{Plan, Wait, plan};
