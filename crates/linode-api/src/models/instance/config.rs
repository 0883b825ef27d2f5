//! Configuration profiles: what an instance boots with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ConfigInterface;
use crate::models::{DiskId, Extra, InstanceConfigId, VolumeId, time};

/// A configuration profile of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceConfig {
    /// Its id.
    pub id: InstanceConfigId,
    /// Its label.
    pub label: String,
    /// What the provider does to the guest at boot.
    #[serde(default)]
    pub helpers: ConfigHelpers,
    /// The kernel, such as `linode/grub2`.
    pub kernel: Option<String>,
    /// Remarks.
    pub comments: Option<String>,
    /// The most memory that it may use, in MB; 0 for all.
    pub memory_limit: u64,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// The device that the root is on, such as `/dev/sda`.
    pub root_device: Option<String>,
    /// What is in its device slots (`sda` …); null for an empty slot.
    pub devices: Option<BTreeMap<String, Option<ConfigDevice>>>,
    /// The disk with the initial RAM disk.
    pub initrd: Option<DiskId>,
    /// `default`, `single` or `binbash`.
    pub run_level: Option<String>,
    /// `paravirt` or `fullvirt`.
    pub virt_mode: Option<String>,
    /// Its network interfaces; empty for one interface to the internet.
    pub interfaces: Option<Vec<ConfigInterface>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What the provider does to the guest at boot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigHelpers {
    /// Turns the file index off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updatedb_disabled: Option<bool>,
    /// Adapts the distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distro: Option<bool>,
    /// Makes the modules of the kernel known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modules_dep: Option<bool>,
    /// Configures the network, which a private address needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<bool>,
    /// Mounts the device file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devtmpfs_automount: Option<bool>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What is in a device slot: a disk or a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigDevice {
    /// The disk.
    pub disk_id: Option<DiskId>,
    /// The volume.
    pub volume_id: Option<VolumeId>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
