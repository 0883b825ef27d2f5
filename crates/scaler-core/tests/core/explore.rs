//! The small world, whole: two to three members, every order of steps, outcome, crash and lost answer that fits into a
//! bounded number of troubles, explored by a model checker.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use scaler_core::model::{AlertState, InstanceId, Mode, Node, NodeId, NodeStatus, StepId, elapsed};
use scaler_core::state::{Fact, GroupState, Refusal, Step};
use stateright::{Checker, Model, Property};

use super::world::{Fate, Machine, World, seconds, web};

const TICK: u64 = 60;

/// What one exploration begins with and may meet.
#[derive(Clone, Debug)]
struct Small {
    name: &'static str,
    size: u32,
    signal: Option<&'static str>,
    /// Crashes, lost answers, refusals and illnesses on one path.
    troubles: u8,
    ticks: u8,
}

#[derive(Clone, Debug)]
struct State {
    world: World,
    /// Intended and not carried out yet.
    pending: Vec<(StepId, Step)>,
    /// Calls of an actor that is gone, and for how many ticks: they may still land until their time limit.
    ghosts: Vec<(Step, u8)>,
    troubles: u8,
    ticks: u8,
    signal: bool,
    rejected: BTreeMap<InstanceId, Timestamp>,
    drained: BTreeMap<InstanceId, Timestamp>,
    served: BTreeSet<InstanceId>,
    /// When each member was last asked to drain: a call that is repeated does not remove another one.
    removals: BTreeMap<InstanceId, Timestamp>,
    /// A member was being replaced: the log that knew may be lost.
    replaced: bool,
    broken: Option<&'static str>,
}

impl State {
    fn key(&self) -> impl Hash + PartialEq + '_ {
        let machines: Vec<(&InstanceId, Timestamp, bool)> = self
            .world
            .machines
            .iter()
            .map(|(id, machine): (_, &Machine)| (id, machine.runs, machine.healthy))
            .collect();
        let nodes: Vec<(&NodeId, &Node)> = self.world.nodes.iter().collect();
        let state: &GroupState = &self.world.state;
        (
            (self.world.now, self.ticks, self.troubles, self.signal, self.world.nth.min(3)),
            (machines, nodes, state, &self.pending, &self.ghosts),
            (&self.rejected, &self.drained, &self.served, &self.removals, self.replaced, self.broken),
        )
    }

    fn holder(&self, address: &str) -> Option<InstanceId> {
        let found =
            self.world.machines.values().find(|machine| machine.instance.address.as_deref() == Some(address));
        found.map(|machine| machine.instance.id)
    }

    fn happen(&mut self, step: &Step) {
        let now = self.world.now;
        self.world.settle_cloud();
        let before = self.world.serving();
        match step {
            Step::SetMode { node, mode, .. } => {
                if let Some(shown) = self.world.nodes.get(node).cloned()
                    && let Some(id) = self.holder(&shown.address)
                {
                    match mode {
                        Mode::Drain if shown.mode == Mode::Accept => {
                            let every = self.world.group.remove.every;
                            self.removals.retain(|_, at| elapsed(*at, now) < every);
                            self.removals.insert(id, now);
                            self.drained.insert(id, now);
                        }
                        Mode::Reject if shown.mode != Mode::Reject => {
                            self.rejected.insert(id, now);
                        }
                        Mode::Accept => {
                            self.drained.remove(&id);
                            self.rejected.remove(&id);
                        }
                        _ => {}
                    }
                }
            }
            Step::Delete { instance, .. } => {
                let over =
                    |since: Option<&Timestamp>, needed| since.is_some_and(|at| elapsed(*at, now) >= needed);
                let drained = over(self.drained.get(instance), self.world.group.remove.drain);
                let rejected = over(self.rejected.get(instance), self.world.group.remove.reject);
                // One that was up between two looks only is a failed launch to us: it rejects, and has nothing to drain.
                let failed = self.world.state.member_of(*instance).is_none_or(|member| member.failed);
                if self.served.contains(instance) && !((drained || failed) && rejected) {
                    self.broken = Some("I2: deleted before its drain was over");
                }
            }
            _ => {}
        }
        self.world.happen(step);
        self.world.settle_cloud();
        let serving = self.world.serving();
        if serving < before && serving < self.world.group.size.min as usize {
            self.broken = Some("I1: fewer than min serve through our doing");
        }
        if matches!(step, Step::Create { .. })
            && self.world.machines.len() > self.world.group.size.max as usize + usize::from(self.replaced)
        {
            self.broken = Some("I1: more than max exist");
        }
        if self.removals.len() > 1 {
            self.broken = Some("I9: two removals in one window");
        }
    }

    fn tick(&mut self) {
        self.world.settle_cloud();
        let up: Vec<String> = self
            .world
            .nodes
            .values()
            .filter(|node| node.mode == Mode::Accept && node.status == NodeStatus::Up)
            .map(|node| node.address.clone())
            .collect();
        let up: Vec<InstanceId> = up.iter().filter_map(|address| self.holder(address)).collect();
        self.served.extend(up);
        self.world.pass(seconds(TICK));
        self.ticks += 1;
        for (_, age) in &mut self.ghosts {
            *age += 1;
        }
        self.ghosts.retain(|(_, age)| *age < 2);
    }

    /// With everything at rest it comes to the desired size, and then changes nothing.
    fn converges(&self) -> bool {
        let mut world = self.world.clone();
        for machine in world.machines.values_mut() {
            machine.healthy = true;
        }
        for name in ["WebCpuHigh", "WebCpuLow"] {
            world.hear(name, AlertState::Resolved);
        }
        for _ in 0..120 {
            world.turn();
            world.pass(seconds(TICK));
        }
        let quiet = world.log.len();
        for _ in 0..5 {
            world.turn();
            world.pass(seconds(TICK));
        }
        let desired = world.state.desired.unwrap_or_default() as usize;
        world.log.len() == quiet
            && (world.machines.len(), world.nodes.len(), world.serving()) == (desired, desired, desired)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key().hash(hasher);
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    /// Observe, decide, plan, append the intents.
    Turn,
    /// One of the pending steps is carried out, in any order.
    Carry(usize, Fate),
    /// The process dies: what was pending may still land.
    Crash,
    /// The store is lost as well.
    LoseStore,
    /// A call of a dead actor lands.
    Land(usize),
    /// A member falls ill.
    FallIll(InstanceId),
    /// The signal ends, or comes back.
    Toggle,
}

impl Model for Small {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut group = web(2, 3);
        group.launch.warm_up = seconds(TICK);
        group.launch.timeout = seconds(5 * TICK);
        group.remove.low_for = seconds(TICK);
        group.remove.after_add = seconds(TICK);
        group.remove.every = seconds(3 * TICK);
        group.remove.drain = seconds(TICK);
        group.replace.after = seconds(TICK);
        let mut world = World::new(group);
        world.boot = seconds(TICK);
        world.run(seconds(1200));
        if self.size > 2 {
            let cause = scaler_core::state::Cause::operator("for the exploration");
            world
                .append(cause, Fact::SizeAsked { desired: self.size, floor_until: None, over_budget: false });
            world.run(seconds(1200));
        }
        assert_eq!(world.serving(), self.size as usize);
        // What came before does not matter, and would only make states large.
        world.log.clear();
        let served = world.machines.keys().copied().collect();
        let state = State {
            world,
            pending: Vec::new(),
            ghosts: Vec::new(),
            troubles: self.troubles,
            ticks: 0,
            signal: self.signal.is_some(),
            rejected: BTreeMap::new(),
            drained: BTreeMap::new(),
            served,
            removals: BTreeMap::new(),
            replaced: false,
            broken: None,
        };
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() || state.ticks >= self.ticks {
            return;
        }
        for n in 0..state.ghosts.len() {
            actions.push(Action::Land(n));
        }
        for n in 0..state.pending.len() {
            actions.push(Action::Carry(n, Fate::Done));
            if state.troubles > 0 {
                let fates = [Fate::Lost, Fate::Vanished, Fate::Refused(Refusal::Transient)];
                actions.extend(fates.map(|fate| Action::Carry(n, fate)));
            }
        }
        if state.troubles > 0 {
            if !state.pending.is_empty() {
                actions.push(Action::Crash);
                actions.push(Action::LoseStore);
            } else {
                // What falls ill while a call is on its way is not our doing.
                let alive = state
                    .served
                    .iter()
                    .filter(|id| state.ghosts.is_empty() && state.world.machines.contains_key(id));
                actions.extend(alive.map(|id| Action::FallIll(*id)));
                actions.push(Action::Toggle);
            }
        }
        if state.pending.is_empty() {
            actions.push(Action::Turn);
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Turn => {
                if let (Some(name), true) = (self.signal, state.signal) {
                    state.world.hear(name, AlertState::Firing);
                }
                let (_, _, pending) = state.world.intend();
                state.world.log.clear();
                state.pending = pending;
                state.replaced |= state.world.state.members.values().any(|member| member.replacing.is_some());
                if state.pending.is_empty() {
                    state.tick();
                }
            }
            Action::Carry(n, fate) => {
                let (id, step) = state.pending.remove(n);
                if fate != Fate::Done {
                    state.troubles -= 1;
                }
                if matches!(fate, Fate::Done | Fate::Lost) {
                    state.happen(&step);
                }
                state.world.answer(id, &step, fate);
                state.world.log.clear();
                if state.pending.is_empty() {
                    state.tick();
                }
            }
            Action::Crash | Action::LoseStore => {
                state.troubles -= 1;
                let left = std::mem::take(&mut state.pending);
                state.ghosts.extend(left.into_iter().map(|(_, step)| (step, 0)));
                if action == Action::LoseStore {
                    state.world.lose_store(if state.world.state.incarnation == "abcde" {
                        "fghij"
                    } else {
                        "klmno"
                    });
                } else {
                    state.world.begin("again");
                }
                state.world.log.clear();
            }
            Action::Land(n) => {
                let (step, _) = state.ghosts.remove(n);
                state.happen(&step);
            }
            Action::FallIll(id) => {
                state.troubles -= 1;
                state.world.machines.get_mut(&id)?.healthy = false;
            }
            Action::Toggle => {
                state.troubles -= 1;
                state.signal = !state.signal;
                if let (Some(name), false) = (self.signal, state.signal) {
                    state.world.hear(name, AlertState::Resolved);
                }
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("I1, I2, I9", |_: &Self, state: &State| state.broken.is_none()),
            Property::always("I3, I7: it converges", |model: &Self, state: &State| {
                state.ticks < model.ticks || state.converges()
            }),
        ]
    }
}

fn explore(small: Small) {
    let name = small.name;
    let checker = small.checker().spawn_bfs().join();
    super::figure(&format!(
        "{name}: {} states, {} unique",
        checker.state_count(),
        checker.unique_state_count()
    ));
    if let Some((property, path)) = checker.discoveries().into_iter().next() {
        let broken = path.last_state().broken;
        for (state, action) in path.into_vec() {
            let (world, serving) = (&state.world, state.world.serving());
            let exist = world.machines.len();
            println!("{}: {exist} exist, {serving} serve; {:?} → {action:?}", world.now, state.pending);
        }
        panic!("{name}: {property} is broken ({broken:?}) after what stands above");
    }
    assert!(checker.unique_state_count() > 1_000, "{name}: it was explored");
}

#[test]
fn scale_up_in_every_order() {
    explore(Small { name: "scale-up", size: 2, signal: Some("WebCpuHigh"), troubles: 3, ticks: 8 });
}

#[test]
fn scale_down_in_every_order() {
    explore(Small { name: "scale-down", size: 3, signal: Some("WebCpuLow"), troubles: 3, ticks: 10 });
}

#[test]
fn a_replacement_in_every_order() {
    explore(Small { name: "replacement", size: 3, signal: None, troubles: 3, ticks: 9 });
}
