//! What was done.

use jiff::Timestamp;
use scaler_core::model::{Position, StepId};
use scaler_core::state::{Cause, Outcome};
use scaler_core::view::ActivityEnd;
use serde::{Deserialize, Serialize};

use super::Ending;

/// `GET /api/v1/groups/{group}/history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct History {
    /// The group.
    pub group: String,
    /// Its activities, the latest first.
    pub activities: Vec<Activity>,
}

/// An operation and what was done in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub steps: Vec<Step>,
    /// How it ended; none while it is under way.
    pub ended: Option<Ended>,
}

/// How an activity ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How.
    #[serde(flatten)]
    pub ending: Ending,
}

/// A step of an activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// The step.
    pub step: scaler_core::state::Step,
    /// The step, in words.
    pub text: String,
    /// Why.
    pub cause: Cause,
    /// When it was intended.
    pub intended: Timestamp,
    /// When its outcome arrived.
    pub done: Option<Timestamp>,
    /// Its outcome.
    pub outcome: Option<Outcome>,
}

impl From<scaler_core::view::Activity> for Activity {
    fn from(activity: scaler_core::view::Activity) -> Self {
        Self {
            operation: activity.operation,
            generation: activity.generation,
            began: activity.began,
            desired: activity.desired,
            previous: activity.previous,
            cause: activity.cause,
            reason: activity.reason,
            held: activity.held,
            steps: activity
                .steps
                .into_iter()
                .map(|step| Step {
                    id: step.id,
                    text: step.step.to_string(),
                    step: step.step,
                    cause: step.cause,
                    intended: step.intended,
                    done: step.done,
                    outcome: step.outcome,
                })
                .collect(),
            ended: activity.ended.map(Into::into),
        }
    }
}

impl From<ActivityEnd> for Ended {
    fn from(end: ActivityEnd) -> Self {
        match end {
            ActivityEnd::Reached { at } => Self { at, ending: Ending::Reached },
            ActivityEnd::Superseded { at, by } => Self { at, ending: Ending::Superseded { by } },
            ActivityEnd::Failed { at, why } => Self { at, ending: Ending::Failed { why } },
        }
    }
}
