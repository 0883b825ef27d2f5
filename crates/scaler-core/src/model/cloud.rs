//! Instances and nodes, as the ports show them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{ConfigId, InstanceId, InstanceType, NodeId};

/// An instance as the cloud shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// Its number.
    pub id: InstanceId,
    /// Its label, unique on the account.
    pub label: String,
    /// Where it is in its life.
    pub status: InstanceStatus,
    /// When the cloud says that it was created.
    pub created: Timestamp,
    /// Its type.
    pub kind: InstanceType,
    /// The address, without port, that NodeBalancers of the group reach it by, once known.
    pub address: Option<String>,
    /// The cloud refuses to delete it.
    pub locked: bool,
}

impl Instance {
    /// An instance without an address yet, not locked.
    #[must_use]
    pub fn new(
        id: InstanceId,
        label: impl Into<String>,
        status: InstanceStatus,
        created: Timestamp,
        kind: InstanceType,
    ) -> Self {
        Self { id, label: label.into(), status, created, kind, address: None, locked: false }
    }
}

/// Whose an installation is, and on which account it acts: what a store remembers, and what a port shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Installation {
    /// The owner whose tag marks its instances.
    pub owner: String,
    /// The cloud's own id of the account, where the credential may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Things that exist on that account alone, such as a NodeBalancer by its number: they tell it where its id can't be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub landmarks: Vec<String>,
}

impl Installation {
    /// That of `owner`, on an account that is not known yet.
    #[must_use]
    pub fn new(owner: impl Into<String>) -> Self {
        Self { owner: owner.into(), ..Self::default() }
    }

    /// Something tells the account.
    #[must_use]
    pub const fn has_account(&self) -> bool {
        self.account.is_some() || !self.landmarks.is_empty()
    }

    /// Whether `other` is on the same account; none where nothing tells.
    #[must_use]
    pub fn shares_account(&self, other: &Self) -> Option<bool> {
        match (&self.account, &other.account) {
            (Some(one), Some(other)) => Some(one == other),
            _ if self.landmarks.iter().any(|landmark| other.landmarks.contains(landmark)) => Some(true),
            _ => None,
        }
    }
}

/// Where an instance is in its life, as far as scaling cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InstanceStatus {
    /// Being made.
    Provisioning,
    /// Made, not running yet or not any more.
    Stopped,
    /// Running.
    Running,
    /// On its way out.
    Deleting,
}

/// A node of a NodeBalancer config as the cloud shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Node {
    /// Its config.
    pub config: ConfigId,
    /// Its number.
    pub id: NodeId,
    /// Its address without the port.
    pub address: String,
    /// Its label.
    pub label: String,
    /// What it is asked to do.
    pub mode: Mode,
    /// What its health check says.
    pub status: NodeStatus,
}

impl Node {
    /// A node at `address`, which has no port.
    #[must_use]
    pub fn new(
        config: ConfigId,
        id: NodeId,
        address: impl Into<String>,
        label: impl Into<String>,
        mode: Mode,
        status: NodeStatus,
    ) -> Self {
        Self { config, id, address: address.into(), label: label.into(), mode, status }
    }
}

/// What a node is asked to do. A balancer must be able to do each of them, so it may match on all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Take traffic.
    Accept,
    /// New connections only from clients that stick to it.
    Drain,
    /// No new connections, no checks.
    Reject,
    /// Anything else (backup): never ours.
    Other,
}

/// What a node's health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeStatus {
    /// Healthy.
    Up,
    /// Not healthy.
    Down,
    /// Not checked yet.
    Unknown,
}
