//! Whether an observation can be believed.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::{Group, elapsed};
use crate::reconcile::Observation;
use crate::reconcile::timing::SETTLE;
use crate::state::{GroupState, Hold};

impl Observation {
    /// Why nothing follows from it, if so: it is incomplete, what it shows is implausible, or a log that has just begun
    /// can't tell yet how many there are.
    #[must_use]
    pub fn doubt(&self, group: &Group, state: &GroupState, now: Timestamp) -> Option<Hold> {
        self.implausible(state).or_else(|| self.unfounded(group, state, now))
    }

    /// Why nothing may be created or removed on its account, if so.
    pub(super) fn implausible(&self, state: &GroupState) -> Option<Hold> {
        if let Some(why) = &self.discarded {
            return Some(Hold::ObservationDiscarded { why: why.clone() });
        }
        let known = state.count(|member| member.instance.is_some());
        let missing = state.count(|member| member.missing.is_some());
        (missing * 2 > known).then_some(Hold::ManyMissing { missing, known })
    }

    /// Nodes in our form whose instances the listing lacks. Lists lag and were seen empty, so a log that has just begun
    /// waits until the actor had time to look again.
    fn unfounded(&self, group: &Group, state: &GroupState, now: Timestamp) -> Option<Hold> {
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
        let nodes = u32::try_from(strays.len()).unwrap_or(u32::MAX);
        strays.first().map(|label| Hold::NodesWithoutInstances { nodes, example: (*label).clone() })
    }

    /// Whether deadlines may pass: the actor has had two complete observations and two minutes since it began, or since a
    /// pause ended.
    #[must_use]
    pub fn settled(&self, state: &GroupState, now: Timestamp) -> bool {
        let rested = |since: Option<Timestamp>| since.is_none_or(|at| elapsed(at, now) >= SETTLE);
        self.nth >= 2 && rested(state.began) && rested(state.awake_since(now))
    }
}
