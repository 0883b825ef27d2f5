//! What the cloud shows of a group at one time.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConfigId, Group, InstanceId, InstanceType, Member, NodeId, Slot, elapsed, log::Memory};

/// An actor that just began lets no deadline pass for so long.
const SETTLE: Duration = Duration::from_secs(120);

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
    /// Known instances that exist and lost one of our tags.
    pub untagged: BTreeSet<InstanceId>,
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
            untagged: BTreeSet::new(),
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

    /// A member's node at a config: the one that the log has, else the one with its address, whatever its port or label;
    /// but one that is labelled as another member of the group is that one's, left behind at an address used again.
    #[must_use]
    pub fn node_of(&self, group: &Group, member: &Member, config: ConfigId) -> Option<&Node> {
        let here = || self.nodes.iter().filter(move |node| node.config == config);
        let known = member.nodes.get(&config);
        let address =
            member.instance.and_then(|id| self.instance(id)).and_then(|instance| instance.address.as_ref());
        here().find(|node| Some(&node.id) == known).or_else(|| {
            here().find(|node| {
                Some(&node.address) == address
                    && (node.label == member.label || !group.name.owns_label(&node.label))
            })
        })
    }

    /// A member's nodes at the group's configs.
    #[must_use]
    pub fn nodes_of(&self, group: &Group, member: &Member) -> Vec<&Node> {
        group.balancers.iter().filter_map(|config| self.node_of(group, member, *config)).collect()
    }

    /// Why nothing may be created or removed on its account, if so: it is useless, or what it shows is implausible.
    #[must_use]
    pub fn doubt(&self, memory: &Memory) -> Option<String> {
        if let Some(why) = &self.useless {
            return Some(why.clone());
        }
        let known = memory.count(|member| member.instance.is_some());
        let missing = memory.count(|member| member.missing.is_some());
        (missing * 2 > known).then(|| {
            format!("{missing} of {known} instances are missing at once: held until each is gone for certain")
        })
    }

    /// Why a log that has just begun can't say yet how many there are: nodes in our form whose instances the listing lacks.
    /// Lists lag and were seen empty, so it waits until the actor had time to look again.
    #[must_use]
    pub fn unfounded(&self, group: &Group, memory: &Memory, now: Timestamp) -> Option<String> {
        if memory.generation > 0 || memory.desired.is_some() || self.settled(memory, now) {
            return None;
        }
        let shown = |label: &String| {
            self.instances.iter().any(|instance| instance.label == *label)
                || memory.members.values().any(|member| member.label == *label)
        };
        let strays =
            self.nodes.iter().filter(|node| group.name.owns_label(&node.label) && !shown(&node.label));
        let strays: BTreeSet<&String> = strays.map(|node| &node.label).collect();
        strays.first().map(|label| {
            let (n, labels) = (strays.len(), group.name.as_str());
            format!("{n} nodes of {labels} have no instance in the listing ({label} is one): held until it was read again")
        })
    }

    /// Whether deadlines may pass: the actor has had two complete observations and two minutes since it began, or since a
    /// pause ended.
    #[must_use]
    pub fn settled(&self, memory: &Memory, now: Timestamp) -> bool {
        let rested = |since: Option<Timestamp>| since.is_none_or(|at| elapsed(at, now) >= SETTLE);
        self.nth >= 2 && rested(memory.began) && rested(memory.awake_since(now))
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
