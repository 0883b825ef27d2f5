//! What really happens in the cloud, whatever the scaler believes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use linode_sim::{NodeMode, NodeStatus, NodeView, Simulator};
use scaler_core::model::elapsed;

/// The life of one of our instances.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// Up and accepting since, at whatever config.
    pub serving: Option<Timestamp>,
    /// As before it was lost for a moment.
    before: Option<Timestamp>,
    /// When it was last lost without our doing.
    lost: Option<Timestamp>,
    /// It was up and accepting once.
    pub ever: bool,
    /// What each config made of it.
    pub at: BTreeMap<u64, Place>,
}

/// An instance at one config.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Up and accepting.
    pub serves: bool,
    /// When it was last lost without our doing.
    lost: Option<Timestamp>,
    /// It was up and accepting once.
    pub ever: bool,
    /// When its nodes were last asked to drain, after accepting.
    pub drained: Option<Timestamp>,
    /// When they were asked to reject.
    pub rejected: Option<Timestamp>,
    mode: Option<NodeMode>,
}

impl Life {
    /// It was asked to drain, at whatever config, and was not let accept since.
    pub fn drains(&self) -> bool {
        self.at.values().any(|place| place.drained.is_some())
    }

    /// Whether it takes traffic at a config other than this one.
    pub fn serves_beside(&self, config: u64) -> bool {
        self.at.iter().any(|(other, place)| *other != config && place.serves)
    }
}

impl Place {
    fn look(&mut self, nodes: &[&NodeView], running: bool, ours: bool, now: Timestamp) {
        let serves = running
            && !nodes.is_empty()
            && nodes.iter().all(|node| node.mode == NodeMode::Accept && node.status == NodeStatus::Up);
        if serves {
            (self.ever, self.lost) = (true, None);
        } else if self.serves {
            self.lost = (!ours).then_some(now);
        }
        self.serves = serves;
        let mode = nodes.first().map(|node| node.mode);
        if mode != self.mode && mode.is_some() {
            match mode {
                Some(NodeMode::Drain) if self.drained.is_none() => self.drained = Some(now),
                Some(NodeMode::Reject) => {
                    self.rejected = self.rejected.or(Some(now));
                }
                Some(NodeMode::Accept) => {
                    self.drained = None;
                    self.rejected = None;
                }
                _ => {}
            }
            self.mode = mode;
        }
    }
}

/// The cloud as it is.
pub struct Truth {
    sim: Simulator,
    configs: Vec<u64>,
    tags: [String; 2],
    /// What was lost for no longer may not have been noticed yet, or not by calls that were decided before.
    unnoticed: Duration,
    pub lives: BTreeMap<u64, Life>,
    /// Those whose tags a person took off: they count as ours while the log knows them.
    pub stripped: BTreeMap<u64, Timestamp>,
    /// The last entry of a member into service.
    pub last_added: Option<Timestamp>,
}

impl Truth {
    pub fn new(sim: Simulator, configs: Vec<u64>, tags: [String; 2], unnoticed: Duration) -> Self {
        Self {
            sim,
            configs,
            tags,
            unnoticed,
            lives: BTreeMap::new(),
            stripped: BTreeMap::new(),
            last_added: None,
        }
    }

    pub fn is_ours(&self, tags: &[String]) -> bool {
        self.tags.iter().all(|tag| tags.contains(tag))
    }

    /// Our instances that exist, with their labels; those on their way out aside.
    pub fn ours(&self) -> BTreeMap<u64, String> {
        let snapshot = self.sim.snapshot();
        let counts =
            |one: &linode_sim::InstanceView| self.is_ours(&one.tags) || self.stripped.contains_key(&one.id);
        let ours = snapshot.instances.into_iter().filter(counts);
        ours.filter(|one| one.status != "deleting").map(|one| (one.id, one.label)).collect()
    }

    /// Whether an instance exists and stays.
    pub fn exists(&self, instance: u64) -> bool {
        let snapshot = self.sim.snapshot();
        snapshot.instances.iter().any(|one| one.id == instance && one.status != "deleting")
    }

    /// Whether there is an instance with this label.
    pub fn has_label(&self, label: &str) -> bool {
        self.sim.snapshot().instances.iter().any(|one| one.label == label)
    }

    /// Whether a node has another label than the instance at its address, which has a node of its own at that config.
    pub fn is_left_behind(&self, config: u64, node: u64, instance: u64) -> bool {
        let label = self.sim.snapshot().instances.into_iter().find(|one| one.id == instance);
        let label = label.map(|one| one.label).unwrap_or_default();
        let here: Vec<NodeView> =
            self.backends_of(config).into_iter().filter(|one| one.instance == Some(instance)).collect();
        here.iter().any(|one| one.node == node && one.label != label)
            && here.iter().any(|one| one.label == label)
    }

    pub fn carries_our_tags(&self, instance: u64) -> bool {
        self.sim.snapshot().instances.iter().any(|one| one.id == instance && self.is_ours(&one.tags))
    }

    /// The instance that has this private address.
    pub fn at(&self, address: &str) -> Option<u64> {
        let here = |ip: std::net::Ipv4Addr| ip.to_string() == address;
        let snapshot = self.sim.snapshot();
        snapshot.instances.iter().find(|one| one.private_ipv4.is_some_and(here)).map(|one| one.id)
    }

    /// The nodes of a config.
    pub fn backends_of(&self, config: u64) -> Vec<NodeView> {
        self.sim.backends(config)
    }

    /// The nodes of all configs.
    pub fn backends(&self) -> Vec<NodeView> {
        self.configs.iter().flat_map(|config| self.backends_of(*config)).collect()
    }

    pub fn backend(&self, node: u64) -> Option<NodeView> {
        self.backends().into_iter().find(|backend| backend.node == node)
    }

    /// Looks at the world, and notes what changed. `ours`: what changed, changed by the scaler's call.
    pub fn look(&mut self, ours: bool) {
        let now = self.sim.now();
        let running: BTreeSet<u64> = self
            .sim
            .guests()
            .into_iter()
            .filter(|guest| self.is_ours(&guest.tags) || self.stripped.contains_key(&guest.id))
            .map(|guest| guest.id)
            .collect();
        let shown: Vec<(u64, Vec<NodeView>)> =
            self.configs.iter().map(|config| (*config, self.backends_of(*config))).collect();
        let unnoticed = self.unnoticed;
        for id in &running {
            self.lives.entry(*id).or_default();
        }
        for (id, life) in &mut self.lives {
            for (config, backends) in &shown {
                let nodes: Vec<&NodeView> =
                    backends.iter().filter(|backend| backend.instance == Some(*id)).collect();
                life.at.entry(*config).or_default().look(&nodes, running.contains(id), ours, now);
            }
            let serves = life.at.values().any(|place| place.serves);
            match (life.serving, serves) {
                (None, true) => {
                    // A flap that nobody need have noticed is none.
                    let flap = life.lost.is_some_and(|at| elapsed(at, now) < unnoticed);
                    life.serving = life.before.filter(|_| flap).or(Some(now));
                    if !flap {
                        self.last_added = Some(now);
                    }
                    life.ever = true;
                    life.lost = None;
                }
                (Some(since), false) => {
                    life.before = Some(since);
                    life.serving = None;
                    life.lost = (!ours).then_some(now);
                }
                _ => {}
            }
        }
    }

    /// Members that serve, or were lost so lately that the scaler need not know.
    pub fn serving(&self) -> BTreeSet<u64> {
        let now = self.sim.now();
        let serves = |life: &Life| {
            life.serving.is_some() || life.lost.is_some_and(|at| elapsed(at, now) < self.unnoticed)
        };
        self.lives.iter().filter(|(_, life)| serves(life)).map(|(id, _)| *id).collect()
    }

    /// Members that serve at each of `configs`, or were lost there so lately that the scaler need not know.
    pub fn serving_at(&self, configs: &[u64]) -> BTreeSet<u64> {
        let now = self.sim.now();
        let serves =
            |place: &Place| place.serves || place.lost.is_some_and(|at| elapsed(at, now) < self.unnoticed);
        let everywhere = |life: &Life| configs.iter().all(|config| life.at.get(config).is_some_and(serves));
        self.lives.iter().filter(|(_, life)| everywhere(life)).map(|(id, _)| *id).collect()
    }

    /// Members that serve now.
    pub fn truly_serving(&self) -> usize {
        self.lives.values().filter(|life| life.serving.is_some()).count()
    }

    /// Members that serve for at least so long.
    pub fn warmed(&self, time: Duration) -> usize {
        let now = self.sim.now();
        let warm = |life: &&Life| {
            let since = life.serving.or_else(|| {
                life.before.filter(|_| life.lost.is_some_and(|at| elapsed(at, now) < self.unnoticed))
            });
            since.is_some_and(|since| elapsed(since, now) >= time)
        };
        self.lives.values().filter(warm).count()
    }
}
