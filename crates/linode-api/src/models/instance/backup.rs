//! Backups and snapshots of instances.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::models::{BackupId, Extra, time};

open_enum! {
    /// What a backup is doing.
    pub enum BackupStatus {
        /// It is done and paused.
        Paused = "paused",
        /// It waits.
        Pending = "pending",
        /// It is being made.
        Running = "running",
        /// It waits for being finished off.
        NeedsPostProcessing = "needsPostProcessing",
        /// It is there.
        Successful = "successful",
        /// It failed.
        Failed = "failed",
        /// Its user aborted it.
        UserAborted = "userAborted",
    }
}

/// The backups of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceBackups {
    /// Those that the schedule made.
    pub automatic: Vec<Backup>,
    /// The snapshots.
    pub snapshot: Snapshots,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The snapshots of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Snapshots {
    /// The last one that was finished.
    pub current: Option<Backup>,
    /// The one that is being made.
    pub in_progress: Option<Backup>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A backup or snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Backup {
    /// Its id.
    pub id: BackupId,
    /// The region that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `auto` or `snapshot`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is doing.
    pub status: BackupStatus,
    /// Whether it can be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    /// When it was begun.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// When it was done; null before.
    #[serde(default, with = "time::option")]
    pub finished: Option<Timestamp>,
    /// The label of a snapshot.
    pub label: Option<String>,
    /// The labels of the configuration profiles that it contains.
    pub configs: Option<Vec<String>>,
    /// The disks that it contains.
    pub disks: Option<Vec<BackupDisk>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A disk in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackupDisk {
    /// Its label.
    pub label: Option<String>,
    /// Its size, in MB.
    pub size: u64,
    /// Its file system.
    pub filesystem: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
