//! Seeds: what a simulated world begins with.

use std::error::Error;
use std::fmt;

/// A seed that the simulator would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedError {
    what: String,
    reason: String,
}

impl SeedError {
    /// `what` could not be seeded, for this reason: both stand in one sentence, `cannot seed {what}: {reason}`.
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what: what.into(), reason: reason.into() }
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot seed {}: {}", self.what, self.reason)
    }
}

impl Error for SeedError {}
