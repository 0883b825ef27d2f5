//! What the simulated cloud shows of itself, whatever anybody says about it.

use std::collections::BTreeMap;

use linode_sim::{NodeMode, NodeStatus, Simulator, Snapshot};

use crate::happening::{Diary, What};

/// Notes every change of instances and nodes since `before`, until it is dropped.
pub(crate) async fn watch(simulator: Simulator, before: Snapshot, diary: Diary) {
    let mut changes = simulator.subscribe();
    changes.mark_changed();
    let mut before = Sight::of(&before);
    while changes.changed().await.is_ok() {
        let snapshot = simulator.snapshot();
        let now = Sight::of(&snapshot);
        for what in now.news(&before) {
            diary.note_at(snapshot.now, what);
        }
        before = now;
    }
}

/// What is worth comparing.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sight {
    instances: BTreeMap<u64, Instance>,
    nodes: BTreeMap<u64, Node>,
}

#[derive(Clone, Debug, PartialEq)]
struct Instance {
    label: String,
    running: bool,
    serving: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    label: String,
    mode: NodeMode,
    status: NodeStatus,
}

impl Sight {
    fn of(snapshot: &Snapshot) -> Self {
        let instances = snapshot.instances.iter().map(|one| {
            let (label, running) = (one.label.clone(), one.status == "running");
            (one.id, Instance { label, running, serving: one.serving })
        });
        let configs = snapshot.nodebalancers.iter().flat_map(|balancer| &balancer.configs);
        let nodes = configs.flat_map(|config| &config.nodes).map(|node| {
            (node.node, Node { label: node.label.clone(), mode: node.mode, status: node.status })
        });
        Self { instances: instances.collect(), nodes: nodes.collect() }
    }

    fn news(&self, before: &Self) -> Vec<What> {
        let mut news = Vec::new();
        for (id, now) in &self.instances {
            let (label, old) = (|| now.label.clone(), before.instances.get(id));
            if old.is_none() {
                news.push(What::Created { label: label() });
            }
            if now.running && !old.is_some_and(|old| old.running) {
                news.push(What::Running { label: label() });
            }
            if now.serving && !old.is_some_and(|old| old.serving) {
                news.push(What::Serving { label: label() });
            }
        }
        for (id, now) in &self.nodes {
            let (label, old) = (|| now.label.clone(), before.nodes.get(id));
            let Some(old) = old else {
                news.push(What::Registered { label: label() });
                continue;
            };
            if old.mode != now.mode {
                news.push(What::Mode { label: label(), before: word(old.mode), now: word(now.mode) });
            }
            if old.status != now.status && now.status != NodeStatus::Unknown {
                news.push(What::Health { label: label(), up: now.status == NodeStatus::Up });
            }
        }
        let gone = before.nodes.iter().filter(|(id, _)| !self.nodes.contains_key(*id));
        news.extend(gone.map(|(_, old)| What::Deregistered { label: old.label.clone() }));
        let gone = before.instances.iter().filter(|(id, _)| !self.instances.contains_key(*id));
        news.extend(gone.map(|(_, old)| What::Deleted { label: old.label.clone() }));
        news
    }
}

const fn word(mode: NodeMode) -> &'static str {
    match mode {
        NodeMode::Accept => "accept",
        NodeMode::Drain => "drain",
        NodeMode::Reject => "reject",
        _ => "another mode",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_told_step_by_step() {
        let label = || "web-1".to_owned();
        let instance =
            |running, serving| BTreeMap::from([(1, Instance { label: label(), running, serving })]);
        let node = |mode, status| BTreeMap::from([(7, Node { label: label(), mode, status })]);
        let life = [
            Sight::default(),
            Sight { instances: instance(false, false), nodes: BTreeMap::new() },
            Sight { instances: instance(true, false), nodes: BTreeMap::new() },
            Sight { instances: instance(true, true), nodes: node(NodeMode::Accept, NodeStatus::Unknown) },
            Sight { instances: instance(true, true), nodes: node(NodeMode::Accept, NodeStatus::Up) },
            Sight { instances: instance(true, true), nodes: node(NodeMode::Drain, NodeStatus::Up) },
            Sight { instances: instance(true, true), nodes: BTreeMap::new() },
            Sight::default(),
        ];
        let told: Vec<What> = life.windows(2).flat_map(|two| two[1].news(&two[0])).collect();
        assert_eq!(
            told,
            [
                What::Created { label: label() },
                What::Running { label: label() },
                What::Serving { label: label() },
                What::Registered { label: label() },
                What::Health { label: label(), up: true },
                What::Mode { label: label(), before: "accept", now: "drain" },
                What::Deregistered { label: label() },
                What::Deleted { label: label() },
            ]
        );
    }
}
