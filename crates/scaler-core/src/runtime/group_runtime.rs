//! What the actors, the calls and the watchers of one process share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use crate::model::{ActorId, Group, GroupName, InstanceType, Position, Price};
use crate::ports::{AlertSource, Clock, Compute, Store};
use crate::runtime::executor::Tools;
use crate::runtime::hub::Hub;
use crate::runtime::journal::Journal;
use crate::runtime::limiter::Lanes;
use crate::runtime::observer::Observer;
use crate::runtime::removal_budget::Ration;
use crate::runtime::{AlertBoard, Error, TurnReport};
use crate::state::Memory;
use crate::view::{Event, Moment};

/// What all groups share.
pub(super) struct Shared {
    pub(super) compute: Arc<dyn Compute>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) source: Option<Arc<dyn AlertSource>>,
    pub(super) board: Arc<AlertBoard>,
    pub(super) observer: Observer,
    pub(super) lanes: Arc<Lanes>,
    pub(super) ration: Ration,
    pub(super) hub: Arc<Hub>,
    pub(super) seats: BTreeMap<String, Arc<Seat>>,
    pub(super) chance: Mutex<fastrand::Rng>,
    pub(super) stop: watch::Sender<bool>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("groups", &self.seats.keys()).finish_non_exhaustive()
    }
}

impl Shared {
    /// The seat of a group.
    pub(super) fn seat(&self, group: &str) -> Result<Arc<Seat>, Error> {
        self.seats.get(group).map(Arc::clone).ok_or_else(|| Error::UnknownGroup {
            group: group.to_owned(),
            known: self.seats.keys().cloned().collect::<Vec<_>>().join(", "),
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

    /// Members of the whole installation that may be serving, as far as this process knows.
    pub(super) fn accepting(&self) -> u32 {
        self.seats.values().map(|seat| seat.accepting.load(Ordering::Relaxed)).fold(0, u32::saturating_add)
    }
}

/// Random lower-case letters and digits.
pub(super) fn letters(chance: &mut fastrand::Rng, n: usize) -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..n).filter_map(|_| chance.choice(ALPHABET).map(|byte| char::from(*byte))).collect()
}

/// A group's seat: its journal, whether an actor sits in it, and what that one last saw.
pub(super) struct Seat {
    pub(super) name: GroupName,
    pub(super) journal: Arc<tokio::sync::Mutex<Journal>>,
    pub(super) progress: watch::Receiver<Position>,
    /// Held by the actor.
    pub(super) turning: Arc<tokio::sync::Mutex<()>>,
    /// Rouses the actor.
    pub(super) rouse: Notify,
    pub(super) tools: Arc<Tools>,
    accepting: AtomicU32,
    group: Mutex<Arc<Group>>,
    prices: Mutex<BTreeMap<InstanceType, Price>>,
    report: Mutex<Option<Arc<TurnReport>>>,
    trouble: Mutex<Option<String>>,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").field("group", &self.name).finish_non_exhaustive()
    }
}

impl Seat {
    pub(super) fn new(group: Arc<Group>, journal: Journal, tools: Arc<Tools>) -> Self {
        let prices = group.cost.as_ref().map(|cost| cost.prices.clone()).unwrap_or_default();
        Self {
            name: group.name.clone(),
            progress: journal.progress(),
            journal: Arc::new(tokio::sync::Mutex::new(journal)),
            turning: Arc::default(),
            rouse: Notify::new(),
            tools,
            accepting: AtomicU32::new(0),
            group: Mutex::new(group),
            prices: Mutex::new(prices),
            report: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// The group, with the prices that were learnt.
    pub(super) fn group(&self) -> Arc<Group> {
        Arc::clone(&self.group.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Types of the template whose price is not known.
    pub(super) fn unpriced(&self) -> Vec<InstanceType> {
        let prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        self.group().template.types.iter().filter(|kind| !prices.contains_key(kind)).cloned().collect()
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
    pub(super) fn cost(&self, memory: &Memory) -> Option<Price> {
        let prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        memory
            .members
            .values()
            .filter(|member| member.may_exist())
            .map(|member| prices.get(&member.kind).copied())
            .try_fold(Price::default(), |sum, price| price.map(|price| sum.plus(price)))
    }

    /// What the last turn saw and planned.
    pub(super) fn report(&self) -> Option<Arc<TurnReport>> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A turn is over.
    pub(super) fn turned(&self, report: Arc<TurnReport>, memory: &Memory) {
        self.accepting.store(memory.accepting(), Ordering::Relaxed);
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Why the loop does not go on.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The loop could not go on; told when it is something new.
    pub(super) async fn troubled(&self, shared: &Shared, error: &Error) {
        let why = chain(error);
        let news = {
            let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            trouble.replace(why.clone()).as_ref() != Some(&why)
        };
        if news {
            tracing::error!(group = %self.name, "the loop could not go on: {why}");
            let memory = self.journal.lock().await.memory();
            shared.hub.tell(&Event::now(&self.name, &memory, shared.clock.now(), Moment::Trouble { why }));
        }
    }
}

/// An error with everything beneath it, on one line.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
