//! What is to be done about an observation: one pure function of group, observation, signals, state and time.

mod decide;
mod notice;
mod observation;
mod plan;
mod report;
pub(crate) mod timing;
mod turn;

pub use decide::Decision;
pub use observation::{AccountRefusal, Observation};
pub use plan::Plan;
pub use report::TurnReport;
pub use turn::{Turn, Wait, reconcile};
