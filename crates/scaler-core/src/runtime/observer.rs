//! One observation for all groups.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::model::{ConfigId, Group, Instance, InstanceId, Node, NodeId, Slot, elapsed};
use crate::ports::{Balancer, Clock, Compute, Failure, Listing, chain};
use crate::reconcile::Observation;
use crate::runtime::within;
use crate::state::{Discarded, GroupState};

/// A listing this young is shared by all actors.
const SHARED: Duration = Duration::from_secs(1);
/// An observation that takes longer is given up.
const LIMIT: Duration = Duration::from_secs(60);
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
    /// A group at rest reads its nodes no more often than this, for all share the API's rate.
    idle_refresh: Duration,
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("idle_refresh", &self.idle_refresh).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Listed {
    number: u64,
    at: Timestamp,
    listing: Result<Arc<Listing>, Discarded>,
}

/// What one actor keeps of its observations.
#[derive(Debug, Default)]
pub(super) struct ObservationCache {
    /// Complete observations so far.
    nth: u32,
    /// Nothing older than this number is to be acted on: the last outcome of the group's steps.
    after: u64,
    nodes: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    number: u64,
    at: Timestamp,
    nodes: Vec<Node>,
}

impl ObservationCache {
    /// That of an observer whose last observation was `last`; it reads the nodes anew.
    pub(super) fn following(last: Option<&Observation>) -> Self {
        Self { nth: last.map_or(0, |last| last.nth), ..Self::default() }
    }

    /// What was seen before this number is out of date.
    pub(super) fn outdated(&mut self, before: u64) {
        self.after = self.after.max(before);
    }
}

impl Observer {
    /// `configs` in all are read in turn: lists may be read 200 times a minute, and half of that is left to groups that move.
    pub(super) fn new(
        compute: Arc<dyn Compute>,
        balancer: Arc<dyn Balancer>,
        clock: Arc<dyn Clock>,
        configs: usize,
    ) -> Self {
        let idle_refresh =
            Duration::from_millis(600).saturating_mul(u32::try_from(configs).unwrap_or(u32::MAX));
        Self {
            compute,
            balancer,
            clock,
            order: Sequence::default(),
            listing: tokio::sync::Mutex::default(),
            idle_refresh,
        }
    }

    /// Observes `group`. `moving` has its nodes read now in any case.
    pub(super) async fn observe(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        moving: bool,
        in_flight: BTreeSet<Slot>,
    ) -> Observation {
        let at = self.clock.now();
        let mut observation = Observation::new(at, cache.nth);
        observation.in_flight = in_flight;
        observation.nodes_fresh = false;
        match within(&*self.clock, LIMIT, self.look(group, state, cache, moving, &mut observation)).await {
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
        moving: bool,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let listed = self.listed(cache.after).await;
        observation.at = listed.at;
        let listing = listed.listing?;
        if listing.inconsistent {
            return Err(Discarded::ListingChanged);
        }
        observation.instances = listing
            .instances
            .iter()
            .filter(|marked| marked.group == group.name)
            .map(|marked| marked.instance.clone())
            .collect();
        self.look_up_missing(group, state, observation).await?;
        self.look_at_nodes(group, state, cache, moving, observation).await
    }

    /// The shared listing, read anew where there is none that began after `after` and is young. Whoever comes first
    /// reads it for those who wait; if it is dropped, the next one does.
    async fn listed(&self, after: u64) -> Listed {
        let asked = self.order.next();
        let mut shared = self.listing.lock().await;
        // One that began after it was asked for is as new as any, however long it took.
        if let Some(listed) = &*shared
            && listed.number > after
            && (listed.number > asked || elapsed(listed.at, self.clock.now()) < SHARED)
        {
            return listed.clone();
        }
        let number = self.order.next();
        let at = self.clock.now();
        let listing = self.compute.list().await.map(Arc::new).map_err(|failure| unread(&failure));
        let listed = Listed { number, at, listing };
        *shared = Some(listed.clone());
        listed
    }

    /// Known instances that the list left out are looked up by id: lists lag writes.
    async fn look_up_missing(
        &self,
        group: &Group,
        state: &GroupState,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let shown: BTreeSet<InstanceId> = observation.instances.iter().map(|instance| instance.id).collect();
        let missing: Vec<InstanceId> = state
            .members
            .values()
            .filter_map(|member| member.instance)
            .filter(|id| !shown.contains(id))
            .collect();
        let looked_up: Vec<(InstanceId, Option<Instance>, bool)> = stream::iter(missing)
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
            if let Some(instance) = ours {
                observation.instances.push(instance);
            } else if exists {
                observation.untagged.insert(id);
            } else {
                observation.absent.insert(id);
            }
        }
        Ok(())
    }

    /// Nodes that the log has and the list left out are asked for by id: lists lag writes.
    async fn look_up_missing_nodes(
        &self,
        group: &Group,
        state: &GroupState,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let shown: BTreeSet<NodeId> = observation.nodes.iter().map(|node| node.id).collect();
        let missing: Vec<(ConfigId, NodeId)> = state
            .members
            .values()
            .flat_map(|member| member.nodes.iter().map(|(config, node)| (*config, *node)))
            .filter(|(config, node)| group.balancers.contains(config) && !shown.contains(node))
            .collect();
        let looked_up: Vec<Option<Node>> = stream::iter(missing)
            .map(|(config, node)| async move {
                self.balancer.node(config, node).await.map_err(|failure| unread(&failure))
            })
            .buffered(LOOK_UPS)
            .try_collect()
            .await?;
        observation.nodes.extend(looked_up.into_iter().flatten());
        Ok(())
    }

    async fn look_at_nodes(
        &self,
        group: &Group,
        state: &GroupState,
        cache: &mut ObservationCache,
        moving: bool,
        observation: &mut Observation,
    ) -> Result<(), Discarded> {
        let now = self.clock.now();
        if let Some(seen) = &cache.nodes
            && !moving
            && seen.number > cache.after
            && elapsed(seen.at, now) < self.idle_refresh
        {
            observation.nodes.clone_from(&seen.nodes);
            return Ok(());
        }
        let number = self.order.next();
        let nodes: Vec<Vec<Node>> = stream::iter(group.balancers.iter().copied())
            .map(
                |config| async move { self.balancer.nodes(config).await.map_err(|failure| unread(&failure)) },
            )
            .buffered(LOOK_UPS)
            .try_collect()
            .await?;
        observation.nodes = nodes.into_iter().flatten().collect();
        self.look_up_missing_nodes(group, state, observation).await?;
        observation.nodes_fresh = true;
        cache.nodes = Some(Seen { number, at: now, nodes: observation.nodes.clone() });
        Ok(())
    }
}

fn unread(failure: &Failure) -> Discarded {
    Discarded::Unread { refusal: failure.kind.of_read().refusal(), said: chain(failure) }
}
