//! Whether an observation can be believed.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Group, Observation, elapsed};
use crate::state::GroupState;

/// An actor that just began lets no deadline pass for so long.
const SETTLE: Duration = Duration::from_secs(120);

impl Observation {
    /// Why nothing may be created or removed on its account, if so: it is discarded, or what it shows is implausible.
    #[must_use]
    pub fn doubt(&self, state: &GroupState) -> Option<String> {
        if let Some(why) = &self.discarded {
            return Some(why.clone());
        }
        let known = state.count(|member| member.instance.is_some());
        let missing = state.count(|member| member.missing.is_some());
        (missing * 2 > known).then(|| {
            format!("{missing} of {known} instances are missing at once: held until each is gone for certain")
        })
    }

    /// Why a log that has just begun can't say yet how many there are: nodes in our form whose instances the listing lacks.
    /// Lists lag and were seen empty, so it waits until the actor had time to look again.
    #[must_use]
    pub fn unfounded(&self, group: &Group, state: &GroupState, now: Timestamp) -> Option<String> {
        if state.generation > 0 || state.desired.is_some() || self.settled(state, now) {
            return None;
        }
        let shown = |label: &String| {
            self.instances.iter().any(|instance| instance.label == *label)
                || state.members.values().any(|member| member.label == *label)
        };
        let strays =
            self.nodes.iter().filter(|node| group.name.owns_label(&node.label) && !shown(&node.label));
        let strays: BTreeSet<&String> = strays.map(|node| &node.label).collect();
        strays.first().map(|label| {
            let (n, labels) = (strays.len(), group.name.as_str());
            format!("{n} nodes of {labels} have no instance in the listing ({label} is one): held until it was read again")
        })
    }

    /// Whether deadlines may pass: the actor has had two complete observations and two minutes since it began, or since a
    /// pause ended.
    #[must_use]
    pub fn settled(&self, state: &GroupState, now: Timestamp) -> bool {
        let rested = |since: Option<Timestamp>| since.is_none_or(|at| elapsed(at, now) >= SETTLE);
        self.nth >= 2 && rested(state.began) && rested(state.awake_since(now))
    }
}
