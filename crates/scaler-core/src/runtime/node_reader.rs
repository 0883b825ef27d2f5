//! The nodes of groups: who has its turn to read them, and whose counts tell that they changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::model::{ConfigId, Group, Mode, Node, NodeId, NodeStatus, RequestedMode, elapsed};
use crate::ports::{Balancer, Clock, FailureKind, NodeCounts};
use crate::reconcile::Observation;
use crate::reconcile::timing::DRAIN_IS_OURS;
use crate::runtime::pace::{Need, NodesAsked, Pace};
use crate::runtime::sequence::Sequence;
use crate::state::{Discarded, GroupState};

/// Calls at once.
const AT_ONCE: usize = 8;

/// Reads nodes for all actors of a scaler.
pub(super) struct NodeReader {
    balancer: Arc<dyn Balancer>,
    clock: Arc<dyn Clock>,
    order: Arc<Sequence>,
    pace: Arc<Pace>,
}

impl fmt::Debug for NodeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeReader").field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// What one actor saw of its group's nodes.
#[derive(Debug, Default)]
pub(super) struct NodesSeen {
    seen: Option<Seen>,
    /// When they could not be read at the last try, and why.
    unread: Option<(Duration, Discarded)>,
    /// Nobody acts by what is seen.
    shown_only: bool,
}

impl NodesSeen {
    /// That of somebody who only looks, and whose last complete observation was `last`.
    pub(super) fn shown_after(last: Option<&Observation>) -> Self {
        let seen = last.map(|last| Seen::new(0, Duration::ZERO, last.nodes.clone()));
        Self { seen, unread: None, shown_only: true }
    }
}

#[derive(Debug)]
struct Seen {
    number: u64,
    read: Duration,
    nodes: Vec<Node>,
    /// When they were read or counted last.
    counted: Duration,
    /// What was counted since and tells that they are others.
    news: BTreeMap<ConfigId, NodeCounts>,
    /// Counts that stayed when the nodes were read for them, and what was read: a cloud may count otherwise than we do.
    explained: BTreeMap<ConfigId, (NodeCounts, NodeCounts)>,
}

impl Seen {
    const fn new(number: u64, read: Duration, nodes: Vec<Node>) -> Self {
        Self { number, read, nodes, counted: read, news: BTreeMap::new(), explained: BTreeMap::new() }
    }

    /// What follows `before`: what that took for counted otherwise is so until the nodes are as such counts say.
    fn after(mut self, before: Option<Self>) -> Self {
        let explained = before.map(|before| before.explained).unwrap_or_default();
        self.explained =
            explained.into_iter().filter(|(of, (counts, _))| self.count(*of) != *counts).collect();
        self
    }

    /// A config's nodes were counted.
    fn count_anew(&mut self, config: ConfigId, counts: NodeCounts) {
        let seen = self.count(config);
        if counts != seen && self.explained.get(&config) != Some(&(counts, seen)) {
            self.news.insert(config, counts);
        }
    }

    /// A config's counts if its nodes are still those that were read.
    fn count(&self, config: ConfigId) -> NodeCounts {
        let nodes = || self.nodes.iter().filter(|node| node.config == config);
        let up = nodes().filter(|node| node.status == NodeStatus::Up).count();
        let count = |nodes: usize| u64::try_from(nodes).unwrap_or(u64::MAX);
        NodeCounts::new(count(up), count(nodes().count() - up))
    }
}

impl NodeReader {
    pub(super) fn new(
        balancer: Arc<dyn Balancer>,
        clock: Arc<dyn Clock>,
        order: Arc<Sequence>,
        pace: Arc<Pace>,
    ) -> Self {
        Self { balancer, clock, order, pace }
    }

    /// Puts the nodes into `observation`: those of now where the group has its turn, else those that were seen before. What the
    /// group's own calls changed is out of date before `before`.
    pub(super) async fn look(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut NodesSeen,
        (need, before): (Need, u64),
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let now = self.clock.monotonic();
        let left: BTreeSet<ConfigId> =
            state.members.values().flat_map(|member| member.old_configs(group)).collect();
        if !self.has_its_turn(group, cache, (need, before), group.balancers.len() + left.len(), now).await {
            if let Some((_, why)) = &cache.unread {
                return Err(why.clone());
            }
            let Some(seen) = &cache.seen else { return Err(Discarded::NodesWait) };
            observation.nodes.clone_from(&seen.nodes);
            return Ok(());
        }
        let number = self.order.next();
        let read = self.read(group, state, left, observation).await;
        cache.unread = read.as_ref().err().map(|why| (now, why.clone()));
        read?;
        let before = cache.seen.take();
        let news: Vec<ConfigId> = before.iter().flat_map(|before| before.news.keys().copied()).collect();
        let mut seen = Seen::new(number, now, observation.nodes.clone()).after(before);
        for config in news {
            // Counted once more: what changed in the meantime is nothing that the cloud counts otherwise.
            if let Ok(Some(counts)) = self.balancer.node_counts(config).await {
                let listed = seen.count(config);
                seen.explained.extend((counts != listed).then_some((config, (counts, listed))));
            }
        }
        cache.seen = Some(seen);
        Ok(())
    }

    /// Whether the group has its turn to read the nodes of so many configs. Where it has not, they are counted now and then: where
    /// that tells that they changed, it comes before those of which nothing tells so.
    async fn has_its_turn(
        &self,
        group: &Group,
        cache: &mut NodesSeen,
        (need, before): (Need, u64),
        configs: usize,
        now: Duration,
    ) -> bool {
        // Who could not read them had its turn all the same: else such groups would take that of all others.
        let tried = cache.unread.as_ref().map(|(tried, _)| *tried);
        // Who has nothing to show has its turn as those who act.
        let waits = !cache.shown_only || cache.seen.is_none();
        let take = |need, last| self.take(group, &NodesAsked { need, configs, last, waits }, now);
        let Some(seen) = &mut cache.seen else { return take(need.min(Need::Moves), tried) };
        let last = tried.max(Some(seen.read));
        let need = match need {
            need if !seen.news.is_empty() => need.min(Need::Changed),
            // What the group itself did since makes them no older for one that only adds.
            need if seen.number <= before => need.min(Need::Moves),
            need => need,
        };
        if take(need, last) {
            return true;
        }
        if !seen.news.is_empty() || !self.pace.may_count(seen.counted, now) {
            return false;
        }
        seen.counted = now;
        for config in &group.balancers {
            // Where it can't be read, the nodes' own turn will tell why.
            if let Ok(Some(counts)) = self.balancer.node_counts(*config).await {
                seen.count_anew(*config, counts);
            }
        }
        !seen.news.is_empty() && take(need.min(Need::Changed), last)
    }

    /// Takes so many reads of nodes, where the plan and the account have them left.
    fn take(&self, group: &Group, asked: &NodesAsked, now: Duration) -> bool {
        let left = self.balancer.lists_left().and_then(|left| usize::try_from(left).ok());
        left.is_none_or(|left| left >= asked.configs) && self.pace.take_nodes(&group.name, asked, now)
    }

    /// Reads the nodes of the group's configs, and of those that it left.
    async fn read(
        &self,
        group: &Group,
        state: &GroupState,
        left: BTreeSet<ConfigId>,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let read: Vec<(ConfigId, Option<Vec<Node>>, bool)> =
            stream::iter(group.balancers.iter().copied().chain(left))
                .map(|config| async move {
                    match self.balancer.nodes(config).await {
                        // The group left it. Where it was deleted, nobody is to be drained there; where it can't be read, nothing
                        // is removed, and what serves at the group's own configs is seen all the same.
                        Err(failure) if !group.balancers.contains(&config) => {
                            Ok((config, None, failure.kind != FailureKind::NotFound))
                        }
                        nodes => Ok((config, Some(nodes.map_err(|failure| failure.unread())?), false)),
                    }
                })
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
        let unread = read.iter().any(|(_, _, unread)| *unread);
        let configs =
            read.iter().filter(|(_, nodes, _)| nodes.is_some()).map(|(config, _, _)| *config).collect();
        observation.nodes = read.into_iter().filter_map(|(_, nodes, _)| nodes).flatten().collect();
        self.look_up(state, &configs, observation).await?;
        observation.fresh = !unread;
        Ok(())
    }

    /// Nodes that the log has at `configs` and the list left out, or shows in another mode than was asked for, are asked for by
    /// id: lists lag writes.
    async fn look_up(
        &self,
        state: &GroupState,
        configs: &BTreeSet<ConfigId>,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let shown: BTreeMap<NodeId, Mode> =
            observation.nodes.iter().map(|node| (node.id, node.mode)).collect();
        let now = self.clock.now();
        let nodes = state.members.values().flat_map(|member| {
            member.nodes.iter().map(|(config, node)| (*config, *node, member.modes.get(config)))
        });
        let lags = |node: &NodeId, asked: Option<&RequestedMode>| match shown.get(node) {
            None => true,
            Some(mode) => {
                asked.is_some_and(|asked| asked.mode != *mode && elapsed(asked.at, now) < DRAIN_IS_OURS)
            }
        };
        let lagging: Vec<(ConfigId, NodeId)> = nodes
            .filter(|(config, node, asked)| configs.contains(config) && lags(node, *asked))
            .map(|(config, node, _)| (config, node))
            .collect();
        let looked_up: Vec<Option<Node>> = stream::iter(lagging)
            .map(|(config, node)| async move {
                self.balancer.node(config, node).await.map_err(|failure| failure.unread())
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for node in looked_up.into_iter().flatten() {
            observation.nodes.retain(|listed| (listed.config, listed.id) != (node.config, node.id));
            observation.nodes.push(node);
        }
        Ok(())
    }
}
