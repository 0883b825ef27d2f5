//! What a caller waits for.

use jiff::Timestamp;

use crate::model::{Position, Slot};
use crate::runtime::journal::Journal;
use crate::state::{FailureReason, GroupMode, GroupState, Outcome};

/// What a caller waits for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goal {
    /// The answer to the request at this place of the log is reached.
    Size(Position),
    /// The member in this slot is gone, and the group is whole.
    Gone(Slot),
}

impl Goal {
    /// How it ended, if it did.
    pub(super) fn ending(self, journal: &Journal, now: Timestamp) -> Option<Outcome> {
        let state = journal.state();
        let ended = match self {
            Self::Size(asked) => size(journal, asked),
            Self::Gone(slot) => match state.members.get(&slot) {
                None => (state.desired == Some(state.serving())).then_some(Outcome::Reached),
                Some(member) if member.replacing.is_none() && !member.is_leaving() => {
                    let why = FailureReason::ReplacementFailed { member: member.label.clone() };
                    Some(Outcome::Failed { why })
                }
                Some(_) => None,
            },
        };
        ended.or_else(|| {
            let mode = state.mode_at(now);
            let forbids = match mode {
                GroupMode::Observe | GroupMode::Paused => true,
                GroupMode::AddOnly => self.lacks_removal(&state),
                GroupMode::On => false,
            };
            forbids.then_some(Outcome::Failed { why: FailureReason::Mode { mode } })
        })
    }

    /// Whether nothing but a removal that has not begun is left to do for it.
    fn lacks_removal(self, state: &GroupState) -> bool {
        let (Some(desired), None) = (state.desired, &state.asked) else { return false };
        match self {
            Self::Size(_) => state.serving() > desired,
            Self::Gone(slot) => {
                state.serving() >= desired
                    && state.members.get(&slot).is_some_and(|member| !member.is_leaving())
            }
        }
    }
}

fn size(journal: &Journal, asked: Position) -> Option<Outcome> {
    let (state, answers) = (journal.state(), journal.answers());
    let Some(generation) = answers.generations.get(&asked).copied() else {
        // Never answered itself: a later request took its place before the actor looked.
        let later = answers.generations.range(asked.next()..).next();
        return later.map(|(_, by)| Outcome::Superseded { by: *by });
    };
    match answers.outcomes.get(&generation) {
        Some(Outcome::Reached) => Some(Outcome::Reached),
        _ if state.generation > generation => Some(Outcome::Superseded { by: generation.saturating_add(1) }),
        ended => ended.cloned(),
    }
}
