//! The envelope that every fact stands in.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{ActorId, Position, SignalReason, StepId, printable};
use crate::state::{Fact, HealthReason};

/// The format that this build writes and the only one it reads.
pub const FORMAT: u32 = 1;

/// Why something was done: written before the change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// The policies.
    Policy {
        /// Why they say what they say.
        why: Vec<SignalReason>,
    },
    /// A floor that a person or a pipeline set.
    Floor,
    /// A person or a pipeline, with what they said.
    Operator(String),
    /// A member is unhealthy or its launch failed.
    Health(HealthReason),
    /// The world and the log are brought together.
    Converge,
}

impl Cause {
    /// An operator's cause.
    #[must_use]
    pub fn operator(said: impl Into<String>) -> Self {
        Self::Operator(said.into())
    }
}

impl From<&str> for Cause {
    fn from(said: &str) -> Self {
        Self::operator(said)
    }
}

impl From<String> for Cause {
    fn from(said: String) -> Self {
        Self::Operator(said)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy { why } => write!(f, "policy: {}", SignalReason::list(why)),
            Self::Floor => f.write_str("a floor"),
            Self::Operator(said) => write!(f, "operator: {}", printable(said)),
            Self::Health(why) => write!(f, "health: {why}"),
            Self::Converge => f.write_str("to bring the world to the desired size"),
        }
    }
}

/// A fact in its envelope, with its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its place, from 1 without gaps.
    pub position: Position,
    /// What it is, before it had a place.
    #[serde(flatten)]
    pub draft: Draft,
}

impl Entry {
    /// `draft` at its place.
    #[must_use]
    pub const fn new(position: Position, draft: Draft) -> Self {
        Self { position, draft }
    }
}

/// An entry that has no place in the log yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Draft {
    /// When, by the appender's clock.
    pub at: Timestamp,
    /// The format of the entry.
    pub format: u32,
    /// Who appended it.
    pub actor: ActorId,
    /// The operation that it belongs to: the position of the decision that opened it; 0 before the first.
    pub operation: Position,
    /// The generation of the desired size.
    pub generation: u64,
    /// Why.
    pub cause: Cause,
    /// The step that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The caller's or the cloud's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

impl Draft {
    /// An entry of this build's format, without step and request.
    #[must_use]
    pub const fn new(
        at: Timestamp,
        actor: ActorId,
        operation: Position,
        generation: u64,
        cause: Cause,
        fact: Fact,
    ) -> Self {
        Self { at, format: FORMAT, actor, operation, generation, cause, step: None, request: None, fact }
    }

    /// The same entry, of a step.
    #[must_use]
    pub const fn of_step(mut self, step: StepId) -> Self {
        self.step = Some(step);
        self
    }

    /// As the text that stores keep: one JSON object.
    ///
    /// # Errors
    /// [`LogError::Encode`] if it can't be written as JSON.
    pub fn encode(&self) -> Result<String, LogError> {
        serde_json::to_string(self).map_err(|source| LogError::Encode { source })
    }

    /// From the text that stores keep. `position` is named in errors.
    ///
    /// # Errors
    /// [`LogError::Format`] and [`LogError::Kind`] where a newer build wrote it, [`LogError::Decode`] where it is damaged.
    pub fn decode(position: Position, text: &str) -> Result<Self, LogError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
            kind: String,
        }
        let damaged = |source| LogError::Decode { position, source };
        let head: Head = serde_json::from_str(text).map_err(damaged)?;
        if head.format != FORMAT {
            return Err(LogError::Format { position, format: head.format });
        }
        if !Fact::KINDS.contains(&head.kind.as_str()) {
            return Err(LogError::Kind { position, kind: head.kind });
        }
        serde_json::from_str(text).map_err(damaged)
    }
}

/// A log can't be read, so nobody may act on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Of another format.
    #[error(
        "entry {position} of the log has format {format}, this build reads format {FORMAT}: use the build that wrote it, or a newer one"
    )]
    Format {
        /// Where.
        position: Position,
        /// The format found.
        format: u32,
    },
    /// Of a kind that this build does not know.
    #[error(
        "entry {position} of the log is of the unknown kind {kind:?}: use the build that wrote it, or a newer one"
    )]
    Kind {
        /// Where.
        position: Position,
        /// The kind found.
        kind: String,
    },
    /// Damaged.
    #[error(
        "entry {position} of the log can't be read: restore the store from a backup, or move it away to have it rebuilt from the cloud"
    )]
    Decode {
        /// Where.
        position: Position,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Can't be written.
    #[error("an entry can't be written as JSON")]
    Encode {
        /// Why.
        source: serde_json::Error,
    },
}
