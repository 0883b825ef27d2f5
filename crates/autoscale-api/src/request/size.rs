//! Asking for a size.

use jiff::Timestamp;
use scaler_core::model::{Amount, after};
use scaler_core::runtime::{ScaleRequest, TargetSize};
use serde::{Deserialize, Serialize};

use super::{LONGEST_TEXT, cause};
use crate::error::ErrorDetail;
use crate::span::Span;

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
    /// Only tell what would be done: the answer is a [`Preview`](crate::view::Preview).
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
    /// With an id of the caller's: asked again with the same one, nothing happens twice.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// As the scaler takes it; a floor begins at `now`.
    ///
    /// # Errors
    /// Where not exactly one size is asked for, an amount is zero, or a text is too long: what is wrong, at which field.
    pub fn to_request(&self, now: Timestamp) -> Result<ScaleRequest, ErrorDetail> {
        let wanted = match (self.desired, self.add, self.remove) {
            (Some(n), None, None) => TargetSize::Exactly(n),
            (None, Some(by), None) => TargetSize::More(some(by, "add")?),
            (None, None, Some(by)) => TargetSize::Fewer(some(by, "remove")?),
            _ => {
                return Err(ErrorDetail::new(
                    "exactly one of desired, add and remove says which size is wanted",
                    "send {\"desired\": 5}, {\"add\": 2}, {\"add\": \"50%\"} or {\"remove\": 1}",
                )
                .at("desired"));
            }
        };
        let cause = cause(self.who.as_deref(), &self.reason)?;
        let mut request = ScaleRequest::new(wanted, cause).over_budget(self.over_budget);
        if let Some(id) = &self.request_id {
            if id.is_empty() || id.len() > LONGEST_TEXT {
                let message = format!("request_id has {} bytes", id.len());
                return Err(ErrorDetail::new(message, format!("send 1 to {LONGEST_TEXT}")).at("request_id"));
            }
            request = request.request(id);
        }
        if let Some(generation) = self.generation {
            request = request.generation(generation);
        }
        if let Some(floor) = self.floor_for {
            request = request.floor_until(after(now, floor.0));
        }
        Ok(request)
    }
}

fn some(by: Amount, field: &str) -> Result<Amount, ErrorDetail> {
    match by {
        Amount::Count(0) | Amount::Percent(0) => {
            Err(ErrorDetail::new(format!("{field} is {by}"), "send at least 1 or 1%").at(field))
        }
        by => Ok(by),
    }
}
