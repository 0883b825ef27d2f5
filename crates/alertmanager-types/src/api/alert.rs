use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::silence::SilenceId;
use crate::{Annotations, Fingerprint, Labels, Severity, null, timestamp};

open_enum! {
    /// What Alertmanager does about an alert.
    AlertState {
        /// It came just now; no route has looked at it.
        Unprocessed = "unprocessed",
        /// It is notified.
        Active = "active",
        /// A silence, an inhibition or a mute time holds its notification back. It fires all the same.
        Suppressed = "suppressed",
    }
}

/// The state of an alert and what suppresses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AlertStatus {
    /// The state.
    pub state: AlertState,
    /// The ids of the silences that match it.
    #[serde(default, deserialize_with = "null::as_empty")]
    pub silenced_by: Vec<SilenceId>,
    /// The fingerprints of the alerts that inhibit it.
    #[serde(default, deserialize_with = "null::as_empty")]
    pub inhibited_by: Vec<String>,
    /// The names of the time intervals that mute it (since 0.28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_by: Option<Vec<String>>,
}

impl AlertStatus {
    /// The status of an alert that nothing suppresses.
    #[must_use]
    pub const fn active() -> Self {
        Self { state: AlertState::Active, silenced_by: Vec::new(), inhibited_by: Vec::new(), muted_by: None }
    }

    /// Whether a silence matches it.
    #[must_use]
    pub const fn is_silenced(&self) -> bool {
        !self.silenced_by.is_empty()
    }

    /// Whether another alert inhibits it.
    #[must_use]
    pub const fn is_inhibited(&self) -> bool {
        !self.inhibited_by.is_empty()
    }
}

/// A receiver, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receiver {
    /// Its name in Alertmanager's configuration.
    pub name: String,
    /// Its labels (0.3x).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
}

impl Receiver {
    /// Where the receivers are asked for, below Alertmanager's own prefix.
    pub const PATH: &'static str = "/api/v2/receivers";

    /// The receiver of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), labels: None }
    }
}

/// An alert as `GET /api/v2/alerts` answers it: one that has not ended yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GettableAlert {
    /// Texts for people.
    #[serde(default)]
    pub annotations: Annotations,
    /// When it ends unless somebody confirms it before: usually in the future. `None` when it has no end.
    #[serde(default, with = "timestamp::end_millis")]
    pub ends_at: Option<Timestamp>,
    /// Identifies it by one number.
    pub fingerprint: Fingerprint,
    /// The receivers that its routes lead to.
    #[serde(default, deserialize_with = "null::as_empty")]
    pub receivers: Vec<Receiver>,
    /// Since when the condition holds. It may lie in the future: an alert that was posted without a start gets its
    /// end as start.
    #[serde(with = "timestamp::millis")]
    pub starts_at: Timestamp,
    /// Whether it is notified or suppressed.
    pub status: AlertStatus,
    /// When somebody last confirmed it.
    #[serde(with = "timestamp::millis")]
    pub updated_at: Timestamp,
    /// Where the expression behind it can be seen.
    #[serde(default, rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    pub generator_url: Option<String>,
    /// What identifies it.
    pub labels: Labels,
}

impl GettableAlert {
    /// An active alert since `starts_at`, confirmed at `updated_at`, with the fingerprint that its labels have.
    #[must_use]
    pub fn new(labels: Labels, starts_at: Timestamp, updated_at: Timestamp) -> Self {
        Self {
            annotations: Annotations::new(),
            ends_at: None,
            fingerprint: labels.fingerprint(),
            receivers: Vec::new(),
            starts_at,
            status: AlertStatus::active(),
            updated_at,
            generator_url: None,
            labels,
        }
    }

    /// Sets when it ends unless it is confirmed before.
    #[must_use]
    pub const fn ends_at(mut self, time: Timestamp) -> Self {
        self.ends_at = Some(time);
        self
    }

    /// Sets the annotations.
    #[must_use]
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = annotations;
        self
    }

    /// Sets the receivers.
    #[must_use]
    pub fn receivers(mut self, receivers: impl IntoIterator<Item = Receiver>) -> Self {
        self.receivers = receivers.into_iter().collect();
        self
    }

    /// Whether it still fires at `now`, by its end alone.
    #[must_use]
    pub fn is_firing_at(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }

    /// Whether a silence, an inhibition or a mute time holds it back.
    #[must_use]
    pub fn is_suppressed(&self) -> bool {
        self.status.state == AlertState::Suppressed
    }

    /// The label `severity`.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.labels.severity()
    }

    /// The label `alertname`.
    #[must_use]
    pub fn alertname(&self) -> Option<&str> {
        self.labels.alertname()
    }
}

/// An alert to `POST /api/v2/alerts` (as an element of an array).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostableAlert {
    /// What identifies it; at least one.
    pub labels: Labels,
    /// Texts for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Since when the condition holds; `None`: the end when there is one, else now.
    #[serde(default, with = "timestamp::end_millis", skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ends; `None`: after Alertmanager's `resolve_timeout`, unless it is posted again.
    #[serde(default, with = "timestamp::end_millis", skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Where the expression behind it can be seen.
    #[serde(default, rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    pub generator_url: Option<String>,
}

impl PostableAlert {
    /// An alert with these labels and nothing else.
    #[must_use]
    pub fn new(labels: Labels) -> Self {
        Self { labels, ..Self::default() }
    }

    /// Sets the annotations.
    #[must_use]
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = Some(annotations);
        self
    }

    /// Sets since when the condition holds.
    #[must_use]
    pub const fn starts_at(mut self, time: Timestamp) -> Self {
        self.starts_at = Some(time);
        self
    }

    /// Sets when it ends.
    #[must_use]
    pub const fn ends_at(mut self, time: Timestamp) -> Self {
        self.ends_at = Some(time);
        self
    }

    /// Sets where the expression can be seen.
    #[must_use]
    pub fn generator_url(mut self, url: impl Into<String>) -> Self {
        self.generator_url = Some(url.into());
        self
    }
}

/// A group of alerts as `GET /api/v2/alerts/groups` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AlertGroup {
    /// The alerts of the group.
    #[serde(default, deserialize_with = "null::as_empty")]
    pub alerts: Vec<GettableAlert>,
    /// The labels that it was made by (`group_by`).
    pub labels: Labels,
    /// Who is notified.
    pub receiver: Receiver,
    /// The labels of the route (0.34).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_labels: Option<Labels>,
}
