//! What may be asked of a group, and what is answered.

use std::fmt;
use std::str::FromStr;

use scaler_core::model::{Amount, Position};
use scaler_core::state::{GroupMode, Outcome};
use serde::{Deserialize, Serialize};

use super::Span;

/// `PUT /api/v1/groups/{group}/desired`: asks for a size. Exactly one of `desired`, `add` and `remove` is to be given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SetDesired {
    /// So many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<u32>,
    /// So many more than are desired now, a number or a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<Amount>,
    /// So many fewer than are desired now, a number or a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Amount>,
    /// Why, for the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who asks, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Refused with 409 unless this is the current generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The caller's id of the request: asked again with the same id, nothing happens twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The size is a floor for so long; without it, it is set once and policies go on from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_for: Option<Span>,
    /// Removals for it may go over the removal budget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_budget: bool,
    /// Only tell what would be done: the answer is a [`Preview`](super::Preview).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Answer only when the request has ended, or after so long at most. With `request_id` it can be asked again until
    /// the answer has an ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
}

impl SetDesired {
    /// Asks for so many.
    #[must_use]
    pub fn to(desired: u32) -> Self {
        Self { desired: Some(desired), ..Self::default() }
    }

    /// Asks for more.
    #[must_use]
    pub fn add(by: Amount) -> Self {
        Self { add: Some(by), ..Self::default() }
    }

    /// Asks for fewer.
    #[must_use]
    pub fn remove(by: Amount) -> Self {
        Self { remove: Some(by), ..Self::default() }
    }

    /// Says why.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Says who asks.
    #[must_use]
    pub fn who(mut self, who: impl Into<String>) -> Self {
        self.who = Some(who.into());
        self
    }
}

/// The answer to [`SetDesired`]: it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Accepted {
    /// The group.
    pub group: String,
    /// Where the request stands in the log.
    pub position: Position,
    /// The absolute size that was asked for.
    pub desired: u32,
    /// The generation before it.
    pub generation: u64,
    /// A request with this id was there already: nothing new was asked for.
    pub repeated: bool,
    /// How it ended, where the caller waited and it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Outcome>,
}

/// `POST /api/v1/groups/{group}/mode`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SetMode {
    /// `on`, `add_only`, `observe` or `paused`.
    pub mode: GroupMode,
    /// It ends by itself after so long; for good without it.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Why, for the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who sets it, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl SetMode {
    /// Sets a mode for good.
    #[must_use]
    pub const fn new(mode: GroupMode) -> Self {
        Self { mode, lasts: None, reason: String::new(), who: None }
    }
}

/// `POST /api/v1/groups/{group}/members/{instance}/{action}`; the body may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MemberRequest {
    /// Why, for the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who asks, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// What may be done with one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberAction {
    /// Make an instance of the operator's a member.
    Adopt,
    /// Let it go as it is.
    Release,
    /// Never remove it.
    Protect,
    /// Take the protection away.
    Unprotect,
    /// Leave it to the operator: not counted, not touched.
    Standby,
    /// Take it back from standby.
    Activate,
    /// Have another one launched, and remove it once that serves.
    Replace,
}

impl MemberAction {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Adopt,
        Self::Release,
        Self::Protect,
        Self::Unprotect,
        Self::Standby,
        Self::Activate,
        Self::Replace,
    ];

    /// As it stands in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adopt => "adopt",
            Self::Release => "release",
            Self::Protect => "protect",
            Self::Unprotect => "unprotect",
            Self::Standby => "standby",
            Self::Activate => "activate",
            Self::Replace => "replace",
        }
    }
}

impl fmt::Display for MemberAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text names no [`MemberAction`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an action; the actions are adopt, release, protect, unprotect, standby, activate, replace"
)]
pub struct UnknownAction(String);

impl FromStr for MemberAction {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|action| action.name() == text)
            .ok_or_else(|| UnknownAction(text.to_owned()))
    }
}

/// It is done, and stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// What was done, in words.
    pub done: String,
}

impl Done {
    pub(crate) fn new(done: impl Into<String>) -> Self {
        Self { done: done.into() }
    }
}
