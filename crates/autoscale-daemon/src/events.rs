//! The latest events, numbered, for those who ask what happened since.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use autoscale_api::{EventPage, NumberedEvent};
use scaler_core::view::Event;
use tokio::sync::watch;

/// Events that are kept of each group.
const KEPT: usize = 1_024;

/// The latest events of each group.
#[derive(Debug)]
pub(crate) struct EventLog {
    rings: Mutex<BTreeMap<String, Ring>>,
    last: watch::Sender<u64>,
    first: u64,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<NumberedEvent>,
    /// The number of the last event that was dropped.
    dropped: u64,
}

impl EventLog {
    /// Numbers begin above `first`: a later start begins with a higher one, so that nobody mistakes old for new.
    pub(crate) fn new(first: u64) -> Self {
        Self { rings: Mutex::default(), last: watch::Sender::new(first), first }
    }

    /// Keeps an event.
    pub(crate) fn keep(&self, event: &Event) {
        let mut rings = self.rings();
        let seq = self.last.borrow().saturating_add(1);
        let ring = rings.entry(event.group.to_string()).or_default();
        ring.events.push_back(NumberedEvent::new(seq, event.clone()));
        if ring.events.len() > KEPT
            && let Some(old) = ring.events.pop_front()
        {
            ring.dropped = old.seq;
        }
        self.last.send_replace(seq);
    }

    /// Changes with every event.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// The number of the latest event.
    pub(crate) fn last(&self) -> u64 {
        *self.last.borrow()
    }

    /// The events of `group` with numbers above `after`.
    pub(crate) fn after(&self, group: &str, after: u64) -> EventPage {
        let rings = self.rings();
        let last = self.last();
        let ring = rings.get(group);
        let dropped = ring.map_or(0, |ring| ring.dropped).max(self.first);
        // A number of the future is another start's, whose clock was ahead.
        let (missed, after) = if after > last { (true, self.first) } else { (after < dropped, after) };
        let events: Vec<NumberedEvent> = ring
            .into_iter()
            .flat_map(|ring| ring.events.iter().filter(|event| event.seq > after))
            .cloned()
            .collect();
        EventPage::new(events, last, missed)
    }

    fn rings(&self) -> MutexGuard<'_, BTreeMap<String, Ring>> {
        // Nothing is left half done while it is held.
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
