//! Dropping alerts that are held.

use scaler_core::state::Cause;
use serde::{Deserialize, Serialize};

use super::cause;
use crate::error::ErrorDetail;

/// `POST /api/v1/alerts/forget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ForgetAlerts {
    /// The alerts.
    pub fingerprints: Vec<String>,
    /// Why, for the daemon's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who drops them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl ForgetAlerts {
    /// Drops these.
    #[must_use]
    pub const fn new(fingerprints: Vec<String>) -> Self {
        Self { fingerprints, reason: String::new(), who: None }
    }

    /// Who drops them, and why.
    ///
    /// # Errors
    /// Where a text is too long: which.
    pub fn cause(&self) -> Result<Cause, ErrorDetail> {
        cause(self.who.as_deref(), &self.reason)
    }
}
