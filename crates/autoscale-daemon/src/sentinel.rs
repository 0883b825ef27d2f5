//! What only shows by looking again and again: how long a group wants more than it may have, and when it was last seen.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{Signal, elapsed};
use scaler_core::view::Status;

/// What was gathered about each group.
#[derive(Debug, Default)]
pub(crate) struct Sentinel {
    groups: Mutex<BTreeMap<String, Gathered>>,
}

/// What was gathered about a group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gathered {
    /// When the last complete observation was taken.
    pub(crate) observed: Option<Timestamp>,
    /// How long a signal was high at the largest size.
    pub(crate) short: Duration,
    looked: Option<(Timestamp, bool)>,
}

impl Sentinel {
    /// Takes in how a group stands.
    pub(crate) fn see(&self, status: &Status) -> Gathered {
        let mut groups = self.groups();
        let gathered = groups.entry(status.group.clone()).or_default();
        gathered.observed = status.observed.max(gathered.observed);
        let short = status.signal == Some(Signal::High)
            && status.desired.or(status.wished).is_some_and(|desired| desired >= status.max);
        if let Some((looked, true)) = gathered.looked
            && short
        {
            gathered.short += elapsed(looked, status.at);
        }
        gathered.looked = Some((status.at, short));
        *gathered
    }

    fn groups(&self) -> MutexGuard<'_, BTreeMap<String, Gathered>> {
        // Nothing is left half done while it is held.
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
