//! What is asked of a group by a person, a pipeline or an embedding program.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Amount, Position, Size};
use crate::state::{Cause, GroupState};

/// A size that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetSize {
    /// So many.
    Exactly(u32),
    /// So many more than are desired now, or than were asked for and not decided upon yet.
    More(Amount),
    /// So many fewer.
    Fewer(Amount),
}

impl TargetSize {
    /// As an absolute size, given what the log of a group with these limits says now. `first` is what a first decision would
    /// be, where none was made: a log without members says nothing about how many serve.
    pub(super) fn of(self, limits: Size, state: &GroupState, first: Option<u32>) -> u32 {
        let asked = state.asked.as_ref().map(|asked| limits.clamp(asked.desired));
        let now = asked.or(state.desired).or(first).unwrap_or_else(|| state.expected());
        match self {
            Self::Exactly(n) => n,
            Self::More(by) => now.saturating_add(by.to_add(now)),
            Self::Fewer(by) => now.saturating_sub(by.to_remove(now)),
        }
    }
}

/// A request for a size.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScaleRequest {
    /// The size.
    pub wanted: TargetSize,
    /// By whom, and why.
    pub cause: Cause,
    /// The caller's id of the request: one that the log has already does nothing again.
    pub request: Option<String>,
    /// Refused unless this is the current generation.
    pub generation: Option<u64>,
    /// The size is a floor until then; without it, it is set once and policies go on from it.
    pub floor_until: Option<Timestamp>,
    /// Removals for it may go over the removal budget.
    pub over_budget: bool,
    /// So long the caller waits, and then for the answers to calls under way, a minute at most; for ever without it. The
    /// loop goes on in any case.
    pub deadline: Option<Duration>,
}

impl ScaleRequest {
    /// A request without conditions.
    #[must_use]
    pub const fn new(wanted: TargetSize, cause: Cause) -> Self {
        Self {
            wanted,
            cause,
            request: None,
            generation: None,
            floor_until: None,
            over_budget: false,
            deadline: None,
        }
    }

    /// With the caller's id.
    #[must_use]
    pub fn request(mut self, id: impl Into<String>) -> Self {
        self.request = Some(id.into());
        self
    }

    /// Only if `generation` is the current one.
    #[must_use]
    pub const fn generation(mut self, generation: u64) -> Self {
        self.generation = Some(generation);
        self
    }

    /// As a floor until `until`.
    #[must_use]
    pub const fn floor_until(mut self, until: Timestamp) -> Self {
        self.floor_until = Some(until);
        self
    }

    /// Over the budget if need be.
    #[must_use]
    pub const fn over_budget(mut self, over: bool) -> Self {
        self.over_budget = over;
        self
    }

    /// Waiting so long at most.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// A request that stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Accepted {
    /// Where it stands.
    pub position: Position,
    /// The absolute size that was asked for.
    pub desired: u32,
    /// The generation before it.
    pub generation: u64,
    /// The log had a request with this id already: nothing was appended.
    pub repeated: bool,
}
