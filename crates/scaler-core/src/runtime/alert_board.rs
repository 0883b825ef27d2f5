//! The table of alerts in this process, kept in step with the store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, oneshot, watch};

use crate::model::{
    ALERTNAME, Alert, AlertFreshness, AlertRow, AlertTable, GROUP_LABEL, Group, GroupName, Signals, after,
    elapsed,
};
use crate::ports::{AlertSource, Clock, Store, StoreError};
use crate::runtime::clock_watch::ClockWatch;

/// Old rows are looked for so often: each time all of them are.
const PRUNE: Duration = Duration::from_secs(60);

/// The table of alerts: notifications and polls change it, signals are read from it.
///
/// A notification is answered only after its commit; notifications that arrive together share one.
pub struct AlertBoard {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    freshness: AlertFreshness,
    table: RwLock<AlertTable>,
    loaded: OnceCell<()>,
    pending: Mutex<Vec<Waiting>>,
    commit: tokio::sync::Mutex<()>,
    polling: tokio::sync::Mutex<()>,
    /// The names of alerts that policies and the heartbeat are about; none where a policy names none.
    names: Option<BTreeSet<String>>,
    /// When old rows were last looked for.
    pruned: Mutex<Option<Timestamp>>,
    /// What changes for a group, by its name.
    changes: Mutex<BTreeMap<GroupName, watch::Sender<u64>>>,
    watch: Mutex<ClockWatch>,
}

/// A notification that is not stored yet.
struct Waiting {
    alerts: Vec<Alert>,
    answer: oneshot::Sender<Result<(), Arc<StoreError>>>,
}

/// What somebody commits for all who wait. Who is dropped in the middle of it leaves it to the next of them; where nobody waits, it
/// was not told to anybody as stored and does not count.
struct Taken<'a> {
    board: &'a AlertBoard,
    rows: Vec<AlertRow>,
    answers: Vec<oneshot::Sender<Result<(), Arc<StoreError>>>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut alerts: Vec<Alert> = self.rows.drain(..).map(|row| row.alert).collect();
        let waiting = self.answers.drain(..).filter(|answer| !answer.is_closed());
        let waiting = waiting.map(|answer| Waiting { alerts: std::mem::take(&mut alerts), answer });
        self.board.pending().splice(..0, waiting);
    }
}

fn left_open(unanswered: oneshot::error::RecvError) -> StoreError {
    StoreError::Broken {
        attempted: "keeping alerts".to_owned(),
        advice: "it was not told how that ended".to_owned(),
        source: Box::new(unanswered),
    }
}

impl fmt::Debug for AlertBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertBoard").field("freshness", &self.freshness).finish_non_exhaustive()
    }
}

/// What a notification said was not kept: answer its sender so that it sends it again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the alerts were not stored")]
#[non_exhaustive]
pub struct NotKept(#[source] pub Arc<StoreError>);

impl AlertBoard {
    pub(super) fn new<'a>(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        freshness: AlertFreshness,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Self {
        let policies = groups.into_iter().flat_map(|group| &group.policies);
        let named = policies.map(|policy| policy.on.get(ALERTNAME).cloned());
        let names = named.chain(freshness.heartbeat.get(ALERTNAME).cloned().map(Some)).collect();
        Self {
            names,
            watch: Mutex::new(ClockWatch::new(&*clock)),
            store,
            clock,
            freshness,
            table: RwLock::default(),
            loaded: OnceCell::new(),
            pending: Mutex::default(),
            commit: tokio::sync::Mutex::default(),
            polling: tokio::sync::Mutex::default(),
            pruned: Mutex::default(),
            changes: Mutex::default(),
        }
    }

    /// Writes to the store what changes nothing, to see whether a notification could be kept now.
    ///
    /// # Errors
    /// [`StoreError`] if it could not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.store.probe().await
    }

    /// Takes in what a notification says. Returns only once it is stored.
    ///
    /// # Errors
    /// [`NotKept`] if the store did not keep it: nothing of it counts then.
    pub async fn notified(&self, alerts: Vec<Alert>) -> Result<(), NotKept> {
        if alerts.is_empty() {
            return Ok(());
        }
        self.load().await.map_err(|error| NotKept(Arc::new(error)))?;
        let (sender, mut answer) = oneshot::channel();
        self.pending().push(Waiting { alerts, answer: sender });
        let answered = tokio::select! {
            biased;
            answered = &mut answer => answered,
            guard = self.commit.lock() => {
                self.commit_pending().await;
                drop(guard);
                answer.await
            }
        };
        answered.unwrap_or_else(|unanswered| Err(Arc::new(left_open(unanswered)))).map_err(NotKept)
    }

    fn pending(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores everything that waits, in one commit, and answers all who wait.
    async fn commit_pending(&self) {
        let mut waiting = std::mem::take(&mut *self.pending());
        // Who went away was not told that it is stored, and sends it again.
        waiting.retain(|waiting| !waiting.answer.is_closed());
        if waiting.is_empty() {
            return;
        }
        let (mut alerts, mut answers) = (Vec::new(), Vec::new());
        for mut one in waiting {
            alerts.append(&mut one.alerts);
            answers.push(one.answer);
        }
        self.keep_time();
        let now = self.clock.now();
        let rows = self.held().notified(alerts, now, self.freshness.gap());
        let mut taken = Taken { board: self, rows, answers };
        let rows = &taken.rows;
        let lasting = self.lasting(rows);
        let kept = match lasting.as_slice() {
            [] => Ok(()),
            rows => self.store.keep_alerts(rows, None).await.map_err(Arc::new),
        };
        let rows = std::mem::take(&mut taken.rows);
        if kept.is_ok() {
            self.publish(rows, None);
        }
        for answer in std::mem::take(&mut taken.answers) {
            // One that no longer listens needs no answer.
            let _ = answer.send(kept.clone());
        }
        self.prune(now).await;
    }

    /// Takes in a whole, successful poll that was begun at `asked`.
    ///
    /// # Errors
    /// [`StoreError`] if the store did not keep it: the poll does not count then.
    pub async fn polled(&self, alerts: Vec<Alert>, asked: Timestamp) -> Result<(), StoreError> {
        self.load().await?;
        let guard = self.commit.lock().await;
        self.keep_time();
        let now = self.clock.now();
        let rows = self.held().polled(alerts, asked, self.freshness.gap());
        self.store.keep_alerts(&self.lasting(&rows), Some(asked)).await?;
        self.publish(rows, Some(asked));
        self.prune(now).await;
        drop(guard);
        Ok(())
    }

    /// What the store must know of `rows`: whoever routes all alerts here repeats thousands that no policy is about. A change is
    /// stored all the same, for a policy that is new at a start must not take an alert that fires for one that does not.
    fn lasting(&self, rows: &[AlertRow]) -> Vec<AlertRow> {
        let table = self.held();
        let changed =
            |row: &AlertRow| table.row(&row.alert.fingerprint).is_none_or(|known| known.alert != row.alert);
        rows.iter().filter(|row| self.concerns(row) || changed(row)).cloned().collect()
    }

    /// Whether a policy or the heartbeat may be about it.
    fn concerns(&self, row: &AlertRow) -> bool {
        let name = row.label(ALERTNAME).unwrap_or_default();
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Drops alerts, whatever they say, and returns those that were there. One that its sender tells of again is back.
    pub(super) async fn forget(&self, fingerprints: &[String]) -> Result<Vec<String>, StoreError> {
        self.load().await?;
        let guard = self.commit.lock().await;
        let held: Vec<String> = {
            let table = self.held();
            fingerprints.iter().filter(|fingerprint| table.row(fingerprint).is_some()).cloned().collect()
        };
        self.drop_rows(&held).await?;
        self.rouse(|_| !held.is_empty());
        drop(guard);
        Ok(held)
    }

    /// Takes rows out of the store and of the table.
    async fn drop_rows(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        if !fingerprints.is_empty() {
            self.store.forget_alerts(fingerprints).await?;
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            for fingerprint in fingerprints {
                table.remove(fingerprint);
            }
        }
        Ok(())
    }

    /// How the table is believed.
    pub(super) const fn freshness(&self) -> &AlertFreshness {
        &self.freshness
    }

    /// Forgets what was resolved long ago, now and then: it looks at every row.
    async fn prune(&self, now: Timestamp) {
        let old = {
            let mut pruned = self.pruned.lock().unwrap_or_else(PoisonError::into_inner);
            if pruned.is_some_and(|at| elapsed(at, now) < PRUNE) {
                return;
            }
            *pruned = Some(now);
            self.held().outdated(now)
        };
        if let Err(error) = self.drop_rows(&old).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old alerts could not be removed from the store"
            );
        }
    }

    /// Polls `source` every `every` until the future is dropped. Where somebody polls already, it waits to take over.
    pub(super) async fn poll(&self, source: &dyn AlertSource, every: Duration) {
        let _polling = self.polling.lock().await;
        loop {
            let begun = self.clock.now();
            match source.alerts().await {
                Ok(alerts) => {
                    if let Err(error) = self.polled(alerts, begun).await {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "a poll of the alerts was not stored"
                        );
                    }
                }
                Err(failure) => {
                    tracing::warn!(
                        error = &failure as &dyn std::error::Error,
                        "the alerts could not be polled"
                    );
                }
            }
            self.clock
                .sleep_until(after(begun, every).max(after(self.clock.now(), Duration::from_millis(100))))
                .await;
        }
    }

    /// Reads the table from the store, once.
    pub(super) async fn load(&self) -> Result<(), StoreError> {
        self.loaded
            .get_or_try_init(|| async {
                let stored = self.store.alerts().await?;
                *self.table.write().unwrap_or_else(PoisonError::into_inner) = stored;
                Ok(())
            })
            .await
            .copied()
    }

    /// The table as it is now.
    #[must_use]
    pub fn table(&self) -> AlertTable {
        self.held().clone()
    }

    fn held(&self) -> RwLockReadGuard<'_, AlertTable> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that the table goes by the wall clock as it is now.
    fn keep_time(&self) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, set_by) = watch.look(&*self.clock);
        *watch = now;
        if let Some(by) = set_by {
            self.table.write().unwrap_or_else(PoisonError::into_inner).clock_set(by);
        }
    }

    /// What the policies of `group` say at `now`.
    #[must_use]
    pub fn signals(&self, group: &Group, now: Timestamp) -> Signals {
        self.keep_time();
        Signals::read(group, &self.held(), &self.freshness, now)
    }

    /// Changes whenever an alert changes its state that speaks of `group`, or of no group.
    pub(super) fn changes(&self, group: &GroupName) -> watch::Receiver<u64> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.entry(group.clone()).or_default().subscribe()
    }

    /// How often the alerts are polled, where they are.
    pub(super) const fn poll_every(&self) -> Option<Duration> {
        self.freshness.poll
    }

    fn publish(&self, rows: Vec<AlertRow>, polled: Option<Timestamp>) {
        // The groups that rows of concern speak of whose state changed; none for those that speak of no group.
        let mut changed: BTreeSet<Option<String>> = BTreeSet::new();
        {
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(asked) = polled {
                table.keep_poll(asked, self.freshness.gap());
            }
            for row in rows {
                let concerned = self.concerns(&row).then(|| row.label(GROUP_LABEL).map(str::to_owned));
                let state = row.alert.state;
                if table.put(row) != Some(state) {
                    changed.extend(concerned);
                }
            }
        }
        self.rouse(|group| changed.contains(&None) || changed.contains(&Some(group.to_string())));
    }

    /// Tells groups that alerts changed which may speak of them.
    fn rouse(&self, of: impl Fn(&GroupName) -> bool) {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, version) in changes.iter().filter(|(group, _)| of(group)) {
            version.send_modify(|version| *version = version.wrapping_add(1));
        }
    }
}
