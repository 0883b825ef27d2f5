//! The activities that people read: a fold of the log by operation.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Position, StepId};
use crate::state::{Cause, Entry, Fact, Hold, Outcome, SizeReason, Step, StepOutcome};
use crate::view::Shown;

/// An operation and what was done in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Activity {
    /// The decision that opened it.
    pub operation: Position,
    /// Its generation.
    pub generation: u64,
    /// When it began.
    pub began: Timestamp,
    /// The desired size from then on.
    pub desired: u32,
    /// The size before.
    pub previous: Option<u32>,
    /// Why.
    pub cause: Shown<Cause>,
    /// Why it is this size.
    pub reason: Option<SizeReason>,
    /// What held it back.
    pub holds: Vec<Hold>,
    /// Its steps, in the order in which they were intended.
    pub steps: Vec<ActivityStep>,
    /// How it ended.
    pub ended: Option<Finished>,
}

/// A step of an activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivityStep {
    /// Its number.
    pub id: StepId,
    /// The step.
    pub step: Shown<Step>,
    /// The step, for people.
    pub text: String,
    /// Why.
    pub cause: Shown<Cause>,
    /// When it was intended.
    pub intended: Timestamp,
    /// When its outcome arrived.
    pub done: Option<Timestamp>,
    /// Its outcome.
    pub outcome: Option<StepOutcome>,
}

/// How an activity ended, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finished {
    /// When.
    pub at: Timestamp,
    /// How.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Gathers the last `limit` activities of a log, entry by entry.
#[derive(Debug)]
pub(crate) struct HistoryBuilder {
    limit: usize,
    activities: VecDeque<Activity>,
}

impl HistoryBuilder {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, activities: VecDeque::new() }
    }

    /// Takes the next entry in.
    pub(crate) fn take(&mut self, entry: &Entry) {
        let draft = &entry.draft;
        match &draft.fact {
            Fact::Decided { desired, previous, reason, holds, .. } => {
                if let Some(last) = self.activities.back_mut()
                    && last.ended.is_none()
                {
                    last.ended = Some(Finished {
                        at: draft.at,
                        outcome: Outcome::Superseded { by: draft.generation },
                    });
                }
                self.activities.push_back(Activity {
                    operation: entry.position,
                    generation: draft.generation,
                    began: draft.at,
                    desired: *desired,
                    previous: *previous,
                    cause: draft.cause.clone().into(),
                    reason: reason.clone(),
                    holds: holds.clone(),
                    steps: Vec::new(),
                    ended: None,
                });
                if self.activities.len() > self.limit {
                    self.activities.pop_front();
                }
            }
            Fact::Intended { step } => {
                if let (Some(activity), Some(id)) = (self.of(draft.operation), draft.step) {
                    activity.steps.push(ActivityStep {
                        id,
                        step: step.clone().into(),
                        text: step.to_string(),
                        cause: draft.cause.clone().into(),
                        intended: draft.at,
                        done: None,
                        outcome: None,
                    });
                }
            }
            Fact::Done { outcome } => {
                let step = self
                    .activities
                    .iter_mut()
                    .rev()
                    .flat_map(|activity| activity.steps.iter_mut())
                    .find(|step| Some(step.id) == draft.step);
                if let Some(step) = step {
                    step.done = Some(draft.at);
                    step.outcome = Some(outcome.clone());
                }
            }
            Fact::Finished { outcome } => {
                if let Some(activity) = self.of(draft.operation) {
                    activity.ended = Some(Finished { at: draft.at, outcome: outcome.clone() });
                }
            }
            _ => {}
        }
    }

    /// The activities, the latest first.
    pub(crate) fn latest_first(self) -> Vec<Activity> {
        self.activities.into_iter().rev().collect()
    }

    fn of(&mut self, operation: Position) -> Option<&mut Activity> {
        self.activities.iter_mut().rev().find(|activity| activity.operation == operation)
    }
}
