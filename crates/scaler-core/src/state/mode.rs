//! What a group's actor may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a group's actor may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GroupMode {
    /// Everything.
    #[default]
    On,
    /// Everything but removing.
    AddOnly,
    /// Decide and show.
    Observe,
    /// Nothing, and no deadline passes.
    Paused,
}

impl fmt::Display for GroupMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "on",
            Self::AddOnly => "add_only",
            Self::Observe => "observe",
            Self::Paused => "paused",
        })
    }
}
