//! What a turn came to.

use crate::model::Signals;
use crate::reconcile::{Observation, Turn};

/// A turn that was carried out, with what it was made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TurnReport {
    /// The turn. Steps for which no permit could be drawn are not in its plan.
    pub turn: Turn,
    /// What was seen.
    pub observation: Observation,
    /// What the policies said.
    pub signals: Signals,
}
