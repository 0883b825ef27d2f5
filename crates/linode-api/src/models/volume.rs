//! Block Storage volumes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Extra, InstanceId, LockType, VolumeId, time};

open_enum! {
    /// What a volume is doing.
    pub enum VolumeStatus {
        /// It is being created.
        Creating = "creating",
        /// It can be used.
        Active = "active",
        /// It is growing.
        Resizing = "resizing",
        /// It is being encrypted by a new key.
        KeyRotating = "key_rotating",
    }
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Volume {
    /// Its id.
    pub id: VolumeId,
    /// What it is doing.
    pub status: VolumeStatus,
    /// Its label.
    pub label: String,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// Where the guest finds it.
    pub filesystem_path: Option<String>,
    /// Its size, in GB.
    pub size: u64,
    /// The instance that it is attached to.
    pub linode_id: Option<InstanceId>,
    /// The label of the instance that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linode_label: Option<String>,
    /// Whether the guest can use it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io_ready: Option<bool>,
    /// Its region.
    pub region: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `hdd` or `nvme`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware_type: Option<String>,
    /// Whether it is encrypted: `enabled` or `disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<String>,
    /// The locks on it; only `v4beta` shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locks: Option<Vec<LockType>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
