//! What was just done and does not show yet: lists lag writes, and a step that did not work is not sent again at once.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::after;
use crate::state::{Draft, Fact, Step, StepOutcome};

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
    /// A step ended, as `entry` says. Launches have a back-off of their own, in the log.
    pub(super) fn record(&mut self, step: &Step, entry: &Draft) {
        let Fact::Done { outcome } = &entry.fact else { return };
        if matches!(step, Step::Create { .. }) {
            return;
        }
        let now = entry.at;
        let before =
            self.steps.iter().find(|recent| recent.step == *step).map_or(0, |recent| recent.failures);
        // What replaced it at the same place, and what is long over.
        self.steps.retain(|recent| !same_place(&recent.step, step) && after(recent.until, LONGEST) > now);
        let (pause, failures) = match outcome {
            StepOutcome::Refused { .. } | StepOutcome::Unanswered { .. } => {
                (AGAIN.saturating_mul(1 << before.min(4)).min(LONGEST), before.saturating_add(1))
            }
            _ => (SHOWS, 0),
        };
        let told = match outcome {
            StepOutcome::Refused { retry_at, .. } => *retry_at,
            _ => None,
        };
        let until = told.map_or(after(now, pause), |told| told.max(after(now, pause)));
        self.steps.push(RecentStep { step: step.clone(), until, failures });
    }

    /// Forgets all: the clock by which they were timed was set.
    pub(super) fn forget(&mut self) {
        self.steps.clear();
    }

    /// Steps that are not to be begun again at `now`.
    pub(super) fn at(&self, now: Timestamp) -> Vec<Step> {
        let recent = self.steps.iter().filter(|recent| recent.until > now);
        recent.map(|recent| recent.step.clone()).collect()
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
