//! What happens.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups/{group}/events`: what happened after a number. A stream of them has one [`Event`] a line instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Events {
    /// In order.
    pub events: Vec<Event>,
    /// The number to ask after next.
    pub next: u64,
    /// Events between the number that was asked after and the first one here are no longer kept.
    pub missed: bool,
}

/// Something happened to a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Its number: it grows, also over a restart of the daemon.
    pub seq: u64,
    /// What a person would say.
    pub text: String,
    /// What happened.
    #[serde(flatten)]
    pub event: scaler_core::view::Event,
}

impl Event {
    pub(crate) fn new(seq: u64, event: scaler_core::view::Event) -> Self {
        Self { seq, text: event.to_string(), event }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
