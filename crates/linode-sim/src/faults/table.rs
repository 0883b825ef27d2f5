//! The faults in force, and which of them strikes now.

use std::time::Duration;

use jiff::Timestamp;

use super::{ActiveFault, Effect, Fault, FaultId, Target};
use crate::clock::later;

#[derive(Debug)]
struct Entry {
    id: FaultId,
    fault: Fault,
    from: Timestamp,
    until: Timestamp,
    seen: u32,
    struck: u32,
}

/// What a fault is matched against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Without the version, such as `/linode/instances/123`.
    pub(crate) path: &'a str,
    pub(crate) collection: bool,
}

/// Every fault that was added and not removed.
#[derive(Debug, Default)]
pub(crate) struct FaultTable {
    entries: Vec<Entry>,
    next: u64,
}

impl FaultTable {
    pub(crate) fn add(&mut self, fault: Fault, now: Timestamp) -> FaultId {
        self.next += 1;
        let id = FaultId(self.next);
        let from = later(now, Duration::from_millis(fault.after_millis));
        let until = fault.for_millis.map_or(Timestamp::MAX, |span| later(from, Duration::from_millis(span)));
        self.entries.push(Entry { id, fault, from, until, seen: 0, struck: 0 });
        id
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id);
        self.entries.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        let active =
            |entry: &Entry| ActiveFault { id: entry.id, fault: entry.fault.clone(), struck: entry.struck };
        self.entries.iter().map(active).collect()
    }

    /// The first fault that strikes this request and that `wanted` takes.
    pub(crate) fn strike(
        &mut self,
        request: Request<'_>,
        now: Timestamp,
        rng: &mut fastrand::Rng,
        wanted: impl Fn(&Effect) -> bool,
    ) -> Option<Effect> {
        self.first(now, rng, |fault| wanted(&fault.effect) && matches(&fault.target, request))
    }

    /// The first fault that strikes something that is no request: a boot, a service, a mode.
    pub(crate) fn strike_target(
        &mut self,
        target: &Target,
        now: Timestamp,
        rng: &mut fastrand::Rng,
        wanted: impl Fn(&Effect) -> bool,
    ) -> Option<Effect> {
        self.first(now, rng, |fault| fault.target == *target && wanted(&fault.effect))
    }

    fn first(
        &mut self,
        now: Timestamp,
        rng: &mut fastrand::Rng,
        applies: impl Fn(&Fault) -> bool,
    ) -> Option<Effect> {
        for entry in &mut self.entries {
            let spent = entry.fault.count.is_some_and(|count| entry.struck >= count);
            if spent || now < entry.from || now >= entry.until || !applies(&entry.fault) {
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

fn matches(target: &Target, request: Request<'_>) -> bool {
    let Request { method, path, collection } = request;
    match target {
        Target::Any => true,
        Target::Create => method == "POST" && path == "/linode/instances",
        Target::Delete => {
            method == "DELETE" && glob("/linode/instances/*", path) && path.matches('/').count() == 3
        }
        Target::List => method == "GET" && collection,
        Target::Instances => method == "GET" && path == "/linode/instances",
        Target::Nodes => glob("/nodebalancers/*/configs/*/nodes*", path),
        Target::Balancers => path.starts_with("/nodebalancers"),
        Target::Events => method == "GET" && path == "/account/events",
        Target::Request { method: wanted, path: pattern } => {
            (wanted == "*" || wanted == method) && glob(pattern, path)
        }
        Target::Boot | Target::Health | Target::Mode => false,
    }
}

/// Whether `text` has the form of `pattern`, in which `*` stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let tail: Vec<&str> = parts.collect();
    let Some((last, middle)) = tail.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}
