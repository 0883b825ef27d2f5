//! A modelled cloud with a log, in which the core's loop is turned without anything asynchronous.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{
    ActorId, Alert, AlertFreshness, AlertRow, AlertState, AlertTable, Amount, ConfigId, Group, Instance,
    InstanceId, InstanceStatus, Mode, Node, NodeId, NodeStatus, Position, Signals, Size, StepPolicy,
    Template, after,
};
use scaler_core::reconcile::{Decision, Observation, Plan, Turn, reconcile};
use scaler_core::state::{
    Cause, Discarded, Draft, Entry, Fact, GroupState, Refusal, Step, StepOutcome, StepReason,
};

/// The config that the modelled group is registered at, until it moves.
pub const CONFIG: ConfigId = ConfigId(7);

/// So long a step is not to be sent again that was rate limited, could not be sent or met a cloud out of order.
pub const RETRY_AFTER: Duration = Duration::from_secs(20);

/// What becomes of a step that is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It happens and is answered.
    Done,
    /// It happens, and the answer is lost.
    Lost,
    /// It does not happen, and the answer is lost.
    Vanished,
    /// It does not happen, and the answer says so.
    Refused(Refusal),
}

/// An instance of the modelled cloud.
#[derive(Clone, Debug)]
pub struct Machine {
    /// As it is shown.
    pub instance: Instance,
    /// When it runs.
    pub runs: Timestamp,
    /// It answers health checks.
    pub healthy: bool,
}

/// The modelled cloud, the log, and what is known of alerts.
#[derive(Clone, Debug)]
pub struct World {
    pub group: Group,
    pub now: Timestamp,
    pub machines: BTreeMap<InstanceId, Machine>,
    pub nodes: BTreeMap<NodeId, Node>,
    pub log: Vec<Entry>,
    pub state: GroupState,
    pub alerts: AlertTable,
    pub freshness: AlertFreshness,
    pub actor: ActorId,
    pub nth: u32,
    pub boot: Duration,
    pub next_id: u64,
    /// New machines never become healthy.
    pub bad_image: bool,
    /// The next observation is half a list, and says so.
    pub blind: bool,
    /// Configs whose health checks nobody passes.
    pub failing: BTreeSet<ConfigId>,
    /// Every node is shown as up.
    pub shows_all_up: bool,
    /// Instances that lost their tags.
    pub stripped: BTreeSet<InstanceId>,
    /// New instances lose their tags at once.
    pub strips: bool,
    /// Creates that reached the cloud.
    pub created: u32,
    /// Deletes that reached the cloud.
    pub deleted: u32,
}

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub fn web(min: u32, max: u32) -> Group {
    let template = Template::new("t1", ["g6-standard-2", "g6-dedicated-2"]);
    let mut group = Group::new("web".parse().unwrap(), Size { min, max }, vec![CONFIG], template);
    let on = |name: &str| BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    group.policies = vec![
        StepPolicy::on(on("WebCpuHigh")).adding(Amount::Percent(100)),
        StepPolicy::on(on("WebCpuLow")).removing(Amount::Count(1)),
    ];
    group
}

/// A group that serves at its minimum, with every window over.
pub fn at_rest(min: u32, max: u32) -> World {
    let mut world = World::new(web(min, max));
    world.run(seconds(1200));
    assert_eq!(world.serving(), min as usize);
    world
}

/// A group that serves at `size`, with everything that could forbid a removal over.
pub fn grown(min: u32, max: u32, size: u32) -> World {
    let mut world = at_rest(min, max);
    let cause = Cause::operator("for the test");
    world.append(cause, Fact::SizeAsked { desired: size, floor_until: None, over_budget: false });
    world.run(seconds(1800));
    assert_eq!(world.serving(), size as usize);
    world
}

impl World {
    pub fn new(group: Group) -> Self {
        let mut world = Self {
            group,
            now: "2026-03-01T12:00:00Z".parse().unwrap(),
            machines: BTreeMap::new(),
            nodes: BTreeMap::new(),
            log: Vec::new(),
            state: GroupState::default(),
            alerts: AlertTable::default(),
            freshness: AlertFreshness::default(),
            actor: "actor-0".into(),
            nth: 0,
            boot: seconds(45),
            next_id: 1,
            bad_image: false,
            blind: false,
            failing: BTreeSet::new(),
            shows_all_up: false,
            stripped: BTreeSet::new(),
            strips: false,
            created: 0,
            deleted: 0,
        };
        world.begin("first");
        world
    }

    /// What a turn would be now, without anything written down or done.
    pub fn look(&mut self) -> Turn {
        let observation = self.observe();
        let signals = Signals::read(&self.group, &self.alerts, &self.freshness, self.now);
        reconcile(&self.group, &observation, &signals, &self.state, self.now)
    }

    /// The store is that of `backup` again; the cloud is as it is.
    pub fn restore(&mut self, backup: &Self) {
        self.log.clone_from(&backup.log);
        self.state = backup.state.clone();
        self.begin("restored");
    }

    /// Another actor takes over: the process was started again.
    pub fn begin(&mut self, actor: &str) {
        self.actor = actor.into();
        self.nth = 0;
        let incarnation = if self.state.incarnation.is_empty() {
            "abcde".to_owned()
        } else {
            self.state.incarnation.clone()
        };
        self.append(Cause::Converge, Fact::Began { incarnation });
    }

    /// The store is lost: only the cloud is left.
    pub fn lose_store(&mut self, incarnation: &str) {
        self.log.clear();
        self.state = GroupState::default();
        self.alerts = AlertTable::default();
        self.nth = 0;
        self.append(Cause::Converge, Fact::Began { incarnation: incarnation.to_owned() });
    }

    pub fn append(&mut self, cause: Cause, fact: Fact) -> Position {
        self.append_step(cause, fact, None)
    }

    fn append_step(
        &mut self,
        cause: Cause,
        fact: Fact,
        step: Option<scaler_core::model::StepId>,
    ) -> Position {
        let position = self.state.position.next();
        let (operation, generation) = match &fact {
            Fact::Decided { .. } => (position, self.state.generation + 1),
            _ => (
                self.state.operation.as_ref().map_or(Position::START, |operation| operation.id),
                self.state.generation,
            ),
        };
        let mut draft = Draft::new(self.now, self.actor.clone(), operation, generation, cause, fact);
        if let Some(step) = step {
            draft = draft.of_step(step);
        }
        let entry = Entry::new(position, draft);
        self.state.apply(&entry);
        self.log.push(entry);
        position
    }

    pub fn hear(&mut self, name: &str, state: AlertState) {
        self.hear_of(name, name, &[("autoscale_group", "web")], state);
    }

    /// The same of an alert with other labels.
    pub fn hear_of(&mut self, fingerprint: &str, name: &str, others: &[(&str, &str)], state: AlertState) {
        let labels = [("alertname", name)].into_iter().chain(others.iter().copied());
        let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).collect();
        let alert = Alert::new(fingerprint.to_owned(), labels, BTreeMap::new(), self.now, state);
        self.alerts.extend(self.alerts.notified(vec![alert], self.now, self.freshness.confirm));
    }

    /// A poll that was begun at `asked` shows these alerts.
    pub fn poll(&mut self, alerts: Vec<Alert>, asked: Timestamp) {
        let gap = seconds(45);
        self.alerts.extend(self.alerts.polled(alerts, asked, gap));
        self.alerts.keep_poll(asked, gap);
    }

    /// Changes what the table of alerts has of one.
    pub fn alter(&mut self, name: &str, change: impl FnOnce(&mut AlertRow)) {
        let mut row = self.alerts.row(name).unwrap();
        change(&mut row);
        self.alerts.put(row);
    }

    pub fn observe(&mut self) -> Observation {
        self.settle_cloud();
        if self.blind {
            let mut observation = Observation::new(self.now, self.nth);
            observation.instances =
                self.machines.values().map(|machine| machine.instance.clone()).step_by(2).collect();
            observation.discarded = Some(Discarded::ListingChanged);
            return observation;
        }
        self.nth += 1;
        let mut observation = Observation::new(self.now, self.nth);
        let tagged = self.machines.values().filter(|machine| !self.stripped.contains(&machine.instance.id));
        observation.instances = tagged.map(|machine| machine.instance.clone()).collect();
        observation.nodes = self.nodes.values().cloned().collect();
        if self.shows_all_up {
            observation.nodes.iter_mut().for_each(|node| node.status = NodeStatus::Up);
        }
        for member in self.state.members.values() {
            match member.instance {
                Some(id) if !self.machines.contains_key(&id) => observation.absent.insert(id),
                Some(id) if self.stripped.contains(&id) => observation.untagged.insert(id),
                _ => false,
            };
        }
        observation
    }

    /// What the cloud does by itself as time passes.
    pub fn settle_cloud(&mut self) {
        for machine in self.machines.values_mut() {
            if machine.instance.status == InstanceStatus::Provisioning && machine.runs <= self.now {
                machine.instance.status = InstanceStatus::Running;
            }
        }
        let machines = &self.machines;
        for node in self.nodes.values_mut() {
            let healthy = machines.values().any(|machine| {
                machine.instance.address.as_ref() == Some(&node.address)
                    && machine.healthy
                    && machine.instance.status == InstanceStatus::Running
                    && !self.failing.contains(&node.config)
            });
            node.status =
                if healthy && node.mode != Mode::Reject { NodeStatus::Up } else { NodeStatus::Down };
        }
    }

    /// One turn in which every step is done.
    pub fn turn(&mut self) -> (Decision, Plan) {
        self.turn_with(|_| Fate::Done)
    }

    /// One turn, in which `fate` says what becomes of each step.
    pub fn turn_with(&mut self, mut fate: impl FnMut(&Step) -> Fate) -> (Decision, Plan) {
        let (decision, plan, intents) = self.intend();
        for (id, step) in intents {
            let fate = fate(&step);
            self.carry_out(id, &step, fate);
        }
        (decision, plan)
    }

    /// A turn in which no instance is shown while the nodes are as they were.
    pub fn turn_of_a_cloud_that_shows_no_instance(&mut self) -> (Decision, Plan) {
        self.nth += 1;
        let mut observation = Observation::new(self.now, self.nth);
        observation.nodes = self.nodes.values().cloned().collect();
        observation.absent = self.state.members.values().filter_map(|member| member.instance).collect();
        let (decision, plan, intents) = self.intend_by(&observation);
        for (id, step) in intents {
            self.carry_out(id, &step, Fate::Done);
        }
        (decision, plan)
    }

    /// The first half of a turn: all that is written before anything is done.
    pub fn intend(&mut self) -> (Decision, Plan, Vec<(scaler_core::model::StepId, Step)>) {
        let observation = self.observe();
        self.intend_by(&observation)
    }

    fn intend_by(
        &mut self,
        observation: &Observation,
    ) -> (Decision, Plan, Vec<(scaler_core::model::StepId, Step)>) {
        let signals = Signals::read(&self.group, &self.alerts, &self.freshness, self.now);
        let turn = reconcile(&self.group, observation, &signals, &self.state, self.now);
        for (fact, cause) in turn.facts {
            self.append(cause, fact);
        }
        if let Some(decided) = turn.decided {
            self.append(turn.decision.cause.clone(), decided);
        }
        let (decision, plan) = (turn.decision, turn.plan);
        for slot in &plan.permits {
            let group = self.group.name.clone();
            let over = self.state.over_budget;
            self.append(Cause::Converge, Fact::PermitDrawn { group, slot: *slot, over });
        }
        let mut intents = Vec::new();
        for (step, cause) in &plan.steps {
            let id = self.state.step_id();
            self.append_step(cause.clone(), Fact::Intended { step: step.clone() }, Some(id));
            intents.push((id, step.clone()));
        }
        (decision, plan, intents)
    }

    /// What becomes of a step.
    pub fn carry_out(&mut self, id: scaler_core::model::StepId, step: &Step, fate: Fate) {
        if matches!(fate, Fate::Done | Fate::Lost) {
            self.happen(step);
        }
        self.answer(id, step, fate);
    }

    /// What is answered to a step that has happened, or has not.
    pub fn answer(&mut self, id: scaler_core::model::StepId, step: &Step, fate: Fate) {
        let outcome = match fate {
            Fate::Done => self.result(step),
            Fate::Lost | Fate::Vanished => StepOutcome::Unanswered { why: StepReason::said("lost") },
            Fate::Refused(refusal) => {
                let told = matches!(refusal, Refusal::RateLimited | Refusal::NotSent | Refusal::Transient);
                let retry_at = told.then(|| after(self.now, RETRY_AFTER));
                StepOutcome::Refused { refusal, why: StepReason::said("no"), retry_at }
            }
        };
        self.append_step(Cause::Converge, Fact::Done { outcome }, Some(id));
    }

    /// A step is refused for the rate of requests, for so long.
    pub fn answer_limited(&mut self, id: scaler_core::model::StepId, wait: Duration) {
        let (refusal, retry_at) = (Refusal::RateLimited, Some(after(self.now, wait)));
        let outcome = StepOutcome::Refused { refusal, why: StepReason::said("no"), retry_at };
        self.append_step(Cause::Converge, Fact::Done { outcome }, Some(id));
    }

    /// What a step that happened is answered with.
    fn result(&self, step: &Step) -> StepOutcome {
        match step {
            Step::Create { label, .. } => {
                let machine =
                    self.machines.values().find(|machine| machine.instance.label == *label).unwrap();
                StepOutcome::Created { instance: machine.instance.id, created: machine.instance.created }
            }
            Step::Register { config, address, .. } => {
                let here = |node: &&Node| node.config == *config && node.address == *address;
                StepOutcome::Registered { node: self.nodes.values().find(here).unwrap().id }
            }
            Step::LookUp { label, .. } => {
                let found = self.machines.values().find(|machine| machine.instance.label == *label);
                found.map_or(StepOutcome::Ok, |machine| StepOutcome::Created {
                    instance: machine.instance.id,
                    created: machine.instance.created,
                })
            }
            _ => StepOutcome::Ok,
        }
    }

    /// A step takes effect in the cloud.
    pub fn happen(&mut self, step: &Step) {
        match step {
            Step::Create { label, instance_type, .. } => {
                if self.machines.values().any(|machine| machine.instance.label == *label) {
                    return;
                }
                let id = InstanceId(self.next_id);
                self.next_id += 1;
                self.created += 1;
                let (status, kind) = (InstanceStatus::Provisioning, instance_type.clone());
                let mut instance = Instance::new(id, label.as_str(), status, self.now, kind);
                instance.address = Some(format!("192.168.130.{id}"));
                let runs = after(self.now, self.boot);
                if self.strips {
                    self.stripped.insert(id);
                }
                self.machines.insert(id, Machine { instance, runs, healthy: !self.bad_image });
            }
            Step::Register { config, address, label, .. } => {
                if self.nodes.values().any(|node| node.config == *config && node.address == *address) {
                    return;
                }
                let id = NodeId(self.next_id);
                self.next_id += 1;
                let (mode, status) = (Mode::Accept, NodeStatus::Unknown);
                let node = Node::new(*config, id, address.as_str(), label.as_str(), mode, status);
                self.nodes.insert(id, node);
            }
            Step::SetMode { node, mode, .. } => {
                if let Some(node) = self.nodes.get_mut(node) {
                    node.mode = *mode;
                }
            }
            Step::Deregister { node, .. } | Step::Sweep { node, .. } => {
                self.nodes.remove(node);
            }
            Step::Delete { instance, .. } => {
                if let Some(machine) = self.machines.remove(instance) {
                    self.deleted += 1;
                    self.nodes.retain(|_, node| machine.instance.address.as_ref() != Some(&node.address));
                }
            }
            Step::LookUp { .. } => {}
            other => panic!("an unknown step: {other}"),
        }
    }

    pub fn pass(&mut self, time: Duration) {
        self.now = after(self.now, time);
    }

    /// Like [`Self::run_with`], in a cloud in which `fate` says what becomes of each step.
    pub fn run_against(&mut self, name: &str, time: Duration, mut fate: impl FnMut(&Step) -> Fate) {
        let end = after(self.now, time);
        while self.now < end {
            self.hear(name, AlertState::Firing);
            self.turn_with(&mut fate);
            self.pass(seconds(10));
        }
    }

    /// Turns every 10 s for so long.
    pub fn run(&mut self, time: Duration) {
        let end = after(self.now, time);
        while self.now < end {
            self.turn();
            self.pass(seconds(10));
        }
    }

    /// Like [`Self::run`], with an alert that repeats.
    pub fn run_with(&mut self, name: &str, time: Duration) {
        let end = after(self.now, time);
        while self.now < end {
            self.hear(name, AlertState::Firing);
            self.turn();
            self.pass(seconds(10));
        }
    }

    /// Instances that take traffic, at whatever config.
    pub fn serving(&self) -> usize {
        let serving = self.nodes.values().filter(|node| takes_traffic(node));
        serving.map(|node| &node.address).collect::<BTreeSet<_>>().len()
    }

    /// Instances that take traffic at `config`.
    pub fn serving_at(&self, config: ConfigId) -> usize {
        self.nodes.values().filter(|node| node.config == config && takes_traffic(node)).count()
    }
}

/// Whether a node is up and accepts.
pub fn takes_traffic(node: &Node) -> bool {
    node.mode == Mode::Accept && node.status == NodeStatus::Up
}
