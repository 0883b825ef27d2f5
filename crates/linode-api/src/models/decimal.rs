//! Numbers that the API writes with or without a fraction.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that may have a fraction: money in US dollars, a duration in seconds, a measured value. It is
/// written again exactly as it was read: 0 stays 0, and 0.0 stays 0.0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(serde_json::Number);

impl Decimal {
    /// The value. Whole numbers beyond 2^53 lose their last digits.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.as_f64().unwrap_or_default()
    }

    /// The number with this value; none for NaN and the infinities, which JSON does not have.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        serde_json::Number::from_f64(value).map(Self)
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self(value.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
