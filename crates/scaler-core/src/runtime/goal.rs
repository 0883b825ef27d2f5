//! What a caller waits for.

use jiff::Timestamp;

use crate::model::{Position, Slot};
use crate::runtime::Ending;
use crate::runtime::journal::Journal;
use crate::state::{GroupMode, Verdict};

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
    pub(super) fn ending(self, journal: &Journal, now: Timestamp) -> Option<Ending> {
        let state = journal.state();
        let ended = match self {
            Self::Size(asked) => size(journal, asked),
            Self::Gone(slot) => match state.members.get(&slot) {
                None => (state.desired == Some(state.serving())).then_some(Ending::Reached),
                Some(member) if member.replacing.is_none() && !member.is_leaving() => Some(Ending::Failed {
                    why: format!("{} is kept: its replacement did not reach service", member.label),
                }),
                Some(_) => None,
            },
        };
        ended.or_else(|| match state.mode_at(now) {
            mode @ (GroupMode::Observe | GroupMode::Paused) => {
                Some(Ending::Failed { why: format!("the group's mode is {mode}, so nothing is carried out") })
            }
            GroupMode::On | GroupMode::AddOnly => None,
        })
    }
}

fn size(journal: &Journal, asked: Position) -> Option<Ending> {
    let (state, answers) = (journal.state(), journal.answers());
    let Some(generation) = answers.generations.get(&asked).copied() else {
        // Never answered itself: a later request took its place before the actor looked.
        let later = answers.generations.range(asked.next()..).next();
        return later.map(|(_, by)| Ending::Superseded { by: *by });
    };
    match answers.verdicts.get(&generation) {
        Some(Verdict::Reached) => Some(Ending::Reached),
        _ if state.generation > generation => Some(Ending::Superseded { by: generation.saturating_add(1) }),
        Some(Verdict::Failed(why)) => Some(Ending::Failed { why: why.clone() }),
        None => None,
    }
}
