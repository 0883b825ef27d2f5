//! The faults in force, and which of them strikes now.

use std::time::Duration;

use jiff::Timestamp;

use super::{ActiveFault, Fault, FaultId};
use crate::clock::later;

#[derive(Debug)]
struct Entry<T, E> {
    id: FaultId,
    fault: Fault<T, E>,
    from: Timestamp,
    until: Timestamp,
    seen: u32,
    struck: u32,
}

/// Every fault that was added and not removed.
#[derive(Debug)]
pub struct FaultTable<T, E> {
    entries: Vec<Entry<T, E>>,
    next: u64,
}

impl<T, E> Default for FaultTable<T, E> {
    fn default() -> Self {
        Self { entries: Vec::new(), next: 0 }
    }
}

impl<T: Clone, E: Clone> FaultTable<T, E> {
    /// Adds a fault; it is in force from its time on.
    pub fn add(&mut self, fault: Fault<T, E>, now: Timestamp) -> FaultId {
        self.next += 1;
        let id = FaultId(self.next);
        let from = later(now, Duration::from_millis(fault.after_millis));
        let until = fault.for_millis.map_or(Timestamp::MAX, |span| later(from, Duration::from_millis(span)));
        self.entries.push(Entry { id, fault, from, until, seen: 0, struck: 0 });
        id
    }

    /// Removes a fault; `false` when there is none of this name.
    pub fn remove(&mut self, id: FaultId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id);
        self.entries.len() < before
    }

    /// Removes all faults.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The faults that were added and not removed.
    #[must_use]
    pub fn list(&self) -> Vec<ActiveFault<T, E>> {
        let active = |entry: &Entry<T, E>| ActiveFault {
            id: entry.id,
            fault: entry.fault.clone(),
            struck: entry.struck,
        };
        self.entries.iter().map(active).collect()
    }

    /// The effect of the first fault that applies and strikes now.
    pub fn strike(
        &mut self,
        now: Timestamp,
        rng: &mut fastrand::Rng,
        applies: impl Fn(&T, &E) -> bool,
    ) -> Option<E> {
        for entry in &mut self.entries {
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
