//! The single task that runs a group's reconcile loop.

use std::sync::Arc;

use tokio::sync::{OwnedMutexGuard, watch};
use tracing::Instrument;

use crate::reconcile::TurnReport;
use crate::runtime::Error;
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::in_flight::InFlight;
use crate::runtime::turn::{Reconciler, Taken};

/// Turns that others keep coming between before the actor gives way for a while.
const AGAIN: usize = 8;

/// The single task that runs a group's reconcile loop. While it exists, nothing else in this process runs that loop.
///
/// All that it does is part of the futures of its methods, steps under way included: dropping the actor is as a crash
/// would be, and the next one goes on from the log.
#[derive(Debug)]
pub struct Actor {
    pub(super) reconciler: Reconciler,
    pub(super) in_flight: InFlight,
    pub(super) stop: watch::Receiver<bool>,
    alerts: watch::Receiver<u64>,
    _turning: OwnedMutexGuard<()>,
}

enum Woken {
    Due,
    Alerts,
}

impl Actor {
    /// Takes the group over: whoever had it before can append nothing more.
    pub(super) async fn begin(
        shared: Arc<Runtime>,
        group_runtime: Arc<GroupRuntime>,
        turning: OwnedMutexGuard<()>,
    ) -> Result<Self, Error> {
        let loading = shared.board.load().await;
        loading.map_err(|source| Error::Store { group: group_runtime.name.to_string(), source })?;
        {
            let mut journal = group_runtime.journal.lock().await;
            journal.begin(shared.new_actor(), &shared.letters(5)).await?;
        }
        let (stop, alerts) = (shared.stop.subscribe(), shared.board.changes());
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
            let (from, observation) = self.in_flight.beside(self.reconciler.observe(slots)).await;
            if self.in_flight.has_ended() {
                // What was seen began before that outcome: look again. No step is begun meanwhile, so this ends.
                continue;
            }
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
            let (wake, stop, alerts) = (self.reconciler.wake, &mut self.stop, &mut self.alerts);
            let stopping = *stop.borrow();
            let woken = self
                .in_flight
                .until_ended(async {
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop), if !stopping => Woken::Due,
                        () = group_runtime.rouse.notified() => Woken::Due,
                        _ = alerts.changed() => Woken::Alerts,
                        () = clock.sleep_until(wake) => Woken::Due,
                    }
                })
                .await;
            match woken {
                Some(Woken::Due) => return Ok(()),
                Some(Woken::Alerts) if self.reconciler.signals_changed() => return Ok(()),
                Some(Woken::Alerts) => {}
                None => {
                    self.record().await?;
                    self.reconciler.turn_soon(!self.in_flight.is_empty());
                }
            }
        }
    }

    /// Writes down the outcomes that arrived.
    pub(super) async fn record(&mut self) -> Result<(), Error> {
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
