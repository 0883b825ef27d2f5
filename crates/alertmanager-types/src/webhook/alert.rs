use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::{Annotations, Fingerprint, Labels, Severity, timestamp};

/// One alert of a [`Message`](super::Message).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "Sent")]
#[non_exhaustive]
pub struct Alert {
    /// Whether it fires.
    pub status: Status,
    /// What identifies it.
    pub labels: Labels,
    /// Texts for people.
    pub annotations: Annotations,
    /// Since when the condition holds. It may lie in the future: an alert that was posted without a start gets its
    /// end as start. A difference of times can therefore be negative.
    #[serde(with = "timestamp::start")]
    pub starts_at: Timestamp,
    /// When it ended; `None` while it has no end.
    #[serde(with = "timestamp::end")]
    pub ends_at: Option<Timestamp>,
    /// Where the expression behind it can be seen; may be empty.
    #[serde(rename = "generatorURL")]
    pub generator_url: String,
    /// Identifies it by one number; the same over firing, resolving and firing again. Where the sender leaves it out, as
    /// Alertmanager did before 0.19, it is computed from the labels in the same way.
    pub fingerprint: Fingerprint,
}

/// An alert as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    status: Status,
    labels: Labels,
    #[serde(default)]
    annotations: Annotations,
    #[serde(with = "timestamp::start")]
    starts_at: Timestamp,
    #[serde(default, with = "timestamp::end")]
    ends_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL")]
    generator_url: String,
    fingerprint: Option<Fingerprint>,
}

impl From<Sent> for Alert {
    fn from(sent: Sent) -> Self {
        Self {
            status: sent.status,
            fingerprint: sent.fingerprint.unwrap_or_else(|| sent.labels.fingerprint()),
            labels: sent.labels,
            annotations: sent.annotations,
            starts_at: sent.starts_at,
            ends_at: sent.ends_at,
            generator_url: sent.generator_url,
        }
    }
}

impl Alert {
    /// An alert that fires since `starts_at`, with the fingerprint that its labels have.
    #[must_use]
    pub fn new(labels: Labels, starts_at: Timestamp) -> Self {
        Self {
            status: Status::Firing,
            fingerprint: labels.fingerprint(),
            labels,
            annotations: Annotations::new(),
            starts_at,
            ends_at: None,
            generator_url: String::new(),
        }
    }

    /// Sets the annotations.
    #[must_use]
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = annotations;
        self
    }

    /// Sets where the expression can be seen.
    #[must_use]
    pub fn generator_url(mut self, url: impl Into<String>) -> Self {
        self.generator_url = url.into();
        self
    }

    /// Makes it an alert that was resolved at `ends_at`.
    #[must_use]
    pub fn resolved_at(mut self, ends_at: Timestamp) -> Self {
        self.status = Status::Resolved;
        self.ends_at = Some(ends_at);
        self
    }

    /// Whether it fires.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        self.status == Status::Firing
    }

    /// Whether it is resolved. An alert with an unknown status neither fires nor is resolved.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.status == Status::Resolved
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
