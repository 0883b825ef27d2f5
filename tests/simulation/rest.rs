//! How a world comes to rest, and what it is like then.

use std::collections::BTreeMap;
use std::time::Duration;

use scaler_core::model::Phase;
use scaler_core::state::{GroupMode, Outcome};

use super::world::{FOREIGN_NODES, World, seconds};

impl World {
    /// Whether the group is whole, as the cloud shows it, the log knows it, and the load wants it.
    pub fn at_rest(&self) -> bool {
        let weather = self.weather();
        self.judge.with(|truth, state| {
            let Some(desired) = state.desired else { return false };
            let reached = state
                .operation
                .as_ref()
                .is_some_and(|operation| matches!(operation.outcome, Some((Outcome::Reached, _))));
            let ours = truth.ours();
            let ours_at = |config: &u64| {
                let nodes = truth.backends_of(*config).into_iter();
                nodes.filter(|node| node.instance.is_some_and(|id| ours.contains_key(&id))).count()
            };
            let whole = |config: &u64| {
                ours_at(config) == if self.home.contains(config) { desired as usize } else { 0 }
            };
            let at_least = self.group.size.min;
            let signals_rest = match weather.says(truth.truly_serving()) {
                (true, _) => desired >= self.group.size.max,
                (_, true) => desired <= at_least,
                _ => true,
            };
            let mut members = state.members.values();
            let warm = members.all(|member| member.phase == Phase::InService && member.replacing.is_none());
            reached
                && state.mode_at(self.sim.now()) == GroupMode::On
                && warm
                && signals_rest
                && state.open.is_empty()
                && [truth.truly_serving(), ours.len()] == [desired as usize; 2]
                && self.configs.iter().all(whole)
        })
    }

    /// It comes to rest within half an hour; a breach otherwise.
    pub async fn comes_to_rest(&mut self) -> bool {
        self.comes_to_rest_within(seconds(1800)).await
    }

    async fn comes_to_rest_within(&mut self, limit: Duration) -> bool {
        let rests = self.run_on(limit, Self::at_rest).await;
        if !rests {
            let found = self.judge.with(|truth, state| {
                format!("{:?} exist, {:?} serve, {state:#?}", truth.ours(), truth.serving())
            });
            self.judge.breach("I7", format!("it does not come to rest: {found}"));
            self.no_orphans();
        }
        rests
    }

    /// The properties of a world that came to rest.
    pub async fn rests(&mut self) {
        self.settles(seconds(1800), seconds(90)).await;
    }

    /// It comes to rest within `limit`, and then nothing changes for `quiet`.
    pub async fn settles(&mut self, limit: Duration, quiet: Duration) {
        if !self.comes_to_rest_within(limit).await {
            return;
        }
        // What the log knows and the cloud shows may differ by a last word.
        self.pass(seconds(15)).await;
        let work = self.judge.work();
        self.pass(quiet).await;
        if self.judge.work() != work {
            self.judge.breach("I7", "it is at rest, and goes on changing");
        }
        self.no_orphans();
    }

    fn no_orphans(&self) {
        let known: Vec<(u64, String)> = self.judge.with(|_, state| {
            let members = state.members.values();
            members.filter_map(|member| Some((member.instance?.0, member.label.clone()))).collect()
        });
        let ours = self.judge.with(|truth, _| truth.ours());
        for (id, label) in &ours {
            if !known.contains(&(*id, label.clone())) {
                self.judge.breach("I3", format!("instance {id} ({label}) is an orphan"));
            }
        }
        let mut labels: Vec<&String> = ours.values().collect();
        labels.dedup();
        if labels.len() != ours.len() {
            self.judge.breach("I3", "a slot has two instances");
        }
        for config in &self.configs {
            self.no_stray_nodes(*config, &ours);
        }
        let exist: Vec<u64> = self.sim.snapshot().instances.iter().map(|one| one.id).collect();
        if self.foreign.iter().any(|id| !exist.contains(id)) {
            self.judge.breach("I5", "something that is not ours was touched");
        }
    }

    /// Each of ours has one node at each config of the group, and none at another one.
    fn no_stray_nodes(&self, config: u64, ours: &BTreeMap<u64, String>) {
        let nodes = self.judge.with(|truth, _| truth.backends_of(config));
        let wanted = usize::from(self.home.contains(&config));
        for (id, label) in ours {
            let registered = nodes.iter().filter(|node| node.instance == Some(*id)).count();
            if registered != wanted {
                let what =
                    format!("instance {id} ({label}) has {registered} nodes at {config}, not {wanted}");
                self.judge.breach("I3", what);
            }
        }
        for node in &nodes {
            if node.instance.is_none() && self.group.name.owns_label(&node.label) {
                self.judge.breach("I3", format!("node {} has no instance", node.label));
            }
        }
        if nodes.len() != ours.len() * wanted + FOREIGN_NODES {
            self.judge.breach("I5", format!("something that is not ours was touched at {config}"));
        }
    }
}
