//! What is created: how often, under which label, and how much time it has.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use linode_sim::Simulator;
use scaler_core::model::{Group, Slot, elapsed};

use super::State;
use crate::simulation::call::Call;

/// `launch.per_hour` is counted over so long.
const HOUR: Duration = Duration::from_secs(3_600);
/// Below min one create goes on beyond it so often.
const BELOW_MIN: Duration = Duration::from_secs(600);
/// A create is sent so long after its intent at the most.
const ON_ITS_WAY: Duration = Duration::from_secs(60);

/// Creates that reached the cloud, as far as the store knows of them.
#[derive(Debug, Default)]
pub struct Launches {
    /// Those that happened or may have, and when.
    sent: Vec<(Timestamp, String)>,
    /// Every label that was sent, and when.
    labels: BTreeMap<String, Timestamp>,
    /// When a create was answered.
    answered: BTreeMap<String, Timestamp>,
}

impl Launches {
    /// When a create was sent under this label.
    pub fn sent_at(&self, label: &str) -> Option<Timestamp> {
        self.labels.get(label).copied()
    }

    /// The store that knew of them is gone; another log has other labels.
    pub fn forget(&mut self) {
        self.sent.clear();
    }

    /// The store is as it was at `kept`: later labels are given again where nothing shows that they were.
    pub fn forget_since(&mut self, kept: Timestamp, is_shown: impl Fn(&str) -> bool) {
        self.labels.retain(|label, at| *at <= kept || is_shown(label));
        self.sent.retain(|(at, _)| *at <= kept);
    }
}

impl State {
    /// A create is about to reach the cloud.
    pub(super) fn may_launch(&mut self, sim: &Simulator, group: &Group, call: &Call, label: &str) {
        let now = sim.now();
        if self.launches.labels.insert(label.to_owned(), now).is_some() && !self.may_send_again() {
            self.breach(sim, "I3", format!("{call}: this label was sent before"));
        }
        let recent: Vec<Timestamp> =
            self.launches.sent.iter().map(|(at, _)| *at).filter(|at| elapsed(*at, now) < HOUR).collect();
        let waited = recent.last().is_none_or(|last| elapsed(*last, now) + ON_ITS_WAY >= BELOW_MIN);
        let beyond = waited && self.state.serving() < group.size.min;
        let per_hour = group.launches_per_hour() as usize;
        if recent.len() >= per_hour && !beyond {
            let what = format!("{call} is create {} of an hour, {per_hour} are allowed", recent.len() + 1);
            self.breach(sim, "launches", what);
        }
        self.launches.sent.push((now, label.to_owned()));
    }

    /// A create was answered so, or not. What did not happen counts no more.
    pub(super) fn was_sent(&mut self, sim: &Simulator, label: &str, status: Option<u16>) {
        if status == Some(200) {
            self.launches.answered.entry(label.to_owned()).or_insert(sim.now());
        }
        if !self.truth.has_label(label) {
            self.launches.sent.retain(|(_, sent)| sent != label);
        }
    }

    /// A launch has its time from the answer to its create on, or else from its creation.
    pub(super) fn had_its_time(&mut self, sim: &Simulator, group: &Group, slot: Slot) {
        let Some(member) = self.state.members.get(&slot) else { return };
        let answered = self.launches.answered.get(&member.label).copied();
        let Some(since) = answered.or(member.created) else { return };
        let (label, had) = (member.label.clone(), elapsed(since, sim.now()));
        if had < group.launch.timeout {
            self.breach(sim, "launches", format!("{label} failed {} s after its answer", had.as_secs()));
        }
    }
}
