//! How what was asked for ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::state::GroupMode;

/// How an operation, or a call that waits for one, ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The desired size is in service.
    Reached,
    /// A newer decision took its place.
    Superseded {
        /// Its generation.
        by: u64,
    },
    /// It was not reached. The loop goes on in any case.
    Failed {
        /// Why.
        why: FailureReason,
    },
}

impl Outcome {
    /// A word for the ending, the same in JSON and for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Superseded { .. } => "superseded",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Why something was not reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureReason {
    /// The account refuses creates: a person must cure it.
    AccountRefuses {
        /// What it said.
        said: String,
    },
    /// The cloud will never accept the create as it is: a person must cure it.
    RequestRefused {
        /// What it said.
        said: String,
    },
    /// The caller's deadline passed.
    DeadlinePassed,
    /// The group's mode does not let it be carried out.
    Mode {
        /// The mode.
        mode: GroupMode,
    },
    /// A member is kept, for its replacement did not reach service.
    ReplacementFailed {
        /// Its label.
        member: String,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl FailureReason {
    /// A word for the reason, the same in JSON and for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AccountRefuses { .. } => "account_refuses",
            Self::RequestRefused { .. } => "request_refused",
            Self::DeadlinePassed => "deadline_passed",
            Self::Mode { .. } => "mode",
            Self::ReplacementFailed { .. } => "replacement_failed",
            Self::Other => "other",
        }
    }

    /// Whether a person must cure it; otherwise time or another request may.
    #[must_use]
    pub const fn requires_operator(&self) -> bool {
        matches!(self, Self::AccountRefuses { .. } | Self::RequestRefused { .. })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached => f.write_str("reached"),
            Self::Superseded { by } => write!(f, "superseded by generation {by}"),
            Self::Failed { why } => write!(f, "failed: {why}"),
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountRefuses { said } | Self::RequestRefused { said } => f.write_str(said),
            Self::DeadlinePassed => {
                f.write_str("the deadline passed; the group goes on where a daemon turns its loop")
            }
            Self::Mode { mode: mode @ GroupMode::AddOnly } => {
                write!(f, "the group's mode is {mode}, so nothing is removed")
            }
            Self::Mode { mode } => write!(f, "the group's mode is {mode}, so nothing is carried out"),
            Self::ReplacementFailed { member } => {
                write!(f, "{member} is kept: its replacement did not reach service")
            }
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}
