use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::timestamp;

open_enum! {
    /// Whether an Alertmanager's cluster has found itself.
    ClusterState {
        /// The members know each other.
        Ready = "ready",
        /// They are still finding each other; notifications wait.
        Settling = "settling",
        /// It runs alone.
        Disabled = "disabled",
    }
}

/// The answer to `GET /api/v2/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AlertmanagerStatus {
    /// The cluster it belongs to.
    pub cluster: ClusterStatus,
    /// Its configuration.
    pub config: AlertmanagerConfig,
    /// When it started (the field's name notwithstanding).
    #[serde(with = "timestamp::millis")]
    pub uptime: Timestamp,
    /// Which build it is.
    pub version_info: VersionInfo,
}

impl AlertmanagerStatus {
    /// Where it is asked for, below Alertmanager's own prefix.
    pub const PATH: &'static str = "/api/v2/status";
}

/// A cluster of Alertmanagers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterStatus {
    /// This member's name; absent when clustering is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The members, this one included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Vec<PeerStatus>>,
    /// Whether it has found itself.
    pub status: ClusterState,
}

/// A member of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeerStatus {
    /// Its name.
    pub name: String,
    /// Its address, host and port.
    pub address: String,
}

/// Alertmanager's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlertmanagerConfig {
    /// The YAML text, with defaults filled in and secrets replaced by `<secret>`.
    pub original: String,
}

/// Which build an Alertmanager is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VersionInfo {
    /// Its branch.
    pub branch: String,
    /// When it was built, in the builder's own format.
    pub build_date: String,
    /// Who built it.
    pub build_user: String,
    /// The Go version.
    pub go_version: String,
    /// Its revision.
    pub revision: String,
    /// Its version, such as `0.28.1`.
    pub version: String,
}
