//! One observation for all groups.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::model::{
    ConfigId, Group, Instance, InstanceId, Mode, Node, NodeId, NodeStatus, RequestedMode, Slot, elapsed,
};
use crate::ports::{Balancer, Clock, Compute, Failure, FailureKind, Listing, NodeCounts, chain};
use crate::reconcile::Observation;
use crate::reconcile::timing::DRAIN_IS_OURS;
use crate::runtime::look_ups::{ListedAt, LookUps, LookedUp, Outdated};
use crate::runtime::pace::{Need, NodesAsked, Pace};
use crate::runtime::within;
use crate::state::{Discarded, GroupState};

/// A listing this young is shared by groups at rest.
const SHARED: Duration = Duration::from_secs(10);
/// And this young by those of which something moves.
const SHARED_MOVING: Duration = Duration::from_secs(2);
/// One that failed is not repeated sooner, whoever asks.
const FAILED: Duration = Duration::from_secs(1);
/// An observation that takes longer is given up.
const LIMIT: Duration = Duration::from_secs(60);
/// By a listing that is older nothing is removed.
const FRESH: Duration = Duration::from_secs(60);
/// Look-ups by id at once.
const LOOK_UPS: usize = 8;

/// Puts calls of this process in an order that no clock can blur: what began after a number was drawn is later.
#[derive(Debug, Default)]
pub(super) struct Sequence(AtomicU64);

impl Sequence {
    /// The next number.
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }
}

/// Observes for all actors of a scaler: they share one listing of all groups' instances.
pub(super) struct Observer {
    compute: Arc<dyn Compute>,
    balancer: Arc<dyn Balancer>,
    clock: Arc<dyn Clock>,
    pub(super) order: Sequence,
    listing: tokio::sync::Mutex<Option<Listed>>,
    pace: Pace,
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("pace", &self.pace).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Listed {
    number: u64,
    at: Timestamp,
    /// The same by the clock that nobody can set.
    read: Duration,
    listing: Result<Arc<Listing>, Discarded>,
}

impl Listed {
    fn failed(&self) -> bool {
        self.listing.as_ref().map_or(true, |listing| listing.inconsistent)
    }
}

/// What one actor keeps of its observations.
#[derive(Debug, Default)]
pub(super) struct ObservationCache {
    /// Complete observations so far.
    nth: u32,
    /// What the group's own steps changed since it was seen.
    outdated: Outdated,
    look_ups: LookUps,
    nodes: Option<Seen>,
    /// When they could not be read at the last try, and why.
    unread: Option<(Duration, Discarded)>,
    /// Nobody acts by what is seen.
    shown_only: bool,
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
    /// What such news came to: a cloud may count otherwise than we do. These counts say that the nodes are as they were counted here.
    explained: BTreeMap<ConfigId, (NodeCounts, NodeCounts)>,
}

impl Seen {
    const fn new(number: u64, read: Duration, nodes: Vec<Node>) -> Self {
        Self { number, read, nodes, counted: read, news: BTreeMap::new(), explained: BTreeMap::new() }
    }

    /// What follows `before`, whose news it explains.
    fn after(mut self, before: Option<Self>) -> Self {
        let Some(before) = before else { return self };
        self.explained = before.explained;
        for (config, counts) in before.news {
            self.explained.insert(config, (counts, self.count(config)));
        }
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

impl ObservationCache {
    /// That of somebody who only looks, whose last observation was `last`: nodes are read anew where nobody waits for theirs.
    pub(super) fn shown_after(last: Option<&Observation>) -> Self {
        let complete = last.filter(|last| last.discarded.is_none());
        let seen = |last: &Observation| Seen::new(0, Duration::ZERO, last.nodes.clone());
        let nth = last.map_or(0, |last| last.nth);
        let look_ups = LookUps::needed_only();
        Self { nth, look_ups, nodes: complete.map(seen), shown_only: true, ..Self::default() }
    }

    /// What was seen before is out of date so far.
    pub(super) fn outdate(&mut self, outdated: Outdated) {
        self.outdated = outdated;
    }
}

impl Observer {
    /// For groups with so many configs in all.
    pub(super) fn new(
        compute: Arc<dyn Compute>,
        balancer: Arc<dyn Balancer>,
        clock: Arc<dyn Clock>,
        configs: usize,
    ) -> Self {
        Self {
            compute,
            balancer,
            clock,
            order: Sequence::default(),
            listing: tokio::sync::Mutex::default(),
            pace: Pace::new(configs),
        }
    }

    /// Observes `group`, as soon as its need has its turn.
    pub(super) async fn observe(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        need: Need,
        in_flight: BTreeSet<Slot>,
    ) -> Observation {
        let at = self.clock.now();
        let mut observation = Observation::new(at, cache.nth);
        observation.in_flight = in_flight;
        observation.fresh = false;
        match within(&*self.clock, LIMIT, self.look(group, state, cache, need, &mut observation)).await {
            Some(Ok(())) => {
                cache.nth = cache.nth.saturating_add(1);
                observation.nth = cache.nth;
            }
            Some(Err(why)) => observation.discarded = Some(why),
            None => observation.discarded = Some(Discarded::TimedOut { seconds: LIMIT.as_secs() }),
        }
        observation
    }

    async fn look(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        need: Need,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let listed = self.listed(cache.outdated.before, need).await;
        let old = self.clock.monotonic().saturating_sub(listed.read) > FRESH;
        observation.at = listed.at;
        let listing = listed.listing?;
        if listing.inconsistent {
            return Err(Discarded::ListingChanged);
        }
        let shown = listing.instances.iter().filter(|marked| marked.group == group.name);
        observation.instances = shown.map(|marked| marked.instance.clone()).collect();
        let listed = ListedAt { number: listed.number, read: listed.read };
        self.look_up_instances(group, state, cache, listed, observation).await?;
        self.look_at_nodes(group, state, cache, need, observation).await?;
        observation.fresh &= !old;
        Ok(())
    }

    /// The shared listing, read anew where there is none that began after `after` and is young, as soon as the account's rate
    /// allows it. Whoever comes first reads it for those who wait; if it is dropped, the next one does.
    async fn listed(&self, after: u64, need: Need) -> Listed {
        let asked = self.order.next();
        let mut shared = self.listing.lock().await;
        let read = self.clock.monotonic();
        if let Some(listed) = &*shared {
            let shares = match need {
                _ if listed.failed() => FAILED,
                Need::Rests => SHARED,
                Need::Acts | Need::Changed | Need::Moves => SHARED_MOVING,
            };
            // One that began after it was asked for is as new as any, however long it took.
            let young = listed.number > asked || read.saturating_sub(listed.read) < shares;
            let calls = listed.listing.as_ref().map_or(1, |listing| u64::from(listing.calls));
            let used_up = self.compute.lists_left().is_some_and(|left| left < calls);
            if (listed.number > after && young) || used_up || !self.pace.may_list(read) {
                return listed.clone();
            }
        }
        let (number, at) = (self.order.next(), self.clock.now());
        let listing = self.compute.list().await.map(Arc::new).map_err(|failure| unread(&failure));
        self.pace.listed(read, listing.as_ref().map_or(1, |listing| listing.calls));
        let listed = Listed { number, at, read, listing };
        *shared = Some(listed.clone());
        listed
    }

    /// Known instances of which the listing can't tell are read by id.
    async fn look_up_instances(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        listed: ListedAt,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let shown: BTreeSet<InstanceId> = observation.instances.iter().map(|instance| instance.id).collect();
        let read = self.clock.monotonic();
        let wanted = cache.look_ups.wanted(state, &cache.outdated, &shown, listed, &self.pace, read);
        let number = self.order.next();
        let looked_up: Vec<(InstanceId, Option<Instance>, bool)> = stream::iter(wanted)
            .map(|id| async move {
                let found = self.compute.get(id).await.map_err(|failure| unread(&failure))?;
                let exists = found.is_some();
                let ours = found.filter(|(_, owner)| owner.as_ref() == Some(&group.name));
                Ok::<_, Discarded>((id, ours.map(|(instance, _)| instance), exists))
            })
            .buffered(LOOK_UPS)
            .try_collect()
            .await?;
        for (id, ours, exists) in looked_up {
            match ours {
                Some(_) => {}
                None if exists => drop(observation.untagged.insert(id)),
                None => drop(observation.absent.insert(id)),
            }
            cache.look_ups.answered(id, LookedUp { number, read, instance: ours });
        }
        cache.look_ups.replace(&mut observation.instances);
        Ok(())
    }

    /// Nodes that the log has at `configs` and the list left out, or shows in another mode than was asked for, are asked for by
    /// id: lists lag writes.
    async fn look_up_nodes(
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
                self.balancer.node(config, node).await.map_err(|failure| unread(&failure))
            })
            .buffered(LOOK_UPS)
            .try_collect()
            .await?;
        for node in looked_up.into_iter().flatten() {
            observation.nodes.retain(|listed| (listed.config, listed.id) != (node.config, node.id));
            observation.nodes.push(node);
        }
        Ok(())
    }

    /// Whether the group has its turn to read the nodes of so many configs. Where it has not, they are counted now and then: where
    /// that tells that they changed, it comes before those of which nothing tells so.
    async fn may_read_nodes(
        &self,
        group: &Group,
        cache: &mut ObservationCache,
        need: Need,
        configs: usize,
        now: Duration,
    ) -> bool {
        let before = cache.outdated.before;
        // Who could not read them had its turn all the same: else such groups would take that of all others.
        let tried = cache.unread.as_ref().map(|(tried, _)| *tried);
        let waits = !cache.shown_only;
        let take = |need, last| self.take_nodes(group, &NodesAsked { need, configs, last, waits }, now);
        let Some(seen) = &mut cache.nodes else { return take(need.min(Need::Moves), tried) };
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
    fn take_nodes(&self, group: &Group, asked: &NodesAsked, now: Duration) -> bool {
        let left = self.balancer.lists_left().and_then(|left| usize::try_from(left).ok());
        left.is_none_or(|left| left >= asked.configs) && self.pace.take_nodes(&group.name, asked, now)
    }

    async fn look_at_nodes(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        need: Need,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let now = self.clock.monotonic();
        let left: BTreeSet<ConfigId> =
            state.members.values().flat_map(|member| member.old_configs(group)).collect();
        if !self.may_read_nodes(group, cache, need, group.balancers.len() + left.len(), now).await {
            if let Some((_, why)) = &cache.unread {
                return Err(why.clone());
            }
            let Some(seen) = &cache.nodes else { return Err(Discarded::NodesWait) };
            observation.nodes.clone_from(&seen.nodes);
            return Ok(());
        }
        let number = self.order.next();
        let read = self.read_nodes(group, state, left, observation).await;
        cache.unread = read.as_ref().err().map(|why| (now, why.clone()));
        read?;
        cache.nodes = Some(Seen::new(number, now, observation.nodes.clone()).after(cache.nodes.take()));
        Ok(())
    }

    /// Reads the nodes of the group's configs, and of those that it left.
    async fn read_nodes(
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
                        nodes => Ok((config, Some(nodes.map_err(|failure| unread(&failure))?), false)),
                    }
                })
                .buffered(LOOK_UPS)
                .try_collect()
                .await?;
        let unread = read.iter().any(|(_, _, unread)| *unread);
        let configs =
            read.iter().filter(|(_, nodes, _)| nodes.is_some()).map(|(config, _, _)| *config).collect();
        observation.nodes = read.into_iter().filter_map(|(_, nodes, _)| nodes).flatten().collect();
        self.look_up_nodes(state, &configs, observation).await?;
        observation.fresh = !unread;
        Ok(())
    }
}

/// Why what a failed call was to show is not known.
pub(super) fn unread(failure: &Failure) -> Discarded {
    Discarded::Unread { refusal: failure.kind.of_read().refusal(), said: chain(failure) }
}
