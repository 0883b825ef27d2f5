//! Stages of a pipeline, as the stage view shows them.

use jiff::Timestamp;

use super::outcome::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StageStatus {
    InProgress,
    Paused,
    Success,
    Unstable,
    Failed,
    Aborted,
    NotExecuted,
}

impl StageStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Paused => "PAUSED_PENDING_INPUT",
            Self::Success => "SUCCESS",
            Self::Unstable => "UNSTABLE",
            Self::Failed => "FAILED",
            Self::Aborted => "ABORTED",
            Self::NotExecuted => "NOT_EXECUTED",
        }
    }
}

impl From<Outcome> for StageStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Success,
            Outcome::Unstable => Self::Unstable,
            Outcome::Failure => Self::Failed,
            Outcome::NotBuilt => Self::NotExecuted,
            Outcome::Aborted => Self::Aborted,
        }
    }
}

/// A stage that was entered.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// The number of its node in the flow.
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) status: StageStatus,
    pub(crate) error: Option<String>,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    /// How long it waited for people.
    pub(crate) paused: std::time::Duration,
}
