//! What the actors, the calls and the watchers of one process share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use crate::model::{ActorId, Group, GroupName, InstanceId, InstanceType, Position, Price, after, elapsed};
use crate::ports::{AlertSource, Clock, Compute, Store, chain};
use crate::reconcile::TurnReport;
use crate::reconcile::timing::{LAUNCH_BELOW_MIN, LAUNCHES_WINDOW};
use crate::runtime::alert_board::AlertBoard;
use crate::runtime::error::Error;
use crate::runtime::executor::Executor;
use crate::runtime::hub::Hub;
use crate::runtime::in_flight::UnderWay;
use crate::runtime::journal::Journal;
use crate::runtime::limiter::Limiter;
use crate::runtime::look_ups::Outdated;
use crate::runtime::observer::Observer;
use crate::runtime::ownership::Ownership;
use crate::runtime::recent_steps::RecentSteps;
use crate::runtime::removal_budget::RemovalBudget;
use crate::state::{GroupState, Hold, Stalled};
use crate::view::{Event, Moment};

/// What all groups share.
pub(super) struct Runtime {
    pub(super) compute: Arc<dyn Compute>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) source: Option<Arc<dyn AlertSource>>,
    pub(super) board: Arc<AlertBoard>,
    pub(super) observer: Observer,
    pub(super) ownership: Ownership,
    pub(super) limiter: Arc<Limiter>,
    pub(super) launches_per_hour: u32,
    pub(super) budget: RemovalBudget,
    pub(super) hub: Arc<Hub>,
    pub(super) groups: BTreeMap<String, Arc<GroupRuntime>>,
    pub(super) chance: Mutex<fastrand::Rng>,
    pub(super) stop: watch::Sender<bool>,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("groups", &self.groups.keys()).finish_non_exhaustive()
    }
}

impl Runtime {
    /// What this process keeps of a group.
    pub(super) fn group_runtime(&self, group: &str) -> Result<Arc<GroupRuntime>, Error> {
        self.groups.get(group).map(Arc::clone).ok_or_else(|| Error::UnknownGroup {
            group: group.to_owned(),
            known: self.groups.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    /// A name for an actor, unique for each start.
    pub(super) fn new_actor(&self) -> ActorId {
        ActorId(self.letters(16))
    }

    /// Random lower-case letters and digits.
    pub(super) fn letters(&self, n: usize) -> String {
        letters(&mut self.chance.lock().unwrap_or_else(PoisonError::into_inner), n)
    }

    /// How many creates the installation's bound leaves for a group that serves with `serving` members, and why no more.
    pub(super) fn launches_left(&self, group: &Group, serving: u32, now: Timestamp) -> (usize, Hold) {
        let sent: Vec<Timestamp> =
            self.groups.values().flat_map(|group_runtime| group_runtime.sent()).collect();
        let recent = || sent.iter().copied().filter(|at| elapsed(*at, now) < LAUNCHES_WINDOW);
        let bound = usize::try_from(self.launches_per_hour).unwrap_or(usize::MAX);
        let left = bound.saturating_sub(recent().count()).saturating_sub(self.limiter.unsent());
        let below_min = recent().max().filter(|_| serving < group.size.min);
        let next = below_min.map(|last| after(last, LAUNCH_BELOW_MIN));
        let until = recent().min().map(|first| after(first, LAUNCHES_WINDOW)).into_iter().chain(next).min();
        let until = until.unwrap_or(now);
        let one = usize::from(next.is_some_and(|next| next <= now));
        (left.max(one), Hold::InstallationLaunches { per_hour: self.launches_per_hour, until })
    }

    /// Members of the whole installation that may be serving, as far as this process knows.
    pub(super) fn accepting(&self) -> u32 {
        self.groups
            .values()
            .map(|group_runtime| group_runtime.accepting.load(Ordering::Relaxed))
            .fold(0, u32::saturating_add)
    }
}

/// Random lower-case letters and digits.
pub(super) fn letters(chance: &mut fastrand::Rng, n: usize) -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..n).filter_map(|_| chance.choice(ALPHABET).map(|byte| char::from(*byte))).collect()
}

/// What this process keeps of a group: its journal, whether an actor runs it, and its last turn.
pub(super) struct GroupRuntime {
    pub(super) name: GroupName,
    pub(super) journal: Arc<tokio::sync::Mutex<Journal>>,
    pub(super) progress: watch::Receiver<Position>,
    /// Held by the actor.
    pub(super) turning: Arc<tokio::sync::Mutex<()>>,
    /// Rouses the actor.
    pub(super) rouse: Notify,
    pub(super) executor: Arc<Executor>,
    pub(super) under_way: UnderWay,
    accepting: AtomicU32,
    broke_off: AtomicU32,
    outdated: Mutex<Outdated>,
    group: Mutex<Arc<Group>>,
    prices: Mutex<BTreeMap<InstanceType, Price>>,
    recent: Mutex<RecentSteps>,
    sent: Mutex<Vec<Timestamp>>,
    report: Mutex<Option<Arc<TurnReport>>>,
    trouble: Mutex<Option<Stalled>>,
}

impl fmt::Debug for GroupRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupRuntime").field("group", &self.name).finish_non_exhaustive()
    }
}

impl GroupRuntime {
    pub(super) fn new(group: Arc<Group>, journal: Journal, executor: Arc<Executor>) -> Self {
        let prices = group.cost.as_ref().map(|cost| cost.prices.clone()).unwrap_or_default();
        Self {
            name: group.name.clone(),
            progress: journal.progress(),
            journal: Arc::new(tokio::sync::Mutex::new(journal)),
            turning: Arc::default(),
            rouse: Notify::new(),
            executor,
            under_way: UnderWay::default(),
            accepting: AtomicU32::new(0),
            broke_off: AtomicU32::new(0),
            outdated: Mutex::default(),
            group: Mutex::new(group),
            prices: Mutex::new(prices),
            recent: Mutex::default(),
            sent: Mutex::default(),
            report: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// The group, with the prices that were learnt.
    pub(super) fn group(&self) -> Arc<Group> {
        Arc::clone(&self.group.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Types of the template and of members that may exist whose price is not known.
    pub(super) fn unpriced(&self, state: &GroupState) -> Vec<InstanceType> {
        let prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        let members = state.members.values().filter(|member| member.counts_against_max());
        let group = self.group();
        let types: BTreeSet<&InstanceType> =
            members.map(|member| &member.kind).chain(&group.template.types).collect();
        types.into_iter().filter(|kind| !prices.contains_key(kind)).cloned().collect()
    }

    /// Prices were learnt.
    pub(super) fn learn(&self, learnt: Vec<(InstanceType, Price)>) {
        let mut prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        prices.extend(learnt);
        let mut group = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cost) = &mut Arc::make_mut(&mut group).cost {
            cost.prices.clone_from(&prices);
        }
    }

    /// What the members that may exist cost an hour, where every price is known.
    pub(super) fn cost(&self, state: &GroupState) -> Option<Price> {
        let prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .members
            .values()
            .filter(|member| member.counts_against_max())
            .map(|member| prices.get(&member.kind).copied())
            .try_fold(Price::default(), |sum, price| price.map(|price| sum.plus(price)))
    }

    /// Calls ended that changed these instances, or none: what was seen until now is out of date, for the actor and for a dry run.
    pub(super) fn outdate(&self, observer: &Observer, instances: impl IntoIterator<Item = InstanceId>) {
        self.outdated_here().mark(observer.order.next(), instances);
    }

    /// What is out of date of that which was seen of the members of `state`.
    pub(super) fn outdated(&self, state: &GroupState) -> Outdated {
        self.outdated_here().of(state)
    }

    fn outdated_here(&self) -> MutexGuard<'_, Outdated> {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Steps that ended a moment ago.
    pub(super) fn recent(&self) -> MutexGuard<'_, RecentSteps> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last turn saw and planned.
    pub(super) fn report(&self) -> Option<Arc<TurnReport>> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When creates were sent within the last hour that may have happened.
    fn sent(&self) -> Vec<Timestamp> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells the others which creates were sent.
    pub(super) fn tell_sent(&self, state: &GroupState) {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&state.launches.sent);
    }

    /// A turn is over.
    pub(super) fn turned(&self, report: Arc<TurnReport>, state: &GroupState) {
        self.accepting.store(state.accepting(), Ordering::Relaxed);
        self.tell_sent(state);
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Its task panicked.
    pub(super) fn broke_off(&self) {
        self.broke_off.fetch_add(1, Ordering::Relaxed);
    }

    /// How often its task panicked.
    pub(super) fn breaks(&self) -> u32 {
        self.broke_off.load(Ordering::Relaxed)
    }

    /// Why the loop does not go on.
    pub(super) fn trouble(&self) -> Option<Stalled> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The loop could not go on; told when it is something new.
    pub(super) async fn troubled(&self, shared: &Runtime, error: &Error) {
        let why = error.trouble();
        let news = {
            let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            trouble.replace(why.clone()).as_ref() != Some(&why)
        };
        if news {
            tracing::error!(group = %self.name, "the loop could not go on: {}", chain(error));
            let state = self.journal.lock().await.state();
            shared.hub.tell(&Event::now(&self.name, &state, shared.clock.now(), Moment::Trouble { why }));
        }
    }
}
