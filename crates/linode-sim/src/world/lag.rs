//! Lists that lag writes: for a while they show what was before.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::World;
use crate::faults::{Effect, Request};
use api_sim::later;

/// The lists that may lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Collection {
    /// `/linode/instances`.
    Instances,
    /// `/nodebalancers`.
    Balancers,
    /// The configs of a NodeBalancer.
    Configs(u64),
    /// The nodes of a config.
    Nodes(u64),
    /// `/linode/stackscripts`.
    StackScripts,
    /// `/networking/firewalls`.
    Firewalls,
}

#[derive(Debug)]
struct Old {
    until: Timestamp,
    /// What the list shows until then; nothing for an object that is new.
    shown: Option<Value>,
}

/// What was before the latest writes.
#[derive(Debug, Default)]
pub(crate) struct Lags {
    old: BTreeMap<Collection, BTreeMap<u64, Old>>,
}

/// One row of a list: what is, or what was.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Row<'a, T> {
    /// As it is now.
    Now(&'a T),
    /// As it was before a write that the list has not caught up with.
    Before(&'a Value),
}

impl Lags {
    /// Notes what a list shows of `id` until the lag is over.
    pub(super) fn note(
        &mut self,
        list: Collection,
        id: u64,
        shown: Option<Value>,
        now: Timestamp,
        lag: Duration,
    ) {
        let rows = self.old.entry(list).or_default();
        rows.retain(|_, old| old.until > now);
        rows.entry(id).or_insert(Old { until: later(now, lag), shown });
    }

    /// What was there before anybody looked has nothing to catch up with.
    pub(crate) fn forget(&mut self, list: Collection, id: u64) {
        if let Some(rows) = self.old.get_mut(&list) {
            rows.remove(&id);
        }
    }

    /// The rows of a list as it is shown now.
    pub(crate) fn rows<'a, T>(
        &'a self,
        list: Collection,
        live: impl Iterator<Item = (u64, &'a T)>,
        now: Timestamp,
    ) -> Vec<Row<'a, T>> {
        let Some(old) = self.old.get(&list) else { return live.map(|(_, item)| Row::Now(item)).collect() };
        let mut rows = BTreeMap::new();
        for (id, item) in live {
            rows.insert(id, Row::Now(item));
        }
        for (&id, old) in old.iter().filter(|(_, old)| old.until > now) {
            match &old.shown {
                Some(shown) => {
                    rows.insert(id, Row::Before(shown));
                }
                None => {
                    rows.remove(&id);
                }
            }
        }
        rows.into_values().collect()
    }
}

impl World {
    /// Notes what the list at `path` goes on showing of an object that is about to be written.
    pub(super) fn lagging(
        &mut self,
        list: Collection,
        path: &str,
        id: u64,
        shown: impl FnOnce(&Self) -> Option<Value>,
    ) {
        let lag = self.timings.list_lag.draw(&mut self.rng).max(self.lag_by_fault(path));
        if !lag.is_zero() {
            let shown = shown(self);
            self.lags.note(list, id, shown, self.now, lag);
        }
    }

    /// How long a fault that is in force has the list at `path` lag.
    pub(super) fn lag_by_fault(&mut self, path: &str) -> Duration {
        let request = Request { method: "GET", path, collection: true };
        let wanted = |effect: &Effect| matches!(effect, Effect::Lag { .. });
        match self.strike(request, wanted) {
            Some(Effect::Lag { millis }) => Duration::from_millis(millis),
            _ => Duration::ZERO,
        }
    }
}
