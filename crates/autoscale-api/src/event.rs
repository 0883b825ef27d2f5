//! What happens.

use std::fmt;

use scaler_core::view::Event;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups/{group}/events`: what happened after a number. A stream of them has one [`NumberedEvent`] a line instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventPage {
    /// In order.
    pub events: Vec<NumberedEvent>,
    /// The number to ask after next.
    pub next: u64,
    /// Events between the number that was asked after and the first one here are no longer kept.
    pub missed: bool,
}

impl EventPage {
    /// Events in order, the number to ask after next, and whether some before them are no longer kept.
    #[must_use]
    pub const fn new(events: Vec<NumberedEvent>, next: u64, missed: bool) -> Self {
        Self { events, next, missed }
    }
}

/// Something that happened to a group, with its number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberedEvent {
    /// Its number: it grows, also over a restart of the daemon.
    pub seq: u64,
    /// What a person would say.
    pub text: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl NumberedEvent {
    /// An event and its number.
    #[must_use]
    pub fn new(seq: u64, event: Event) -> Self {
        Self { seq, text: event.to_string(), event }
    }
}

impl fmt::Display for NumberedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
