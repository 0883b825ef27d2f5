//! The account's events.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Due, World};
use crate::stamp::Stamp;
use api_sim::{between, later};

/// Whom an event is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Subject {
    pub(crate) label: String,
    pub(crate) id: Value,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) url: String,
}

impl Subject {
    pub(crate) fn linode(id: u64, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            id: id.into(),
            kind: "linode",
            url: format!("/v4/linode/instances/{id}"),
        }
    }

    pub(crate) fn balancer(id: u64, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            id: id.into(),
            kind: "nodebalancer",
            url: format!("/v4/nodebalancers/{id}"),
        }
    }

    pub(crate) fn stackscript(id: u64, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            id: id.into(),
            kind: "stackscript",
            url: format!("/v4/linode/stackscripts/{id}"),
        }
    }

    pub(crate) fn firewall(id: u64, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            id: id.into(),
            kind: "firewall",
            url: format!("/v4/networking/firewalls/{id}"),
        }
    }

    pub(crate) fn tag(label: &str) -> Self {
        Self { label: label.to_owned(), id: label.into(), kind: "tag", url: format!("/v4/tags/{label}") }
    }
}

/// An event as it is kept; the API shows it with its progress at the time of asking.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) visible: Timestamp,
    pub(crate) action: &'static str,
    pub(crate) entity: Subject,
    pub(crate) status: &'static str,
    pub(crate) expected: Duration,
    pub(crate) finished: Option<Timestamp>,
    pub(crate) seen: bool,
}

/// An event as the API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct EventView<'a> {
    pub(crate) id: u64,
    pub(crate) created: Stamp,
    seen: bool,
    read: bool,
    percent_complete: Option<u64>,
    time_remaining: Option<String>,
    rate: Option<String>,
    duration: Option<f64>,
    pub(crate) action: &'a str,
    username: &'a str,
    pub(crate) entity: &'a Subject,
    pub(crate) status: &'a str,
    secondary_entity: Option<&'a Subject>,
    message: &'a str,
    details: Details,
}

/// Details that this simulator's events never have.
#[derive(Debug, Serialize)]
struct Details {}

impl Event {
    pub(crate) fn view<'a>(&'a self, now: Timestamp, username: &'a str) -> EventView<'a> {
        let percent = match self.status {
            "notification" => None,
            "finished" | "failed" => Some(100),
            "started" => {
                let share = between(self.created, now).as_secs_f64() / self.expected.as_secs_f64().max(0.001);
                // Never complete before it is finished, however long that takes.
                Some((share * 100.0).clamp(0.0, 99.0) as u64)
            }
            _ => Some(0),
        };
        EventView {
            id: self.id,
            created: Stamp(self.created),
            seen: self.seen,
            read: self.seen,
            percent_complete: percent,
            time_remaining: None,
            rate: None,
            duration: match self.status {
                "notification" | "scheduled" => None,
                _ => Some(between(self.created, self.finished.unwrap_or(now)).as_secs_f64()),
            },
            action: self.action,
            username,
            entity: &self.entity,
            status: self.status,
            secondary_entity: None,
            message: "",
            details: Details {},
        }
    }
}

impl World {
    /// Notes something that takes time: scheduled now, started soon, finished by [`World::event_finished`].
    pub(super) fn event_begun(&mut self, action: &'static str, entity: Subject, expected: Duration) -> u64 {
        let id = self.note(action, entity, "scheduled", expected);
        self.at(expected.min(Duration::from_secs(1)) / 2, Due::Started { event: id });
        id
    }

    /// Notes something that is done.
    pub(crate) fn event(&mut self, action: &'static str, entity: Subject) -> u64 {
        self.note(action, entity, "notification", Duration::ZERO)
    }

    fn note(
        &mut self,
        action: &'static str,
        entity: Subject,
        status: &'static str,
        expected: Duration,
    ) -> u64 {
        let id = self.new_id();
        let lag = self.timings.event_lag.draw(&mut self.rng).max(self.lag_by_fault("/account/events"));
        let now = self.now;
        self.events.push(Event {
            id,
            created: now,
            visible: later(now, lag),
            action,
            entity,
            status,
            expected,
            finished: None,
            seen: false,
        });
        self.touch();
        id
    }

    pub(super) fn event_started(&mut self, id: u64) {
        if let Some(event) = self.event_mut(id).filter(|event| event.status == "scheduled") {
            event.status = "started";
        }
    }

    pub(super) fn event_finished(&mut self, id: u64) {
        self.event_ended(id, "finished");
    }

    pub(super) fn event_failed(&mut self, id: u64) {
        self.event_ended(id, "failed");
    }

    fn event_ended(&mut self, id: u64, status: &'static str) {
        let now = self.now;
        if let Some(event) = self.event_mut(id) {
            event.status = status;
            event.finished = Some(now);
        }
    }

    /// Ids only grow, so that the row of events is sorted by them.
    pub(crate) fn event_mut(&mut self, id: u64) -> Option<&mut Event> {
        let at = self.events.binary_search_by_key(&id, |event| event.id).ok()?;
        self.events.get_mut(at)
    }

    /// Events of the last 90 days that can be seen by now, the newest first.
    pub(crate) fn events_seen(&self) -> impl Iterator<Item = &Event> {
        let kept = Duration::from_secs(90 * 24 * 3600);
        let now = self.now;
        self.events
            .iter()
            .rev()
            .take_while(move |event| between(event.created, now) <= kept)
            .filter(move |event| event.visible <= now)
    }
}
