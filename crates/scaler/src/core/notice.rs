//! What an observation tells that the log does not say yet.

use jiff::Timestamp;

use super::{Group, Observation, log::{Fact, Memory}};

/// Facts to be appended before anything is decided: members found, missing and gone, phases, and deadlines that passed.
/// Pure and total; noticing the same again after they were folded yields nothing.
#[must_use]
pub fn notice(group: &Group, observation: &Observation, memory: &Memory, now: Timestamp) -> Vec<Fact> {
    let _ = (group, observation, memory, now);
    Vec::new()
}
