//! One observation for all groups.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::model::{Group, Instance, InstanceId, Slot};
use crate::ports::{Balancer, Clock, Compute, Listing};
use crate::reconcile::Observation;
use crate::runtime::look_ups::{ListedAt, LookUps, LookedUp, Outdated};
use crate::runtime::node_reader::{NodeReader, NodesSeen};
use crate::runtime::pace::{Need, Pace};
use crate::runtime::sequence::Sequence;
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

/// Observes for all actors of a scaler: they share one listing of all groups' instances.
pub(super) struct Observer {
    compute: Arc<dyn Compute>,
    clock: Arc<dyn Clock>,
    pub(super) order: Arc<Sequence>,
    listing: tokio::sync::Mutex<Option<Listed>>,
    pace: Arc<Pace>,
    nodes: NodeReader,
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
    nodes: NodesSeen,
}

impl ObservationCache {
    /// That of somebody who only looks, whose last observation was `last`: nodes are read anew where nobody waits for theirs.
    pub(super) fn shown_after(last: Option<&Observation>) -> Self {
        let nth = last.map_or(0, |last| last.nth);
        let nodes = NodesSeen::shown_after(last.filter(|last| last.discarded.is_none()));
        Self { nth, look_ups: LookUps::needed_only(), nodes, outdated: Outdated::default() }
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
        let (order, pace) = (Arc::<Sequence>::default(), Arc::new(Pace::new(configs)));
        let nodes = NodeReader::new(balancer, Arc::clone(&clock), Arc::clone(&order), Arc::clone(&pace));
        Self { compute, clock, order, listing: tokio::sync::Mutex::default(), pace, nodes }
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
        observation.at = listed.at;
        let listing = listed.listing?;
        if listing.inconsistent {
            return Err(Discarded::ListingChanged);
        }
        let shown = listing.instances.iter().filter(|marked| marked.group == group.name);
        observation.instances = shown.map(|marked| marked.instance.clone()).collect();
        let listed = ListedAt { number: listed.number, read: listed.read };
        self.look_up_instances(group, state, cache, listed, observation).await?;
        let before = cache.outdated.before;
        self.nodes.look(group, state, &mut cache.nodes, (need, before), observation).await?;
        observation.fresh &= self.clock.monotonic().saturating_sub(listed.read) <= FRESH;
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
        let listing = self.compute.list().await.map(Arc::new).map_err(|failure| failure.unread());
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
                let found = self.compute.get(id).await.map_err(|failure| failure.unread())?;
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
}
