//! Instances (Linodes).

mod backup;
mod config;
mod create;
mod disk;
mod interface;
mod ips;
mod own_interface;
mod update;

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::backup::{Backup, BackupDisk, BackupStatus, InstanceBackups, Snapshots};
pub use self::config::{ConfigDevice, ConfigHelpers, InstanceConfig};
pub use self::create::{CreateInstance, CreatePlacementGroup, Metadata, StackScriptData};
pub use self::disk::{Disk, DiskStatus};
pub use self::interface::{
    ConfigInterface, CreateInterface, InterfaceIpv4, InterfaceIpv6, InterfacePurpose, InterfaceRange,
    InterfaceSlaac,
};
pub use self::ips::{InstanceIps, InstanceIpv4, InstanceIpv6};
pub use self::own_interface::{
    DefaultRoute, InstanceInterface, InstanceInterfaces, InterfaceHistory, InterfaceSettings,
    UpgradedInterfaces,
};
pub use self::update::{UpdateAlerts, UpdateBackups, UpdateInstance};

use super::{
    Extra, InstanceId, LkeClusterId, LockType, PlacementGroupId, PlacementGroupPolicy, PlacementGroupType,
    time,
};

open_enum! {
    /// What an instance is doing.
    pub enum InstanceStatus {
        /// It starts.
        Booting = "booting",
        /// It runs. The guest may still be starting its services.
        Running = "running",
        /// It is powered off.
        Offline = "offline",
        /// It is being powered off.
        ShuttingDown = "shutting_down",
        /// It is restarting.
        Rebooting = "rebooting",
        /// It is being created.
        Provisioning = "provisioning",
        /// It is being deleted.
        Deleting = "deleting",
        /// It is moving to another host.
        Migrating = "migrating",
        /// Its disks are being made again.
        Rebuilding = "rebuilding",
        /// It is being cloned.
        Cloning = "cloning",
        /// A backup is being restored to it.
        Restoring = "restoring",
        /// It changes its type.
        Resizing = "resizing",
        /// It was stopped by the provider.
        Stopped = "stopped",
        /// It was stopped because of an unpaid bill.
        BillingSuspension = "billing_suspension",
    }

    /// Whether disks are encrypted.
    pub enum DiskEncryption {
        /// They are.
        Enabled = "enabled",
        /// They are not.
        Disabled = "disabled",
    }

    /// Which generation of network interfaces an instance has.
    pub enum InterfaceGeneration {
        /// Interfaces belong to a configuration profile.
        LegacyConfig = "legacy_config",
        /// Interfaces belong to the instance.
        Linode = "linode",
    }
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Its label, unique on the account.
    pub label: String,
    /// Its display group; no longer used by the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it is doing.
    pub status: InstanceStatus,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// The slug of its type, such as `g6-standard-1`; null for a type that is no longer offered.
    #[serde(rename = "type")]
    pub instance_type: Option<String>,
    /// Its IPv4 addresses, public ones first. See [`Instance::private_ipv4`].
    #[serde(default)]
    pub ipv4: Vec<Ipv4Addr>,
    /// Its IPv6 address with its prefix length, such as `2600:3c00::1/128`; null where it has none.
    pub ipv6: Option<String>,
    /// The image that it was made from; null when there was none.
    pub image: Option<String>,
    /// The region that it is in.
    pub region: String,
    /// The kind of data centre: `core` or `distributed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_type: Option<String>,
    /// What its type gives it.
    pub specs: Specs,
    /// From which values on the provider sends mails.
    pub alerts: Option<InstanceAlerts>,
    /// Its backups.
    pub backups: Option<InstanceBackupState>,
    /// The hypervisor, `kvm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<String>,
    /// Whether the provider's watchdog (Lassie) boots it when it powers itself off.
    #[serde(default)]
    pub watchdog_enabled: bool,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The host that it runs on; empty or null while none is known.
    pub host_uuid: Option<String>,
    /// Whether it was given user data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_user_data: Option<bool>,
    /// The placement group that it belongs to.
    pub placement_group: Option<InstancePlacementGroup>,
    /// Whether its disks are encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_encryption: Option<DiskEncryption>,
    /// The Kubernetes cluster that it is a node of.
    pub lke_cluster_id: Option<LkeClusterId>,
    /// What it can do, such as `Block Storage Encryption`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
    /// The generation of its network interfaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface_generation: Option<InterfaceGeneration>,
    /// What happens to it in a maintenance, such as `linode/migrate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_policy: Option<String>,
    /// The locks on it; only `v4beta` shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locks: Option<Vec<LockType>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Instance {
    /// Its private address (192.168.128.0/17), which NodeBalancers reach it at; none when it was created
    /// without one.
    #[must_use]
    pub fn private_ipv4(&self) -> Option<Ipv4Addr> {
        self.ipv4.iter().copied().find(|address| is_private_network(*address))
    }

    /// Its first public IPv4 address.
    #[must_use]
    pub fn public_ipv4(&self) -> Option<Ipv4Addr> {
        self.ipv4.iter().copied().find(|address| !is_private_network(*address))
    }

    /// Whether it carries this tag. Tags are compared exactly.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Whether a lock of any kind forbids deleting it.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locks.as_ref().is_some_and(|locks| !locks.is_empty())
    }
}

fn is_private_network(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    a == 192 && b == 168 && c >= 128
}

/// What an instance's type gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Specs {
    /// Disk, in MB.
    pub disk: u64,
    /// Memory, in MB.
    pub memory: u64,
    /// Virtual CPUs.
    pub vcpus: u64,
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u64>,
    /// Network transfer a month, in GB.
    pub transfer: u64,
    /// Accelerators, such as video processing units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerated_devices: Option<u64>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// From which values on the provider sends mails; 0 for never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceAlerts {
    /// CPU, in percent of one CPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u64>,
    /// Disk operations a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io: Option<u64>,
    /// Incoming traffic, in Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_in: Option<u64>,
    /// Outgoing traffic, in Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_out: Option<u64>,
    /// Use of the transfer pool, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_quota: Option<u64>,
    /// The ids of alert definitions of the provider that apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_alerts: Option<Vec<u64>>,
    /// The ids of alert definitions of the user that apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_alerts: Option<Vec<u64>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether an instance has backups, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceBackupState {
    /// Whether the backup service is on (and paid).
    pub enabled: bool,
    /// Whether a backup is there to be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    /// When backups are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<BackupSchedule>,
    /// When the last one was made; null while there is none.
    #[serde(default, with = "time::option")]
    pub last_successful: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// When backups are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackupSchedule {
    /// The day of the week, `Saturday`, or `Scheduling` while the provider chooses.
    pub day: Option<String>,
    /// The two-hour window, `W22` for 22:00 to 24:00 UTC, or `Scheduling`.
    pub window: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The placement group of an instance, as the instance shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstancePlacementGroup {
    /// Its id.
    pub id: PlacementGroupId,
    /// Its label.
    pub label: String,
    /// How it places instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement_group_type: Option<PlacementGroupType>,
    /// Whether it may be violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement_group_policy: Option<PlacementGroupPolicy>,
    /// The group that the instance is migrating to.
    pub migrating_to: Option<PlacementGroupId>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much traffic an instance had in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MonthlyTransfer {
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Both.
    pub bytes_total: u64,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much of its transfer pool an instance used this month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transfer {
    /// Bytes used.
    pub used: u64,
    /// The pool's part that this instance brings, in GB.
    pub quota: u64,
    /// The part that is billed, in GB.
    pub billable: u64,
    /// The same by region, as it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_transfers: Option<Vec<Extra>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
