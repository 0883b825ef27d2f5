//! What the cloud shows of a group at one time.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::{ConfigId, Group, Instance, InstanceId, Member, Node, NodeStatus, Slot, after};
use crate::reconcile::timing::SETTLE;
use crate::state::{Discarded, GroupState, Hold, Step};

/// What the cloud shows of a group at one time, complete or discarded, and what this process knows beside it.
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
    /// Every node of the group's NodeBalancer configs, and of those that it left while members have nodes there; foreign ones too.
    pub nodes: Vec<Node>,
    /// Whether the nodes were read for this observation, and the instances not long before: a removal needs that.
    pub fresh: bool,
    /// Why it is discarded, if it is.
    pub discarded: Option<Discarded>,
    /// Slots with a call in flight: nothing is begun for them.
    pub in_flight: BTreeSet<Slot>,
    /// Steps that ended a moment ago and whose effect need not be visible yet, or that are not to be sent again at once.
    pub recent: Vec<Step>,
    /// The account refuses creates, of all groups.
    pub account_refusal: Option<AccountRefusal>,
    /// Removals that the installation's budget leaves; none where no other group draws from one.
    pub installation_left: Option<u32>,
}

/// The account refused a create in a way that concerns every group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AccountRefusal {
    /// When it is asked again.
    pub until: Timestamp,
    /// What it said.
    pub said: String,
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
            fresh: true,
            discarded: None,
            in_flight: BTreeSet::new(),
            recent: Vec::new(),
            account_refusal: None,
            installation_left: None,
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

    /// A member's nodes at configs that the group left.
    pub(super) fn nodes_left_behind(&self, group: &Group, member: &Member) -> Vec<&Node> {
        let configs = member.old_configs(group).into_iter();
        configs.filter_map(|config| self.node_of(group, member, config)).collect()
    }

    /// A member's nodes, also those at configs that the group left.
    pub(super) fn all_nodes_of(&self, group: &Group, member: &Member) -> Vec<&Node> {
        let mut nodes = self.nodes_of(group, member);
        nodes.extend(self.nodes_left_behind(group, member));
        nodes
    }

    /// Whether deadlines may pass: the actor has had two complete observations and two minutes since it began, or since a
    /// pause ended.
    #[must_use]
    pub fn settled(&self, state: &GroupState, now: Timestamp) -> bool {
        self.nth >= 2 && Self::settles(state, now).is_none_or(|until| until <= now)
    }

    /// When the time is over in which no deadline passes, for the actor or a pause's end is too young.
    pub(super) fn settles(state: &GroupState, now: Timestamp) -> Option<Timestamp> {
        state.began.max(state.awake_since(now)).map(|since| after(since, SETTLE))
    }

    /// Nodes of the group that are up while the listing shows no instance at all: a token that may not see them, more likely
    /// than instances that are gone and still answer.
    pub(super) fn nothing_listed(&self, group: &Group, state: &GroupState) -> Option<Hold> {
        if !self.instances.is_empty() || !self.untagged.is_empty() {
            return None;
        }
        let ours = |node: &&Node| {
            !state.released.contains(&node.id)
                && (group.name.owns_label(&node.label)
                    || state.members.values().any(|member| member.nodes.get(&node.config) == Some(&node.id)))
        };
        let up = || self.nodes.iter().filter(ours).filter(|node| node.status == NodeStatus::Up);
        let nodes = u32::try_from(up().count()).unwrap_or(u32::MAX);
        up().next().map(|node| Hold::NothingListed { nodes, example: node.label.clone() })
    }
}
