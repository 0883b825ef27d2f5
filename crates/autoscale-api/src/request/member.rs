//! Asking for something of one member.

use std::fmt;
use std::str::FromStr;

use scaler_core::state::Cause;
use serde::{Deserialize, Serialize};

use super::cause;
use crate::error::ErrorDetail;

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

impl MemberRequest {
    /// Asked by `who`, for `reason`.
    #[must_use]
    pub fn new(who: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), who: Some(who.into()) }
    }

    /// Who asks, and why, as the log has it.
    ///
    /// # Errors
    /// Where a text is too long: which.
    pub fn cause(&self) -> Result<Cause, ErrorDetail> {
        cause(self.who.as_deref(), &self.reason)
    }
}

/// What may be done with one member. Exhaustive: whoever carries one out can do all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
