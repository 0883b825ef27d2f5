//! The append-only facts of a group, and the state that they amount to.
//!
//! An [`Entry`] is a [`Fact`] in an envelope. Entries of an unknown kind or format are refused: a build that can't read one
//! must not act. [`GroupState`] is the fold of a log, kept up entry by entry.

mod budget;
mod clock_set;
mod entry;
mod fact;
mod fold;
mod group_state;
mod hold;
mod mode;
mod outcome;
mod reason;
mod refusal;
mod step;

pub(crate) use budget::LAPSE;
pub use budget::{DrawnPermit, installation_left};
pub use entry::{Cause, Draft, Entry, FORMAT, LogError};
pub use fact::{Fact, Mark};
pub use group_state::{Asked, GroupState, Launches, Operation};
pub use hold::{BudgetScope, Busy, Change, Hold, Window};
pub use mode::GroupMode;
pub use outcome::{FailureReason, Outcome};
pub use reason::{Difference, Discarded, HealthReason, SizeReason, Stalled, StepReason, StoreFailure};
pub use refusal::Refusal;
pub use step::{Step, StepOutcome};
