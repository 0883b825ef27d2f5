use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Annotations, MatchOp, Matcher, MatcherError, Matchers, timestamp};

open_enum! {
    /// Where a silence stands in its life.
    SilenceState {
        /// It is over.
        Expired = "expired",
        /// It silences.
        Active = "active",
        /// It starts later.
        Pending = "pending",
    }
}

/// What identifies a silence: a UUID in Alertmanager, kept here as it came.
///
/// ```
/// use alertmanager_types::api::SilenceId;
///
/// let id = SilenceId::from("b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11");
/// assert_eq!(id.to_string(), "b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SilenceId(String);

impl SilenceId {
    /// Where a silence is asked for, below Alertmanager's own prefix; its id follows.
    pub const PATH: &'static str = "/api/v2/silence";

    /// The id as it stands in JSON and in paths.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SilenceId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for SilenceId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<&Self> for SilenceId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl fmt::Display for SilenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The status of a silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SilenceStatus {
    /// Where it stands in its life.
    pub state: SilenceState,
}

/// A matcher as silences write it. Its regular expression is not compiled until it is made a [`Matcher`], so that
/// one odd silence does not make the whole list unreadable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SilenceMatcher {
    /// Whether it matches by equality rather than by difference; true when absent.
    #[serde(default = "yes")]
    pub is_equal: bool,
    /// Whether `value` is a regular expression.
    pub is_regex: bool,
    /// The label's name.
    pub name: String,
    /// The value, or the regular expression.
    pub value: String,
}

const fn yes() -> bool {
    true
}

impl From<&Matcher> for SilenceMatcher {
    fn from(matcher: &Matcher) -> Self {
        Self {
            is_equal: matcher.op().is_positive(),
            is_regex: matcher.op().is_regex(),
            name: matcher.name().to_owned(),
            value: matcher.value().to_owned(),
        }
    }
}

impl TryFrom<&SilenceMatcher> for Matcher {
    type Error = MatcherError;

    fn try_from(matcher: &SilenceMatcher) -> Result<Self, Self::Error> {
        let op = match (matcher.is_equal, matcher.is_regex) {
            (true, false) => MatchOp::Equal,
            (false, false) => MatchOp::NotEqual,
            (true, true) => MatchOp::Regex,
            (false, true) => MatchOp::NotRegex,
        };
        Self::new(matcher.name.as_str(), op, matcher.value.as_str())
    }
}

/// A silence as `GET /api/v2/silences` and `GET /api/v2/silence/{id}` answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GettableSilence {
    /// What identifies it.
    pub id: SilenceId,
    /// Where it stands in its life.
    pub status: SilenceStatus,
    /// When it was changed last.
    #[serde(with = "timestamp::millis")]
    pub updated_at: Timestamp,
    /// Why it was made.
    pub comment: String,
    /// Who made it.
    pub created_by: String,
    /// When it ends, or ended.
    #[serde(with = "timestamp::millis")]
    pub ends_at: Timestamp,
    /// What it silences: the alerts that all of them match.
    pub matchers: Vec<SilenceMatcher>,
    /// When it starts, or started.
    #[serde(with = "timestamp::millis")]
    pub starts_at: Timestamp,
    /// Further texts (0.3x).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
}

impl GettableSilence {
    /// Its matchers, ready to match.
    ///
    /// # Errors
    /// When one has an empty name or a regular expression that can't be read.
    pub fn matchers(&self) -> Result<Matchers, MatcherError> {
        self.matchers.iter().map(Matcher::try_from).collect()
    }

    /// Whether it silences now, by its status.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status.state == SilenceState::Active
    }
}

/// A silence to `POST /api/v2/silences`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostableSilence {
    /// The id of the silence to replace; `None` for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SilenceId>,
    /// What to silence: the alerts that all of them match. At least one.
    pub matchers: Vec<SilenceMatcher>,
    /// When it starts.
    #[serde(with = "timestamp::millis")]
    pub starts_at: Timestamp,
    /// When it ends; after its start and after now.
    #[serde(with = "timestamp::millis")]
    pub ends_at: Timestamp,
    /// Who makes it.
    pub created_by: String,
    /// Why.
    pub comment: String,
    /// Further texts (0.3x).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
}

impl PostableSilence {
    /// A new silence from `starts_at` to `ends_at` for the alerts that all matchers match.
    #[must_use]
    pub fn new(
        matchers: &Matchers,
        starts_at: Timestamp,
        ends_at: Timestamp,
        created_by: impl Into<String>,
        comment: impl Into<String>,
    ) -> Self {
        Self {
            id: None,
            matchers: matchers.iter().map(SilenceMatcher::from).collect(),
            starts_at,
            ends_at,
            created_by: created_by.into(),
            comment: comment.into(),
            annotations: None,
        }
    }

    /// Makes it replace the silence with this id.
    #[must_use]
    pub fn replacing(mut self, id: impl Into<SilenceId>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// The answer to `POST /api/v2/silences`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostSilencesResponse {
    /// The id of the silence that was made.
    #[serde(rename = "silenceID")]
    pub silence_id: SilenceId,
}
