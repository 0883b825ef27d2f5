//! What would be done.

use std::fmt;

use jiff::Timestamp;
use scaler_core::model::Signal;
use scaler_core::runtime::DryRun;
use scaler_core::state::{Cause, Step};
use serde::{Deserialize, Serialize};

use super::Waiting;

/// `GET /api/v1/groups/{group}/plan`, and the answer to a [`SetDesired`](super::SetDesired) that is only tried: what a
/// turn would decide and begin now. Its Display is what a person would read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The group.
    pub group: String,
    /// The whole of it, as a person would read it.
    pub text: String,
    /// The desired size that would be decided.
    pub desired: Option<u32>,
    /// The desired size now.
    pub previous: Option<u32>,
    /// What the policies say together.
    pub signal: Signal,
    /// Why.
    pub cause: Cause,
    /// Why, in words.
    pub reason: String,
    /// What is held back, in words.
    pub held: Vec<String>,
    /// Steps that would begin now.
    pub steps: Vec<PlannedStep>,
    /// What would be waited for.
    pub waiting: Vec<Waiting>,
    /// When the cloud was looked at.
    pub observed: Timestamp,
    /// Why what the cloud shows is discarded, if it is.
    pub blind: Option<String>,
}

/// A step that would begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedStep {
    /// The step.
    pub step: Step,
    /// The step, in words.
    pub text: String,
    /// Why.
    pub cause: Cause,
}

impl Plan {
    pub(crate) fn of(group: &str, dry_run: &DryRun) -> Self {
        let (decision, plan) = (&dry_run.decision, &dry_run.plan);
        Self {
            group: group.to_owned(),
            text: dry_run.to_string(),
            desired: decision.desired,
            previous: decision.previous,
            signal: decision.signal,
            cause: decision.cause.clone(),
            reason: decision.reason.clone(),
            held: decision.held.iter().chain(&plan.held).cloned().collect(),
            steps: plan
                .steps
                .iter()
                .map(|(step, cause)| PlannedStep {
                    step: step.clone(),
                    text: step.to_string(),
                    cause: cause.clone(),
                })
                .collect(),
            waiting: scaler_core::view::Waiting::of(plan).into_iter().map(Into::into).collect(),
            observed: dry_run.observation.at,
            blind: dry_run.observation.discarded.clone(),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
