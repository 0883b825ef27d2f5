//! Disks of instances.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DiskEncryption;
use crate::models::{DiskId, Extra, time};

open_enum! {
    /// What a disk is doing.
    pub enum DiskStatus {
        /// It can be used.
        Ready = "ready",
        /// It cannot be used yet.
        NotReady = "not ready",
        /// It is being deleted.
        Deleting = "deleting",
    }
}

/// A disk of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Disk {
    /// Its id.
    pub id: DiskId,
    /// What it is doing.
    pub status: DiskStatus,
    /// Its label.
    pub label: String,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// Its file system: `ext4`, `swap`, `raw`, `initrd`.
    pub filesystem: Option<String>,
    /// Its size, in MB.
    pub size: u64,
    /// Whether it is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_encryption: Option<DiskEncryption>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
