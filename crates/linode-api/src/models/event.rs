//! Events: what happened on the account. They are kept for 90 days, lag what they tell, and come as the
//! user's grants allow.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Decimal, Entity, EntityId, EntityType, EventId, Extra, InstanceId, NodeBalancerId, time};

open_enum! {
    /// What happened. Only what concerns instances and NodeBalancers has a name here.
    pub enum EventAction {
        /// An instance was created.
        InstanceCreate = "linode_create",
        /// An instance was booted.
        InstanceBoot = "linode_boot",
        /// An instance was restarted.
        InstanceReboot = "linode_reboot",
        /// An instance was powered off.
        InstanceShutdown = "linode_shutdown",
        /// An instance was deleted.
        InstanceDelete = "linode_delete",
        /// An instance was changed.
        InstanceUpdate = "linode_update",
        /// An instance's disks were made again.
        InstanceRebuild = "linode_rebuild",
        /// An instance changed its type.
        InstanceResize = "linode_resize",
        /// An instance changed its type, and is being moved for it.
        InstanceResizeCreate = "linode_resize_create",
        /// An instance was cloned.
        InstanceClone = "linode_clone",
        /// An instance moved to another host.
        InstanceMigrate = "linode_migrate",
        /// An instance moved to another region.
        InstanceMigrateDatacenter = "linode_migrate_datacenter",
        /// A snapshot was made.
        InstanceSnapshot = "linode_snapshot",
        /// An address was added to an instance.
        InstanceAddIp = "linode_addip",
        /// An address was removed from an instance.
        InstanceDeleteIp = "linode_deleteip",
        /// A configuration profile was created.
        InstanceConfigCreate = "linode_config_create",
        /// A configuration profile was changed.
        InstanceConfigUpdate = "linode_config_update",
        /// A configuration profile was deleted.
        InstanceConfigDelete = "linode_config_delete",
        /// The watchdog booted an instance that had powered itself off.
        LassieReboot = "lassie_reboot",
        /// The host was restarted.
        HostReboot = "host_reboot",
        /// A backup was restored.
        BackupsRestore = "backups_restore",
        /// A disk was created.
        DiskCreate = "disk_create",
        /// A disk was deleted.
        DiskDelete = "disk_delete",
        /// A disk was made into an image.
        DiskImagize = "disk_imagize",
        /// A NodeBalancer was created.
        NodeBalancerCreate = "nodebalancer_create",
        /// A NodeBalancer was changed.
        NodeBalancerUpdate = "nodebalancer_update",
        /// A NodeBalancer was deleted.
        NodeBalancerDelete = "nodebalancer_delete",
        /// A config was created.
        NodeBalancerConfigCreate = "nodebalancer_config_create",
        /// A config was changed.
        NodeBalancerConfigUpdate = "nodebalancer_config_update",
        /// A config was deleted.
        NodeBalancerConfigDelete = "nodebalancer_config_delete",
        /// A node was created.
        NodeBalancerNodeCreate = "nodebalancer_node_create",
        /// A node was changed.
        NodeBalancerNodeUpdate = "nodebalancer_node_update",
        /// A node was deleted.
        NodeBalancerNodeDelete = "nodebalancer_node_delete",
    }

    /// How far it is.
    pub enum EventStatus {
        /// It will begin.
        Scheduled = "scheduled",
        /// It began.
        Started = "started",
        /// It is done.
        Finished = "finished",
        /// It failed.
        Failed = "failed",
        /// It happened at once.
        Notification = "notification",
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Its id; later events have greater ones.
    pub id: EventId,
    /// When it was created, in whole seconds.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// What happened.
    pub action: EventAction,
    /// How far it is.
    pub status: EventStatus,
    /// Whether a user saw it, or a later one. People clear it.
    pub seen: bool,
    /// Whether a user read it.
    pub read: bool,
    /// How much of it is done; null for notifications. It may fall.
    pub percent_complete: Option<u64>,
    /// How long it may take, such as `0:0:20`.
    pub time_remaining: Option<Measure>,
    /// How fast it goes, such as `464.00 MB/s`.
    pub rate: Option<Measure>,
    /// How long it took, in seconds; null until then.
    pub duration: Option<Decimal>,
    /// The user who caused it; null for the provider.
    pub username: Option<String>,
    /// What it happened to; of events of disks the instance.
    pub entity: Option<Entity>,
    /// What else it concerns, such as the disk.
    pub secondary_entity: Option<Entity>,
    /// Why it failed, or what it was about; may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What else is to be said about it, as it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Extra>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Event {
    /// The instance that it happened to.
    #[must_use]
    pub fn instance(&self) -> Option<InstanceId> {
        self.entity_number(&EntityType::Instance).and_then(InstanceId::new)
    }

    /// The NodeBalancer that it happened to.
    #[must_use]
    pub fn nodebalancer(&self) -> Option<NodeBalancerId> {
        self.entity_number(&EntityType::NodeBalancer).and_then(NodeBalancerId::new)
    }

    fn entity_number(&self, kind: &EntityType) -> Option<u64> {
        self.entity.as_ref().filter(|entity| entity.kind == *kind)?.id.as_ref().and_then(EntityId::number)
    }
}

/// A measure that the API writes as text in some events and as a number in others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Measure {
    /// As a number.
    Number(Decimal),
    /// As text.
    Text(String),
}
