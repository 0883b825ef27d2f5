//! What would be done, from a daemon or from this process.

use std::fmt;

use autoscale_daemon::api::Waiting;
use jiff::Timestamp;
use scaler_core::model::Signal;
use scaler_core::runtime::DryRun;
use scaler_core::state::{Cause, Step};
use serde::Serialize;

/// What would be decided and begun. Its JSON is that of the daemon's `GET /api/v1/groups/{group}/plan`.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    pub(crate) group: String,
    /// The whole of it, as a person would read it.
    pub(crate) text: String,
    pub(crate) desired: Option<u32>,
    pub(crate) previous: Option<u32>,
    pub(crate) signal: Signal,
    pub(crate) cause: Cause,
    pub(crate) reason: String,
    pub(crate) held: Vec<String>,
    pub(crate) steps: Vec<Planned>,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) observed: Timestamp,
    pub(crate) blind: Option<String>,
}

/// A step that would begin.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    pub(crate) step: Step,
    pub(crate) text: String,
    pub(crate) cause: Cause,
}

impl Plan {
    pub(crate) fn of(group: &str, dry_run: DryRun) -> Self {
        let (text, decision, plan) = (dry_run.to_string(), dry_run.decision, dry_run.plan);
        let waiting = scaler_core::view::Waiting::of(&plan).into_iter().map(Into::into).collect();
        Self {
            group: group.to_owned(),
            text,
            desired: decision.desired,
            previous: decision.previous,
            signal: decision.signal,
            cause: decision.cause,
            reason: decision.reason,
            held: decision.held.into_iter().chain(plan.held).collect(),
            steps: plan
                .steps
                .into_iter()
                .map(|(step, cause)| Planned { text: step.to_string(), step, cause })
                .collect(),
            waiting,
            observed: dry_run.observation.at,
            blind: dry_run.observation.discarded,
        }
    }
}

impl From<autoscale_daemon::api::Plan> for Plan {
    fn from(plan: autoscale_daemon::api::Plan) -> Self {
        Self {
            group: plan.group,
            text: plan.text,
            desired: plan.desired,
            previous: plan.previous,
            signal: plan.signal,
            cause: plan.cause,
            reason: plan.reason,
            held: plan.held,
            steps: plan
                .steps
                .into_iter()
                .map(|planned| Planned { step: planned.step, text: planned.text, cause: planned.cause })
                .collect(),
            waiting: plan.waiting,
            observed: plan.observed,
            blind: plan.blind,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.group, self.text)
    }
}
