//! What is answered.

use scaler_core::model::Position;
use scaler_core::runtime::Accepted;
use scaler_core::state::Outcome;
use scaler_core::view::{Activity, HeldAlert, Status};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Groups {
    /// The configured groups, by name.
    pub groups: Vec<Status>,
    /// Groups that left the configuration: their members are kept, and not touched.
    pub unmanaged: Vec<String>,
}

impl Groups {
    /// How the configured groups stand, and the names of those that left the configuration.
    #[must_use]
    pub const fn new(groups: Vec<Status>, unmanaged: Vec<String>) -> Self {
        Self { groups, unmanaged }
    }
}

/// `GET /api/v1/groups/{group}/history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct History {
    /// The group.
    pub group: String,
    /// Its activities, the latest first.
    pub activities: Vec<Activity>,
}

impl History {
    /// The activities of `group`, the latest first.
    #[must_use]
    pub fn new(group: impl Into<String>, activities: Vec<Activity>) -> Self {
        Self { group: group.into(), activities }
    }
}

/// `GET /api/v1/proof?challenge=…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// The challenge, signed with the key that the daemon left beside its store; in hexadecimal.
    pub proof: String,
}

impl Proof {
    /// Says it.
    #[must_use]
    pub const fn new(proof: String) -> Self {
        Self { proof }
    }
}

/// The answer to [`SetDesired`](crate::SetDesired): it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DesiredAccepted {
    /// The group.
    pub group: String,
    /// Where the request stands in the log.
    pub position: Position,
    /// The absolute size that was asked for.
    pub desired: u32,
    /// The generation before it.
    pub generation: u64,
    /// A request with this id was there already: nothing new was asked for.
    pub repeated: bool,
    /// How it ended, where the caller waited and it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Outcome>,
}

impl DesiredAccepted {
    /// What the scaler took for `group`; not ended yet.
    #[must_use]
    pub fn new(group: impl Into<String>, accepted: Accepted) -> Self {
        Self {
            group: group.into(),
            position: accepted.position,
            desired: accepted.desired,
            generation: accepted.generation,
            repeated: accepted.repeated,
            ending: None,
        }
    }
}

/// `GET /api/v1/alerts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldAlerts {
    /// The alerts that are held, those that argue for something first.
    pub alerts: Vec<HeldAlert>,
}

impl HeldAlerts {
    /// These.
    #[must_use]
    pub const fn new(alerts: Vec<HeldAlert>) -> Self {
        Self { alerts }
    }
}

/// The answer to [`ForgetAlerts`](crate::ForgetAlerts).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Forgotten {
    /// Fingerprints of what was dropped.
    pub forgotten: Vec<String>,
    /// Fingerprints of which no alert was held.
    pub unknown: Vec<String>,
}

impl Forgotten {
    /// Of what was `asked` for, these were held.
    #[must_use]
    pub fn new(asked: &[String], forgotten: Vec<String>) -> Self {
        let unknown = asked.iter().filter(|asked| !forgotten.contains(asked)).cloned().collect();
        Self { forgotten, unknown }
    }
}

/// `POST /api/v1/mode`: what came of it for each group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModesSet {
    /// By group.
    pub groups: Vec<ModeSet>,
}

impl ModesSet {
    /// These.
    #[must_use]
    pub const fn new(groups: Vec<ModeSet>) -> Self {
        Self { groups }
    }
}

/// What came of setting a group's mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModeSet {
    /// The group.
    pub group: String,
    /// Why it was not set, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ModeSet {
    /// Set, unless there is an error.
    #[must_use]
    pub fn new(group: impl Into<String>, error: Option<String>) -> Self {
        Self { group: group.into(), error }
    }
}

/// It is done, and stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// What was done, in words.
    pub done: String,
}

impl Done {
    /// Says it.
    #[must_use]
    pub fn new(done: impl Into<String>) -> Self {
        Self { done: done.into() }
    }
}

/// `POST /webhook`: what the notification says is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stored {
    /// Alerts that were stored.
    pub stored: usize,
    /// Groups that alerts name by the label `autoscale_group` and that are not configured: no policy hears them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<String>,
    /// Why other alerts of the message can't be read, the first of them: nothing of them is stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// How many can't be read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable_alerts: u64,
    /// Alerts that the sender left out by its `max_alerts`: nothing is known of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}
