//! The activities that people read: a fold of the log by operation.

use std::collections::VecDeque;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Position, StepId};
use crate::state::{Cause, Entry, Fact, Outcome, Step, Verdict};

/// An operation and what was done in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    pub cause: Cause,
    /// Why, in words.
    pub reason: String,
    /// What held it back.
    pub held: Vec<String>,
    /// Its steps, in the order in which they were intended.
    pub steps: Vec<ActivityStep>,
    /// How it ended.
    pub ended: Option<ActivityEnd>,
}

/// A step of an activity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ActivityStep {
    /// Its number.
    pub id: StepId,
    /// The step.
    pub step: Step,
    /// Why.
    pub cause: Cause,
    /// When it was intended.
    pub intended: Timestamp,
    /// When its outcome arrived.
    pub done: Option<Timestamp>,
    /// Its outcome.
    pub outcome: Option<Outcome>,
}

/// How an activity ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ActivityEnd {
    /// The desired size was in service.
    Reached {
        /// When.
        at: Timestamp,
    },
    /// A newer decision took its place.
    Superseded {
        /// When.
        at: Timestamp,
        /// Its generation.
        by: u64,
    },
    /// A person had to cure it.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
}

impl fmt::Display for ActivityEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached { .. } => f.write_str("reached"),
            Self::Superseded { by, .. } => write!(f, "superseded by generation {by}"),
            Self::Failed { why, .. } => write!(f, "failed: {why}"),
        }
    }
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
            Fact::Decided { desired, previous, reason, held, .. } => {
                if let Some(last) = self.activities.back_mut()
                    && last.ended.is_none()
                {
                    last.ended = Some(ActivityEnd::Superseded { at: draft.at, by: draft.generation });
                }
                self.activities.push_back(Activity {
                    operation: entry.position,
                    generation: draft.generation,
                    began: draft.at,
                    desired: *desired,
                    previous: *previous,
                    cause: draft.cause.clone(),
                    reason: reason.clone(),
                    held: held.clone(),
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
                        step: step.clone(),
                        cause: draft.cause.clone(),
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
            Fact::Finished { verdict } => {
                if let Some(activity) = self.of(draft.operation) {
                    activity.ended = Some(match verdict {
                        Verdict::Reached => ActivityEnd::Reached { at: draft.at },
                        Verdict::Failed(why) => ActivityEnd::Failed { at: draft.at, why: why.clone() },
                    });
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
