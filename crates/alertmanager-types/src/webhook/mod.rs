//! The message of a `webhook_config`, version 4 (and 3, where it differs in what it leaves out): what Alertmanager posts when a group of alerts changes.
//!
//! Delivery is at least once, and the order across groups is not guaranteed; a message describes the whole group at
//! that moment. Answer 2xx when it is stored, 503 for "try again", and 4xx only for what will never be accepted:
//! Alertmanager drops a notification that was answered 4xx until the group's next flush.

mod alert;
mod glimpse;
mod refuse;
mod version;

pub use alert::Alert;
pub use refuse::MessageError;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{Annotations, Labels, Severity, null};
use version::Version;

open_enum! {
    /// Whether an alert, or any alert of a message, fires.
    Status {
        /// The condition holds.
        Firing = "firing",
        /// The condition no longer holds, or nobody confirmed it any longer: a dead Prometheus resolves its alerts
        /// too, so that this does not prove that the cause is gone.
        Resolved = "resolved",
    }
}

open_enum! {
    /// Why a notification was sent (Alertmanager 0.34).
    NotificationReason {
        /// The group is new.
        FirstNotification = "first notification",
        /// Alerts came to the group.
        NewAlerts = "new alerts added",
        /// Some alerts of the group resolved.
        SomeResolved = "some alerts resolved",
        /// The last alerts of the group resolved.
        AllResolved = "all alerts resolved",
        /// Nothing changed for the route's `repeat_interval`.
        Repeat = "repeat interval elapsed",
    }
}

/// A notification: the state of one group of alerts, for one receiver.
///
/// Read one with [`Message::from_json`], which says what is wrong with a body that it refuses, and leaves out an alert that
/// can't be read. Whatever else stands for `A` is an alert that is not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message<A = Alert> {
    /// The receiver's name in Alertmanager's configuration.
    pub receiver: String,
    /// [`Status::Firing`] when any alert of the group fires.
    pub status: Status,
    /// The alerts of the group, the firing and the resolved ones. With `max_alerts` some may be left out: see
    /// [`Message::is_truncated`].
    #[serde(deserialize_with = "null::as_empty", bound(deserialize = "A: Deserialize<'de>"))]
    pub alerts: Vec<A>,
    /// Why alerts that can't be read are not among them: the first of them, [`Message::REASONS`] at most.
    #[serde(skip)]
    pub unreadable: Vec<MessageError>,
    /// How many can't be read.
    #[serde(skip)]
    pub unreadable_alerts: u64,
    /// The labels that the group was made by (`group_by`).
    #[serde(default)]
    pub group_labels: Labels,
    /// The labels that all its alerts share.
    #[serde(default)]
    pub common_labels: Labels,
    /// The annotations that all its alerts share.
    #[serde(default)]
    pub common_annotations: Annotations,
    /// The labels of the route (Alertmanager 0.34); `None` when absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_labels: Option<Labels>,
    /// Why the notification was sent (Alertmanager 0.34).
    #[serde(default, rename = "notification_reason", skip_serializing_if = "Option::is_none")]
    pub notification_reason: Option<NotificationReason>,
    /// Where the Alertmanager that sent it can be reached by people.
    #[serde(default, rename = "externalURL")]
    pub external_url: String,
    version: Version,
    /// Identifies the group over its life, such as `{}/{severity="page"}:{alertname="HighCPU"}`; in version 3 a number, or
    /// empty.
    #[serde(default, deserialize_with = "key")]
    pub group_key: String,
    /// How many alerts `max_alerts` left out; 0 in versions that did not say.
    #[serde(default)]
    pub truncated_alerts: u64,
}

impl Message {
    /// The version of the format that is written, the only one since Alertmanager 0.6.
    pub const VERSION: &'static str = version::TEXT;

    /// No more alerts than these are told in [`unreadable`](Self::unreadable): a body may have millions.
    pub const REASONS: usize = 20;

    /// Reads a notification from a request's body.
    ///
    /// ```
    /// use alertmanager_types::webhook::Message;
    ///
    /// let refused = Message::from_json(br#"{"text": "CPU is high"}"#).unwrap_err();
    /// assert!(refused.to_string().contains("`version`"));
    /// ```
    ///
    /// An alert that can't be read is left out, and [`unreadable`](Self::unreadable) says why: the others are worth no less.
    ///
    /// # Errors
    /// When the body is not such a message: not JSON, not an object, of another version, without a version (the operator
    /// replaced the payload by a template), with a field of another type, or none of its alerts can be read. The error
    /// names the field.
    pub fn from_json(body: &[u8]) -> Result<Self, MessageError> {
        if body.trim_ascii_start().first() != Some(&b'{') {
            // serde would take an array for the fields in their order.
            return Err(refuse::no_object(body));
        }
        serde_json::from_slice(body).or_else(|_| {
            // Looked at alert by alert only now, so that a message that can be read whole pays nothing for it.
            match serde_json::from_slice::<Message<&RawValue>>(body) {
                Ok(message) => message.decoded(),
                Err(error) => Err(refuse::why(body, &error)),
            }
        })
    }

    /// A message as Alertmanager would send it about these alerts: status, common labels and common annotations
    /// follow from them.
    #[must_use]
    pub fn new(receiver: impl Into<String>, group_key: impl Into<String>, alerts: Vec<Alert>) -> Self {
        let firing = alerts.iter().any(Alert::is_firing);
        let mut common_labels = alerts.first().map(|alert| alert.labels.clone()).unwrap_or_default();
        let mut common_annotations =
            alerts.first().map(|alert| alert.annotations.clone()).unwrap_or_default();
        for alert in alerts.iter().skip(1) {
            common_labels.retain(|name, value| alert.labels.get(name) == Some(value));
            common_annotations.retain(|name, value| alert.annotations.get(name) == Some(value));
        }
        Self {
            receiver: receiver.into(),
            status: if firing { Status::Firing } else { Status::Resolved },
            alerts,
            unreadable: Vec::new(),
            unreadable_alerts: 0,
            group_labels: Labels::new(),
            common_labels,
            common_annotations,
            route_labels: None,
            notification_reason: None,
            external_url: String::new(),
            version: Version::CURRENT,
            group_key: group_key.into(),
            truncated_alerts: 0,
        }
    }

    /// Sets the labels that the group was made by.
    #[must_use]
    pub fn group_labels(mut self, labels: Labels) -> Self {
        self.group_labels = labels;
        self
    }

    /// Sets where people reach the sender.
    #[must_use]
    pub fn external_url(mut self, url: impl Into<String>) -> Self {
        self.external_url = url.into();
        self
    }

    /// The alerts that fire.
    pub fn firing(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| alert.is_firing())
    }

    /// The alerts that are resolved.
    pub fn resolved(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| alert.is_resolved())
    }

    /// The severity that all alerts of the message share; `None` when they differ or have none.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.common_labels.severity()
    }

    /// Whether `max_alerts` left alerts out: an alert that is absent from such a message says nothing.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.truncated_alerts > 0
    }
}

impl Message<&RawValue> {
    /// With the alerts that can be read.
    fn decoded(self) -> Result<Message, MessageError> {
        let (mut alerts, mut unreadable, mut unreadable_alerts) = (Vec::new(), Vec::new(), 0);
        for (index, raw) in self.alerts.iter().enumerate() {
            match refuse::at_fault(raw.get().as_bytes(), &format!("alerts[{index}]")) {
                Ok(alert) => alerts.push(alert),
                Err(error) => {
                    unreadable_alerts += 1;
                    if unreadable.len() < Message::REASONS {
                        unreadable.push(error);
                    }
                }
            }
        }
        if alerts.is_empty() && !unreadable.is_empty() {
            return Err(unreadable.swap_remove(0));
        }
        Ok(Message {
            receiver: self.receiver,
            status: self.status,
            alerts,
            unreadable,
            unreadable_alerts,
            group_labels: self.group_labels,
            common_labels: self.common_labels,
            common_annotations: self.common_annotations,
            route_labels: self.route_labels,
            notification_reason: self.notification_reason,
            external_url: self.external_url,
            version: self.version,
            group_key: self.group_key,
            truncated_alerts: self.truncated_alerts,
        })
    }
}

/// The key of a group, which version 3 has as a number.
fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Key {
        Text(String),
        Number(u64),
    }
    Ok(match Key::deserialize(deserializer)? {
        Key::Text(text) => text,
        Key::Number(number) => number.to_string(),
    })
}
