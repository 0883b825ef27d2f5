//! The request that changes an instance.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::BackupSchedule;
use crate::models::Extra;

/// What `PUT /linode/instances/{id}` takes. What is left out stays.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateInstance {
    /// The label.
    pub label: Option<String>,
    /// The display group; no longer used by the API.
    pub group: Option<String>,
    /// All its tags: those that are not named here are taken off.
    pub tags: Option<Vec<String>>,
    /// From which values on the provider sends mails.
    pub alerts: Option<UpdateAlerts>,
    /// When backups are made.
    pub backups: Option<UpdateBackups>,
    /// Whether the provider's watchdog (Lassie) boots it when it powers itself off.
    pub watchdog_enabled: Option<bool>,
    /// What happens to it in a maintenance, such as `linode/migrate`.
    pub maintenance_policy: Option<String>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl UpdateInstance {
    /// A change of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets all its tags.
    #[must_use]
    pub fn tags(mut self, tags: Vec<String>) -> Self {
        self.tags = Some(tags);
        self
    }

    /// Sets from which values on the provider sends mails.
    #[must_use]
    pub fn alerts(mut self, alerts: UpdateAlerts) -> Self {
        self.alerts = Some(alerts);
        self
    }

    /// Sets when backups are made.
    #[must_use]
    pub fn backups(mut self, backups: UpdateBackups) -> Self {
        self.backups = Some(backups);
        self
    }

    /// Says whether the watchdog boots it when it powers itself off.
    #[must_use]
    pub fn watchdog_enabled(mut self, watchdog_enabled: bool) -> Self {
        self.watchdog_enabled = Some(watchdog_enabled);
        self
    }

    /// Sets what happens in a maintenance.
    #[must_use]
    pub fn maintenance_policy(mut self, maintenance_policy: impl Into<String>) -> Self {
        self.maintenance_policy = Some(maintenance_policy.into());
        self
    }
}

/// From which values on the provider sends mails; 0 for never. Units as in [`InstanceAlerts`](super::InstanceAlerts).
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateAlerts {
    /// CPU, in percent of one CPU.
    pub cpu: Option<u64>,
    /// Disk operations a second.
    pub io: Option<u64>,
    /// Incoming traffic, in Mbit/s.
    pub network_in: Option<u64>,
    /// Outgoing traffic, in Mbit/s.
    pub network_out: Option<u64>,
    /// Use of the transfer pool, in percent.
    pub transfer_quota: Option<u64>,
    /// The ids of alert definitions of the provider that shall apply.
    pub system_alerts: Option<Vec<u64>>,
    /// The ids of alert definitions of the user that shall apply.
    pub user_alerts: Option<Vec<u64>>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// When backups are made.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateBackups {
    /// Day and window.
    pub schedule: Option<BackupSchedule>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}
