//! The way in: a scaler of groups, and how it is built.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::SystemClock;
use crate::in_memory::InMemoryStore;
use crate::model::{ActorId, AlertFreshness, ConfigId, Group, GroupName, Installation};
use crate::ports::{AlertSource, Balancer, Clock, Compute, LogName, Store};
use crate::runtime::executor::Executor;
use crate::runtime::group_runtime::{GroupRuntime, Runtime, letters};
use crate::runtime::hub::Hub;
use crate::runtime::journal::Journal;
use crate::runtime::limiter::Limiter;
use crate::runtime::observer::Observer;
use crate::runtime::ownership::Ownership;
use crate::runtime::reads::history;
use crate::runtime::removal_budget::RemovalBudget;
use crate::runtime::{AlertBoard, BuildError, Error, Events, actor};
use crate::state::Cause;
use crate::view::{Activity, HeldAlert};

/// Scales groups. Clones share everything.
#[derive(Clone, Debug)]
pub struct Scaler {
    pub(super) shared: Arc<Runtime>,
}

/// Builds a [`Scaler`]. Compute and balancer are needed; logs are kept in memory and time is the machine's unless told
/// otherwise.
#[derive(Default)]
pub struct Builder {
    compute: Option<Arc<dyn Compute>>,
    balancer: Option<Arc<dyn Balancer>>,
    store: Option<Arc<dyn Store>>,
    clock: Option<Arc<dyn Clock>>,
    alerts: Option<Arc<dyn AlertSource>>,
    freshness: AlertFreshness,
    groups: Vec<Group>,
    launches_per_hour: Option<u32>,
    seed: Option<u64>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("freshness", &self.freshness)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Where instances are made.
    #[must_use]
    pub fn compute(mut self, compute: impl Compute + 'static) -> Self {
        self.compute = Some(Arc::new(compute));
        self
    }

    /// Where they are registered.
    #[must_use]
    pub fn balancer(mut self, balancer: impl Balancer + 'static) -> Self {
        self.balancer = Some(Arc::new(balancer));
        self
    }

    /// Where the logs are kept. Default in memory: a restart then rebuilds them from what the cloud shows.
    #[must_use]
    pub fn store(mut self, store: impl Store + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// What time it is. Default the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Where alerts are polled, every [`AlertFreshness::poll`]. Without it only notifications are heard.
    #[must_use]
    pub fn alerts(mut self, source: impl AlertSource + 'static) -> Self {
        self.alerts = Some(Arc::new(source));
        self
    }

    /// How alerts are to be believed.
    #[must_use]
    pub fn freshness(mut self, freshness: AlertFreshness) -> Self {
        self.freshness = freshness;
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds groups.
    #[must_use]
    pub fn groups(mut self, groups: impl IntoIterator<Item = Group>) -> Self {
        self.groups.extend(groups);
        self
    }

    /// At most so many creates of all groups within an hour, whatever becomes of them; of a group that is below its smallest size one
    /// in ten minutes goes on beyond it. Default the larger of the largest group's bound and half of their sum.
    #[must_use]
    pub const fn launches_per_hour(mut self, launches: u32) -> Self {
        self.launches_per_hour = Some(launches);
        self
    }

    /// Makes names of actors and labels of instances foreseeable, for tests. Never the same twice on one account.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The scaler. Nothing is read or written yet.
    ///
    /// # Errors
    /// [`BuildError`] says what is missing or contradicts itself.
    pub fn build(self) -> Result<Scaler, BuildError> {
        check(&self.groups)?;
        let compute = self.compute.ok_or(BuildError::Missing("compute"))?;
        let balancer = self.balancer.ok_or(BuildError::Missing("balancer"))?;
        let store = self.store.unwrap_or_else(|| Arc::new(InMemoryStore::new()));
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let mut chance = self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let hub = Arc::new(Hub::default());
        let limiter = Arc::new(Limiter::default());
        let bounds = self.groups.iter().map(Group::launches_per_hour);
        let half = bounds.clone().fold(0, u32::saturating_add) / 2;
        let launches_per_hour = self.launches_per_hour.unwrap_or_else(|| bounds.max().unwrap_or(0).max(half));
        let configs = self.groups.iter().map(|group| group.balancers.len()).sum();
        let observer =
            Observer::new(Arc::clone(&compute), Arc::clone(&balancer), Arc::clone(&clock), configs);
        let board =
            Arc::new(AlertBoard::new(Arc::clone(&store), Arc::clone(&clock), self.freshness, &self.groups));
        let mut groups = BTreeMap::new();
        for group in self.groups {
            let group = Arc::new(group);
            let actor = ActorId(letters(&mut chance, 16));
            let journal = Journal::new(
                Arc::clone(&store),
                Arc::clone(&clock),
                Arc::clone(&hub),
                group.name.clone(),
                actor,
            );
            let executor = Executor {
                compute: Arc::clone(&compute),
                balancer: Arc::clone(&balancer),
                clock: Arc::clone(&clock),
                group: Arc::clone(&group),
                limiter: Arc::clone(&limiter),
            };
            groups.insert(
                group.name.to_string(),
                Arc::new(GroupRuntime::new(group, journal, Arc::new(executor))),
            );
        }
        // Apart from the letters of labels, which a seed fixes.
        let actor = ActorId(letters(&mut chance.clone(), 16));
        let ownership = Ownership::new(Arc::clone(&compute), Arc::clone(&store), Arc::clone(&clock), actor);
        let budget = RemovalBudget::new(Arc::clone(&store), Arc::clone(&clock));
        let shared = Runtime {
            compute,
            store,
            clock,
            source: self.alerts,
            board,
            observer,
            ownership,
            limiter,
            launches_per_hour,
            budget,
            hub,
            groups,
            chance: Mutex::new(chance),
            stop: watch::Sender::new(false),
        };
        Ok(Scaler { shared: Arc::new(shared) })
    }
}

fn check(groups: &[Group]) -> Result<(), BuildError> {
    let mut names: Vec<&GroupName> = Vec::new();
    let mut configs: BTreeMap<ConfigId, &GroupName> = BTreeMap::new();
    for group in groups {
        let refuse = |why: String| Err(BuildError::Group { group: group.name.clone(), why });
        if names.contains(&&group.name) {
            return Err(BuildError::Twice(group.name.clone()));
        }
        names.push(&group.name);
        if group.size.min > group.size.max {
            return refuse(format!(
                "min {} is larger than max {}: give a max of at least min",
                group.size.min, group.size.max
            ));
        }
        if group.template.types.is_empty() {
            return refuse("its template names no type: give at least one".to_owned());
        }
        if group.balancers.is_empty() {
            return refuse("it has no NodeBalancer config: give at least one".to_owned());
        }
        for config in &group.balancers {
            if let Some(first) = configs.insert(*config, &group.name) {
                if *first == group.name {
                    return refuse(format!("it names NodeBalancer config {config} twice: name it once"));
                }
                let (first, second) = (first.clone(), group.name.clone());
                return Err(BuildError::SharedConfig { config: *config, first, second });
            }
        }
    }
    Ok(())
}

impl Scaler {
    /// Begins to build one.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The groups, by name.
    #[must_use]
    pub fn groups(&self) -> Vec<Arc<Group>> {
        self.shared.groups.values().map(|group_runtime| group_runtime.group()).collect()
    }

    /// The table of alerts: where notifications go.
    #[must_use]
    pub fn alerts(&self) -> &AlertBoard {
        &self.shared.board
    }

    /// The events of all groups from now on.
    #[must_use]
    pub fn subscribe(&self) -> Events {
        self.shared.hub.subscribe(None)
    }

    /// The alerts that are held, and who goes by them.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn held_alerts(&self) -> Result<Vec<HeldAlert>, Error> {
        let (board, now) = (&self.shared.board, self.shared.clock.now());
        board.load().await.map_err(Error::of_no_group)?;
        Ok(HeldAlert::all(&self.groups(), &board.table(), board.freshness(), now))
    }

    /// Drops alerts by their fingerprints, whatever they say, and returns those that were held. One that its sender tells of
    /// again is back: this is for one whose end was lost. They are in no group's log: that they were dropped, by whom and why,
    /// is traced.
    ///
    /// # Errors
    /// [`Error::Store`]; then all of them may still be there.
    pub async fn forget_alerts(&self, fingerprints: &[String], cause: &Cause) -> Result<Vec<String>, Error> {
        let forgotten = self.shared.board.forget(fingerprints).await.map_err(Error::of_no_group)?;
        for fingerprint in &forgotten {
            tracing::info!(fingerprint, %cause, "an alert was dropped");
        }
        Ok(forgotten)
    }

    /// Groups that the store knows and the configuration does not: their members are kept, and nobody touches them.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unmanaged(&self) -> Result<Vec<GroupName>, Error> {
        let logs = self.shared.store.logs().await.map_err(Error::of_no_group)?;
        Ok(logs
            .into_iter()
            .filter_map(|log| match log {
                LogName::Group(name) if !self.shared.groups.contains_key(name.as_str()) => Some(name),
                _ => None,
            })
            .collect())
    }

    /// The latest activities of a group that left the configuration, at most `limit`, the latest first; of one that is
    /// configured its handle tells them.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unmanaged_history(&self, group: &GroupName, limit: usize) -> Result<Vec<Activity>, Error> {
        history(&*self.shared.store, group, limit).await
    }

    /// Refuses a store that belongs to another owner. [`run`](Self::run) acts on nothing in such a one, nor before the account
    /// is known to be the store's; a store that is nobody's yet becomes ours with the first step.
    ///
    /// # Errors
    /// [`Error::Unverified`], [`Error::Store`].
    pub async fn check_owner(&self) -> Result<(), Error> {
        self.shared.ownership.check_owner().await
    }

    /// Gives the store to our owner, or to the account that the credential acts on, or to both. Returns whose it was and
    /// whose it is, or would be if it is only to be said.
    ///
    /// # Errors
    /// [`Error::Unverified`] where it is another owner's and only the account is to change, or where nothing tells the account;
    /// [`Error::Cloud`], [`Error::Store`].
    pub async fn rebind(
        &self,
        owner: bool,
        account: bool,
        cause: Cause,
        dry_run: bool,
    ) -> Result<(Installation, Installation), Error> {
        self.shared.ownership.rebind(owner, account, cause, dry_run).await
    }

    /// Has every loop stop between two steps: no new step begins, those under way end within their limit, and their
    /// outcomes are written down.
    pub fn stop(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Turns all groups, a task each, and polls the alerts, until `shutdown` is over; then stops as [`stop`](Self::stop)
    /// does. A group that can't go on holds no other.
    ///
    /// # Errors
    /// The error of a group, once all of them have ended by themselves: each was taken over by another process.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        self.shared.stop.send_replace(false);
        let mut groups = JoinSet::new();
        for group_runtime in self.shared.groups.values() {
            groups.spawn(actor::kept_up(Arc::clone(&self.shared), Arc::clone(group_runtime)));
        }
        let mut polls = JoinSet::new();
        if let (Some(source), Some(every)) = (self.shared.source.clone(), self.shared.board.poll_every()) {
            let board = Arc::clone(&self.shared.board);
            polls.spawn(async move { board.poll(&*source, every).await });
        }
        let ended = tokio::select! {
            ended = all(&mut groups) => ended,
            () = shutdown => {
                self.stop();
                all(&mut groups).await
            }
        };
        polls.shutdown().await;
        ended
    }
}

/// Waits for all, and tells the first error.
async fn all(groups: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
    let mut first = Ok(());
    while let Some(ended) = groups.join_next().await {
        let ended = match ended {
            Ok(ended) => ended,
            Err(failed) => {
                tracing::error!(error = &failed as &dyn std::error::Error, "the task of a group broke off");
                Err(Error::Stopping)
            }
        };
        if first.is_ok() {
            first = ended;
        }
    }
    first
}
