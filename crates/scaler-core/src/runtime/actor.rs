//! The one task that turns a group's loop.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{OwnedMutexGuard, watch};
use tracing::Instrument;

use crate::model::{Observation, Signals};
use crate::reconcile::{Decision, Plan};
use crate::runtime::Error;
use crate::runtime::group_runtime::{Seat, Shared};
use crate::runtime::in_flight::UnderWay;
use crate::runtime::turn::{Mind, Thought};
use crate::state::Step;

/// Turns that others keep coming between before the actor gives way for a while.
const AGAIN: usize = 8;

/// What a turn saw, decided and planned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TurnReport {
    /// When.
    pub at: Timestamp,
    /// The decision; in modes that carry nothing out it is a wish.
    pub decision: Decision,
    /// What was begun, what is waited for, what is held back. Steps for which no ration was left are not in it.
    pub plan: Plan,
    /// What was seen.
    pub observation: Observation,
    /// What the policies said.
    pub signals: Signals,
    /// The steps under way, those begun in this turn included.
    pub under_way: Vec<Step>,
}

/// The one task that turns a group's loop. While it exists nobody else in this process turns it.
///
/// All that it does is part of the futures of its methods, steps under way included: dropping the actor is as a crash
/// would be, and the next one goes on from the log.
#[derive(Debug)]
pub struct Actor {
    pub(super) mind: Mind,
    pub(super) under_way: UnderWay,
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
        shared: Arc<Shared>,
        seat: Arc<Seat>,
        turning: OwnedMutexGuard<()>,
    ) -> Result<Self, Error> {
        let loading = shared.board.load().await;
        loading.map_err(|source| Error::Store { group: seat.name.to_string(), source })?;
        {
            let mut journal = seat.journal.lock().await;
            journal.begin(shared.new_actor(), &shared.letters(5)).await?;
        }
        let (stop, alerts) = (shared.stop.subscribe(), shared.board.changes());
        let mind = Mind::new(shared, seat);
        Ok(Self { mind, under_way: UnderWay::default(), stop, alerts, _turning: turning })
    }

    /// One turn: observe, notice, decide, plan, write the intents down, begin the steps. A turn that changes nothing
    /// appends nothing. Steps that were begun go on in later turns and in [`rest`](Self::rest).
    ///
    /// # Errors
    /// [`Error::Overtaken`] if another actor took over; [`Error::Store`] if the log could not be read or written, in which
    /// case nothing new was begun; [`Error::Busy`].
    pub async fn turn(&mut self) -> Result<Arc<TurnReport>, Error> {
        let memory = self.mind.seat.journal.lock().await.memory();
        let operation = memory.operation.as_ref().map_or(0, |operation| operation.id.0);
        let span = tracing::info_span!(
            "turn", group = %self.mind.seat.name, generation = memory.generation, operation
        );
        self.turn_once().instrument(span).await
    }

    async fn turn_once(&mut self) -> Result<Arc<TurnReport>, Error> {
        self.alerts.mark_unchanged();
        self.under_way.beside(self.mind.learn_prices()).await;
        let mut attempts = 0;
        while attempts < AGAIN {
            self.record().await?;
            let slots = self.under_way.slots();
            let (from, observation) = self.under_way.beside(self.mind.observe(slots)).await;
            if self.under_way.has_landed() {
                // What was seen began before that outcome: look again. No step is begun meanwhile, so this ends.
                continue;
            }
            let thinking = self.mind.think(from, observation, self.under_way.steps(), &self.stop);
            match self.under_way.beside(thinking).await? {
                Thought::Again => attempts += 1,
                Thought::Done(report, begun) => {
                    begun.into_iter().for_each(|step| self.under_way.start(step));
                    return Ok(report);
                }
            }
        }
        Err(Error::Busy { group: self.mind.seat.name.clone() })
    }

    /// Carries on with the steps under way until the next turn is due: by a deadline, an outcome, a notification, a call,
    /// or because the scaler stops. Outcomes are written down as they arrive.
    ///
    /// # Errors
    /// As [`turn`](Self::turn).
    pub async fn rest(&mut self) -> Result<(), Error> {
        loop {
            let (clock, seat) = (Arc::clone(&self.mind.shared.clock), Arc::clone(&self.mind.seat));
            let (wake, stop, alerts) = (self.mind.wake, &mut self.stop, &mut self.alerts);
            let stopping = *stop.borrow();
            let woken = self
                .under_way
                .until_landed(async {
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop), if !stopping => Woken::Due,
                        () = seat.rouse.notified() => Woken::Due,
                        _ = alerts.changed() => Woken::Alerts,
                        () = clock.sleep_until(wake) => Woken::Due,
                    }
                })
                .await;
            match woken {
                Some(Woken::Due) => return Ok(()),
                Some(Woken::Alerts) if self.mind.signals_changed() => return Ok(()),
                Some(Woken::Alerts) => {}
                None => {
                    self.record().await?;
                    self.mind.turn_soon(!self.under_way.is_empty());
                }
            }
        }
    }

    /// Writes down the outcomes that arrived.
    pub(super) async fn record(&mut self) -> Result<(), Error> {
        let landed = self.under_way.take_landed();
        self.under_way.beside(self.mind.record(landed)).await
    }

    /// Waits for the steps under way, each within its limit, and writes their outcomes down. Begins nothing.
    ///
    /// # Errors
    /// As [`turn`](Self::turn); then outcomes are missing in the log, and the next actor looks them up.
    pub async fn finish(&mut self) -> Result<(), Error> {
        while !self.under_way.is_empty() {
            self.under_way.next_landed().await;
            self.record().await?;
        }
        self.record().await
    }
}
