//! Setting what a group's actor may do.

use jiff::Timestamp;
use scaler_core::model::after;
use scaler_core::state::GroupMode;
use serde::{Deserialize, Serialize};

use super::{short, somebody};
use crate::error::ErrorDetail;
use crate::span::Span;

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
    /// When it ends by itself, set at `now`.
    #[must_use]
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.lasts.map(|lasts| after(now, lasts.0))
    }

    /// Who sets it and why, as the log has it.
    ///
    /// # Errors
    /// Where a text is too long: which.
    pub fn said(&self) -> Result<(&str, &str), ErrorDetail> {
        short("reason", &self.reason)?;
        Ok((somebody(self.who.as_deref())?, self.reason.trim()))
    }
}
