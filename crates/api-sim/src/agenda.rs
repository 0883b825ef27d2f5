//! What will happen by itself, in the order of its time.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Things that happen when their time comes; of two at the same time the one that was added first.
#[derive(Debug)]
pub struct Agenda<D> {
    entries: BTreeMap<(Timestamp, u64), D>,
    added: u64,
}

impl<D> Default for Agenda<D> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), added: 0 }
    }
}

impl<D> Agenda<D> {
    /// Adds one.
    pub fn add(&mut self, at: Timestamp, due: D) {
        self.added += 1;
        self.entries.insert((at, self.added), due);
    }

    /// Takes the first that is due by `now`, with its time.
    pub fn pop(&mut self, now: Timestamp) -> Option<(Timestamp, D)> {
        let entry = self.entries.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }

    /// When the next is due.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|((at, _), _)| *at)
    }
}
