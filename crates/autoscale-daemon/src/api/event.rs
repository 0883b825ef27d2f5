//! What happens.

use std::fmt;

use jiff::Timestamp;
use scaler_core::model::Position;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// When.
    pub at: Timestamp,
    /// To which group.
    pub group: String,
    /// Which kind of event: one of the log (`decided`, `intended`, `done`, `seen`, …) or of the moment (`waiting`,
    /// `held`, `blind`, `sighted`, `trouble`).
    pub kind: String,
    /// The generation of the group's desired size.
    pub generation: u64,
    /// The operation that it belongs to; 0 before the first.
    pub operation: Position,
    /// Its place in the group's log; none where it is not in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The label of the member that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What else belongs to this kind of event.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Event {
    /// None where an event can't be written as JSON, which no event is known to do.
    pub(crate) fn of(seq: u64, event: &scaler_core::view::Event) -> Option<Self> {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(event) else { return None };
        fields.insert("seq".to_owned(), seq.into());
        fields.insert("text".to_owned(), event.to_string().into());
        serde_json::from_value(Value::Object(fields)).ok()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
