//! The append-only facts of a group, from which everything else that must last is derived.
//!
//! An [`Entry`] is a [`Fact`] in an envelope. Entries of an unknown kind or format are refused: whoever reads one must not
//! act. [`Memory`] is the fold of a log, kept up entry by entry.

mod entry;
mod fact;
mod fold;
mod memory;

pub use entry::{Cause, Draft, Entry, FORMAT, LogError};
pub use fact::{Fact, GroupMode, Mark, Outcome, Refusal, Step, Verdict};
pub use memory::{Asked, Launches, Memory, Operation};
