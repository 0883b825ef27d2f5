//! The faults in force, and which of them strikes now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{ActiveFault, Effect, Fault, FaultId, ParseFaultError, Target};
use crate::clock::{SimulatedClock, later};

#[derive(Debug)]
struct Entry<T, E> {
    id: FaultId,
    fault: Fault<T, E>,
    from: Timestamp,
    until: Timestamp,
    seen: u32,
    struck: u32,
}

#[derive(Debug)]
struct Table<T, E> {
    entries: Vec<Entry<T, E>>,
    last: u64,
}

/// The faults of a simulator, to be dialled in at any time. A clone is the same faults.
#[derive(Debug)]
pub struct Faults<T, E> {
    clock: SimulatedClock,
    table: Arc<Mutex<Table<T, E>>>,
}

impl<T, E> Clone for Faults<T, E> {
    fn clone(&self) -> Self {
        Self { clock: self.clock.clone(), table: Arc::clone(&self.table) }
    }
}

impl<T: Clone, E: Clone> Faults<T, E> {
    /// None, on a clock.
    #[must_use]
    pub fn new(clock: SimulatedClock) -> Self {
        Self { clock, table: Arc::new(Mutex::new(Table { entries: Vec::new(), last: 0 })) }
    }

    /// A panic elsewhere leaves plain data behind, so a poisoned lock is still good.
    fn table(&self) -> MutexGuard<'_, Table<T, E>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault; it is in force from its time on.
    pub fn add(&self, fault: Fault<T, E>) -> FaultId {
        let mut table = self.table();
        table.last += 1;
        let id = FaultId(table.last);
        let from = later(self.clock.now(), Duration::from_millis(fault.after_millis));
        let until = fault.for_millis.map_or(Timestamp::MAX, |span| later(from, Duration::from_millis(span)));
        table.entries.push(Entry { id, fault, from, until, seen: 0, struck: 0 });
        id
    }

    /// Adds faults that stand in a string, as [`Fault::parse_all`] reads it.
    ///
    /// # Errors
    /// When it can't be read; then none is added.
    pub fn add_all(&self, text: &str) -> Result<Vec<FaultId>, ParseFaultError>
    where
        T: Target,
        E: Effect<T>,
    {
        Ok(Fault::parse_all(text)?.into_iter().map(|fault| self.add(fault)).collect())
    }

    /// Removes a fault; `false` when there is none of this name.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut table = self.table();
        let before = table.entries.len();
        table.entries.retain(|entry| entry.id != id);
        table.entries.len() < before
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.table().entries.clear();
    }

    /// The faults in force, and how often each struck.
    #[must_use]
    pub fn list(&self) -> Vec<ActiveFault<T, E>> {
        let active = |entry: &Entry<T, E>| ActiveFault {
            id: entry.id,
            fault: entry.fault.clone(),
            struck: entry.struck,
        };
        self.table().entries.iter().map(active).collect()
    }

    /// The effect of the first fault that applies and strikes at this time.
    pub fn strike(
        &self,
        now: Timestamp,
        rng: &mut fastrand::Rng,
        applies: impl Fn(&T, &E) -> bool,
    ) -> Option<E> {
        for entry in &mut self.table().entries {
            let spent = entry.fault.count.is_some_and(|count| entry.struck >= count);
            let in_force = now >= entry.from && now < entry.until;
            if spent || !in_force || !applies(&entry.fault.target, &entry.fault.effect) {
                continue;
            }
            entry.seen = entry.seen.saturating_add(1);
            if entry.seen <= entry.fault.skip {
                continue;
            }
            if entry.fault.probability < 1.0 && rng.f64() >= entry.fault.probability {
                continue;
            }
            entry.struck = entry.struck.saturating_add(1);
            return Some(entry.fault.effect.clone());
        }
        None
    }
}
