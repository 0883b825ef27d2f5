//! What was just done and does not show yet: lists lag writes, and a step that did not work is not sent again at once.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::after;
use crate::reconcile::Plan;
use crate::state::{Outcome, Step};

/// The cloud is given so long to show what was done.
const SHOWS: Duration = Duration::from_secs(5);
/// The first pause of a step that did not work; each further one is twice as long.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest.
const LONGEST: Duration = Duration::from_secs(30);

/// Steps that ended a moment ago.
#[derive(Debug, Default)]
pub(super) struct RecentSteps {
    steps: Vec<RecentStep>,
}

#[derive(Debug)]
struct RecentStep {
    step: Step,
    until: Timestamp,
    failures: u32,
}

impl RecentSteps {
    /// A step ended. Launches have a back-off of their own, in the log.
    pub(super) fn record(&mut self, step: &Step, outcome: &Outcome, now: Timestamp) {
        if matches!(step, Step::Create { .. }) {
            return;
        }
        let before =
            self.steps.iter().find(|recent| recent.step == *step).map_or(0, |recent| recent.failures);
        // What replaced it at the same place, and what is long over.
        self.steps.retain(|recent| !same_place(&recent.step, step) && after(recent.until, LONGEST) > now);
        let (pause, failures) = match outcome {
            Outcome::Refused { .. } | Outcome::Unanswered { .. } => {
                (AGAIN.saturating_mul(1 << before.min(4)).min(LONGEST), before.saturating_add(1))
            }
            _ => (SHOWS, 0),
        };
        self.steps.push(RecentStep { step: step.clone(), until: after(now, pause), failures });
    }

    /// Takes off the plan what has only just been done.
    pub(super) fn suppress(&self, plan: &mut Plan, now: Timestamp) {
        let is_recent =
            |step: &Step| self.steps.iter().any(|recent| recent.step == *step && recent.until > now);
        let Plan { steps, permits, .. } = plan;
        let quiet: Vec<_> =
            steps.iter().filter(|(step, _)| is_recent(step)).filter_map(|(step, _)| step.slot()).collect();
        steps.retain(|(step, _)| !is_recent(step));
        permits
            .retain(|slot| !quiet.contains(slot) || steps.iter().any(|(step, _)| step.slot() == Some(*slot)));
    }
}

fn same_place(one: &Step, other: &Step) -> bool {
    match (one, other) {
        (Step::SetMode { slot: a, config: c, .. }, Step::SetMode { slot: b, config: d, .. }) => {
            a == b && c == d
        }
        _ => one == other,
    }
}
