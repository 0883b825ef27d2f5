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
pub(super) struct Echo {
    steps: Vec<Heard>,
}

#[derive(Debug)]
struct Heard {
    step: Step,
    until: Timestamp,
    failures: u32,
}

impl Echo {
    /// A step ended. Launches have a back-off of their own, in the log.
    pub(super) fn heard(&mut self, step: &Step, outcome: &Outcome, now: Timestamp) {
        if matches!(step, Step::Create { .. }) {
            return;
        }
        let before = self.steps.iter().find(|heard| heard.step == *step).map_or(0, |heard| heard.failures);
        // What replaced it at the same place, and what is long over.
        self.steps.retain(|heard| !same_place(&heard.step, step) && after(heard.until, LONGEST) > now);
        let (pause, failures) = match outcome {
            Outcome::Refused { .. } | Outcome::Unanswered { .. } => {
                (AGAIN.saturating_mul(1 << before.min(4)).min(LONGEST), before.saturating_add(1))
            }
            _ => (SHOWS, 0),
        };
        self.steps.push(Heard { step: step.clone(), until: after(now, pause), failures });
    }

    /// Takes off the plan what has only just been done.
    pub(super) fn quieten(&self, plan: &mut Plan, now: Timestamp) {
        let echoes = |step: &Step| self.steps.iter().any(|heard| heard.step == *step && heard.until > now);
        let Plan { steps, draws, .. } = plan;
        let quiet: Vec<_> =
            steps.iter().filter(|(step, _)| echoes(step)).filter_map(|(step, _)| step.slot()).collect();
        steps.retain(|(step, _)| !echoes(step));
        draws
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
