//! The single task that runs a group's reconcile loop: for ever, or until something is reached.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::{OwnedMutexGuard, watch};
use tracing::Instrument;

use crate::model::after;
use crate::ports::{StoreError, chain};
use crate::reconcile::TurnReport;
use crate::runtime::Error;
use crate::runtime::goal::Goal;
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::in_flight::InFlight;
use crate::runtime::turn::{Reconciler, Taken};
use crate::state::{FailureReason, Outcome};

/// Turns that others keep coming between before the actor gives way for a while.
const AGAIN: usize = 8;
/// The longest pause between attempts while the store fails.
const LONGEST: Duration = Duration::from_secs(30);
/// The pause before a log that can't be read is looked at again: a person must cure it.
const UNREADABLE: Duration = Duration::from_secs(60);

/// The pause before a task that broke off is begun again: what broke it may well do so again.
const BROKE_OFF: Duration = Duration::from_secs(10);

/// How a call ends whose deadline passed.
const LATE: Outcome = Outcome::Failed { why: FailureReason::DeadlinePassed };

/// The single task that runs a group's reconcile loop. While it exists, nothing else in this process runs that loop.
///
/// All that it does is part of the futures of its methods, steps under way included: dropping the actor is as a crash
/// would be, and the next one goes on from the log.
#[derive(Debug)]
pub struct Actor {
    reconciler: Reconciler,
    in_flight: InFlight,
    stop: watch::Receiver<bool>,
    alerts: watch::Receiver<u64>,
    _turning: OwnedMutexGuard<()>,
}

enum Woken {
    Due,
    Alerts,
}

/// Why the loop of a group ended.
enum Halt {
    /// The scaler stops.
    Stopped,
    /// What was waited for came about.
    Goal(Outcome),
    /// The caller's time is over.
    Late,
}

impl Actor {
    /// Takes the group over: whoever had it before can append nothing more.
    pub(super) async fn begin(
        shared: Arc<Runtime>,
        group_runtime: Arc<GroupRuntime>,
        turning: OwnedMutexGuard<()>,
    ) -> Result<Self, Error> {
        let loading = shared.board.load().await;
        loading.map_err(|source| Error::Store { group: Some(group_runtime.name.clone()), source })?;
        {
            let mut journal = group_runtime.journal.lock().await;
            journal.begin(shared.new_actor(), &shared.letters(5)).await?;
            group_runtime.tell_sent(&journal.state());
        }
        let (stop, alerts) = (shared.stop.subscribe(), shared.board.changes(&group_runtime.name));
        let in_flight = InFlight::new(group_runtime.under_way.clone());
        let reconciler = Reconciler::new(shared, group_runtime);
        Ok(Self { reconciler, in_flight, stop, alerts, _turning: turning })
    }

    /// One turn: observe, notice, decide, plan, write the intents down, begin the steps. A turn that changes nothing
    /// appends nothing. Steps that were begun go on in later turns and in [`rest`](Self::rest).
    ///
    /// # Errors
    /// [`Error::Overtaken`] if another actor took over; [`Error::Store`] if the log could not be read or written, in which
    /// case nothing new was begun; [`Error::Busy`].
    pub async fn turn(&mut self) -> Result<Arc<TurnReport>, Error> {
        let state = self.reconciler.group.journal.lock().await.state();
        let operation = state.operation.as_ref().map_or(0, |operation| operation.id.0);
        let span = tracing::info_span!(
            "turn", group = %self.reconciler.group.name, generation = state.generation, operation
        );
        self.turn_once().instrument(span).await
    }

    async fn turn_once(&mut self) -> Result<Arc<TurnReport>, Error> {
        self.alerts.mark_unchanged();
        self.in_flight.beside(self.reconciler.learn_prices()).await;
        let mut attempts = 0;
        while attempts < AGAIN {
            self.record().await?;
            let slots = self.in_flight.slots();
            // Steps that end from here on are still under way as far as this turn knows: it leaves their slots alone.
            let (from, observation) = self.in_flight.beside(self.reconciler.observe(slots)).await;
            let taking = self.reconciler.take(from, observation, &self.stop);
            match self.in_flight.beside(taking).await? {
                Taken::Again => attempts += 1,
                Taken::Done(report, begun) => {
                    begun.into_iter().for_each(|step| self.in_flight.start(step));
                    return Ok(report);
                }
            }
        }
        Err(Error::Busy { group: self.reconciler.group.name.clone() })
    }

    /// Carries on with the steps under way until the next turn is due: by a deadline, an outcome, a notification, a call,
    /// or because the scaler stops. Outcomes are written down as they arrive.
    ///
    /// # Errors
    /// As [`turn`](Self::turn).
    pub async fn rest(&mut self) -> Result<(), Error> {
        loop {
            let (clock, group_runtime) =
                (Arc::clone(&self.reconciler.runtime.clock), Arc::clone(&self.reconciler.group));
            let (wake, reads) = (self.reconciler.wake, self.reconciler.reads());
            let (stop, alerts) = (&mut self.stop, &mut self.alerts);
            let news = async {
                clock.sleep_until(reads).await;
                // Where nobody tells of alerts any more, the scaler is gone.
                let _ = alerts.changed().await;
            };
            let stopping = *stop.borrow();
            let woken = self
                .in_flight
                .until_ended(async {
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop), if !stopping => Woken::Due,
                        () = group_runtime.rouse.notified() => Woken::Due,
                        () = news => Woken::Alerts,
                        () = clock.sleep_until(wake) => Woken::Due,
                    }
                })
                .await;
            match woken {
                Some(Woken::Due) => return Ok(()),
                Some(Woken::Alerts) if self.reconciler.heeds_alerts() => return Ok(()),
                Some(Woken::Alerts) => {}
                None => {
                    self.record().await?;
                    self.reconciler.turn_soon(!self.in_flight.is_empty());
                }
            }
        }
    }

    /// Writes down the outcomes that arrived.
    async fn record(&mut self) -> Result<(), Error> {
        let ended = self.in_flight.take_ended();
        self.in_flight.beside(self.reconciler.record(ended)).await
    }

    /// Waits for the steps under way, each within its limit, and writes their outcomes down. Begins nothing.
    ///
    /// # Errors
    /// As [`turn`](Self::turn); then outcomes are missing in the log, and the next actor looks them up.
    pub async fn finish(&mut self) -> Result<(), Error> {
        while !self.in_flight.is_empty() {
            self.in_flight.next_end().await;
            self.record().await?;
        }
        self.record().await
    }
}

/// Turns the loop of one group as [`for_ever`] does. Where that panics it is begun anew after a pause, from the log, as after a
/// crash.
pub(super) async fn kept_up(shared: Arc<Runtime>, group_runtime: Arc<GroupRuntime>) -> Result<(), Error> {
    let mut stop = shared.stop.subscribe();
    loop {
        let turning = for_ever(Arc::clone(&shared), Arc::clone(&group_runtime));
        let said = match AssertUnwindSafe(turning).catch_unwind().await {
            Ok(ended) => return ended,
            Err(panic) => said(&*panic),
        };
        let error = Error::BrokeOff { group: group_runtime.name.clone(), said };
        group_runtime.broke_off();
        group_runtime.troubled(&shared, &error).await;
        let again = after(shared.clock.now(), BROKE_OFF);
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
            () = shared.clock.sleep_until(again) => {}
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("nothing").to_owned()
}

/// Turns the loop of one group until the scaler stops. Errors that may pass are waited out; an actor that was overtaken is
/// the end.
pub(super) async fn for_ever(shared: Arc<Runtime>, group_runtime: Arc<GroupRuntime>) -> Result<(), Error> {
    let mut stop = shared.stop.subscribe();
    let turning = tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => return Ok(()),
        turning = Arc::clone(&group_runtime.turning).lock_owned() => turning,
    };
    let mut turning = Some(turning);
    let mut failures = 0;
    let mut actor = loop {
        let Some(guard) = turning.take() else { return Ok(()) };
        match Actor::begin(Arc::clone(&shared), Arc::clone(&group_runtime), guard).await {
            Ok(actor) => break actor,
            Err(error) => {
                group_runtime.troubled(&shared, &error).await;
                failures += 1;
                let until = after(shared.clock.now(), pause(&error, failures));
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    () = shared.clock.sleep_until(until) => {}
                }
                turning = Some(Arc::clone(&group_runtime.turning).lock_owned().await);
            }
        }
    };
    work(&mut actor, None, None).await.map(drop)
}

/// Waits for `goal`: where an actor of this process turns the loop it watches, else it turns the loop itself.
pub(super) async fn follow(
    shared: Arc<Runtime>,
    group_runtime: Arc<GroupRuntime>,
    goal: Goal,
    until: Option<Timestamp>,
) -> Result<Outcome, Error> {
    let mut stop = shared.stop.subscribe();
    let turning = tokio::select! {
        biased;
        ending = watch(&shared, &group_runtime, goal) => return Ok(ending),
        _ = stop.wait_for(|stop| *stop) => return Err(Error::Stopping),
        turning = Arc::clone(&group_runtime.turning).lock_owned() => turning,
        () = deadline(&shared, until) => return Ok(LATE),
    };
    let mut actor = Actor::begin(Arc::clone(&shared), Arc::clone(&group_runtime), turning).await?;
    let polled = async {
        match (&shared.source, shared.board.poll_every()) {
            (Some(source), Some(every)) => shared.board.poll(&**source, every).await,
            _ => std::future::pending().await,
        }
    };
    let halted = tokio::select! {
        biased;
        halted = work(&mut actor, Some(goal), until) => halted?,
        () = polled => return Err(Error::Stopping),
    };
    Ok(match halted {
        Halt::Goal(ending) => ending,
        Halt::Late => LATE,
        Halt::Stopped => return Err(Error::Stopping),
    })
}

/// Turns and rests. The steps under way are waited for at the end, whatever it is.
async fn work(actor: &mut Actor, goal: Option<Goal>, until: Option<Timestamp>) -> Result<Halt, Error> {
    let (shared, group_runtime) =
        (Arc::clone(&actor.reconciler.runtime), Arc::clone(&actor.reconciler.group));
    let mut failures = 0;
    let halted = loop {
        if *actor.stop.borrow() {
            break Ok(Halt::Stopped);
        }
        let mut turned = actor.turn().await.map(drop);
        if let Some(goal) = goal {
            let now = shared.clock.now();
            if let Some(ending) = goal.ending(&*group_runtime.journal.lock().await, now) {
                break Ok(Halt::Goal(ending));
            }
            if until.is_some_and(|until| until <= now) {
                break Ok(Halt::Late);
            }
        }
        if turned.is_ok() {
            failures = 0;
            if let Some(until) = until {
                actor.reconciler.wake = actor.reconciler.wake.min(until);
            }
            turned = actor.rest().await;
        }
        match turned {
            Ok(()) => {}
            Err(error @ Error::Overtaken { .. }) => break Err(error),
            Err(error) => {
                group_runtime.troubled(&shared, &error).await;
                failures += 1;
                let again = after(shared.clock.now(), pause(&error, failures));
                let again = until.map_or(again, |until| again.min(until));
                let mut stop = shared.stop.subscribe();
                actor
                    .in_flight
                    .beside(async {
                        tokio::select! {
                            biased;
                            _ = stop.wait_for(|stop| *stop) => {}
                            () = shared.clock.sleep_until(again) => {}
                        }
                    })
                    .await;
            }
        }
    };
    match halted {
        Ok(halt) => {
            if let Err(error) = actor.finish().await {
                tracing::warn!(group = %group_runtime.name, "outcomes are missing in the log: {}", chain(&error));
            }
            Ok(halt)
        }
        Err(error) => {
            group_runtime.troubled(&shared, &error).await;
            group_runtime.journal.lock().await.retire(shared.new_actor());
            Err(error)
        }
    }
}

async fn watch(shared: &Runtime, group_runtime: &GroupRuntime, goal: Goal) -> Outcome {
    let mut progress = group_runtime.progress.clone();
    loop {
        progress.mark_unchanged();
        if let Some(ending) = goal.ending(&*group_runtime.journal.lock().await, shared.clock.now()) {
            return ending;
        }
        if progress.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn deadline(shared: &Runtime, until: Option<Timestamp>) {
    match until {
        Some(until) => shared.clock.sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn pause(error: &Error, failures: u32) -> Duration {
    match error {
        Error::Store { source: StoreError::Log { .. }, .. } => UNREADABLE,
        _ => Duration::from_secs(1).saturating_mul(1 << failures.saturating_sub(1).min(5)).min(LONGEST),
    }
}
