//! What the cloud shows of a group at one time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConfigId, InstanceId, InstanceType, NodeId, Slot};

/// What the cloud shows of a group at one time: complete, or useless.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Observation {
    /// When it was taken.
    pub at: Timestamp,
    /// How many complete ones this actor has had, this one included: deadlines wait for two.
    pub nth: u32,
    /// Instances that carry our owner's and the group's tag, compared exactly.
    pub instances: Vec<Instance>,
    /// Known instances that the list left out and that answered 404 by id.
    pub absent: BTreeSet<InstanceId>,
    /// Every node of the group's NodeBalancer configs, foreign ones too.
    pub nodes: Vec<Node>,
    /// Whether the nodes were read for this observation: a removal needs that.
    pub nodes_fresh: bool,
    /// Why it is useless, if it is: a listing that changed while it was read, a config that did not answer, another account.
    pub useless: Option<String>,
    /// Slots with a call under way: nothing is begun for them.
    pub under_way: BTreeSet<Slot>,
}

impl Observation {
    /// A complete observation without anything in it.
    #[must_use]
    pub const fn new(at: Timestamp, nth: u32) -> Self {
        Self {
            at,
            nth,
            instances: Vec::new(),
            absent: BTreeSet::new(),
            nodes: Vec::new(),
            nodes_fresh: true,
            useless: None,
            under_way: BTreeSet::new(),
        }
    }

    /// The instance with `id`, where it is shown.
    #[must_use]
    pub fn instance(&self, id: InstanceId) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }

    /// The nodes of one config.
    pub fn nodes_of(&self, config: ConfigId) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.config == config)
    }
}

/// An instance as the cloud shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Where an instance is in its life, as far as scaling cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What a node is asked to do.
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
pub enum NodeStatus {
    /// Healthy.
    Up,
    /// Not healthy.
    Down,
    /// Not checked yet.
    Unknown,
}
