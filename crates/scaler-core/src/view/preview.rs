//! What a turn would do.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{GroupName, Signal};
use crate::reconcile::{Observation, Turn, Wait};
use crate::state::{Cause, Fact, Hold, SizeReason, Step};
use crate::view::Shown;

/// What a turn would notice, decide and begin now. Its Display is what a person would read before it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Preview {
    /// The group.
    pub group: String,
    /// When the cloud was looked at.
    pub observed: Timestamp,
    /// The desired size that it would decide.
    pub desired: Option<u32>,
    /// The desired size now.
    pub previous: Option<u32>,
    /// What the policies say together.
    pub signal: Signal,
    /// Why, as it would be written to the log.
    pub cause: Shown<Cause>,
    /// Why it would be this size.
    pub reason: Option<SizeReason>,
    /// What it would begin, in order.
    pub steps: Vec<PlannedStep>,
    /// Why nothing else is done.
    pub holds: Vec<Hold>,
    /// What is being waited for.
    pub waits: Vec<Wait>,
    /// What it would notice.
    pub facts: Vec<Fact>,
    /// The same for people, a line each.
    pub text: String,
}

/// A step that would be begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedStep {
    /// The step.
    pub step: Shown<Step>,
    /// Why.
    pub cause: Shown<Cause>,
    /// The same for people.
    pub text: String,
}

impl Preview {
    /// What `turn` would do.
    #[must_use]
    pub fn of(group: &GroupName, turn: &Turn, observation: &Observation) -> Self {
        let Turn { decision, plan, .. } = turn;
        let planned = |(step, cause): &(Step, Cause)| {
            let (step, cause, text) = (step.clone().into(), cause.clone().into(), step.to_string());
            PlannedStep { step, cause, text }
        };
        Self {
            group: group.to_string(),
            observed: observation.at,
            desired: decision.desired,
            previous: decision.previous,
            signal: decision.signal,
            cause: decision.cause.clone().into(),
            reason: decision.reason.clone(),
            steps: plan.steps.iter().map(planned).collect(),
            holds: turn.holds.clone(),
            waits: turn.waits.clone(),
            facts: turn.facts.iter().map(|(fact, _)| fact.clone()).collect(),
            text: turn.to_string(),
        }
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
