//! Random histories of four simulated hours: steps of load, launches that never boot, members that fall ill or flap, lost
//! calls, crashes, a lost store. The invariants are asserted by name while they unfold, and rest is asserted at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{
    AlertState, ConfigId, DrainWhy, InstanceId, InstanceStatus, Mode, Node, NodeId, NodeStatus, Phase, after,
    elapsed,
};
use scaler_core::state::{Cause, Fact, Mark, Refusal, Step};

use super::world::{CONFIG, Fate, RETRY_AFTER, World, seconds, takes_traffic, web};

const HOURS: u64 = 4;
/// How many, unless `SCALER_SEEDS` says otherwise. `just histories` plays 2,000.
const HISTORIES: u64 = 200;

/// A config that a group moves to.
const OTHER: ConfigId = ConfigId(8);

/// A node that is somebody else's: its address is none of ours.
const FOREIGN: NodeId = NodeId(900_000);

fn foreign() -> Node {
    Node::new(CONFIG, FOREIGN, "192.168.200.1", "somebody-else", Mode::Accept, NodeStatus::Down)
}

struct Trial {
    seed: u64,
    rng: fastrand::Rng,
    world: World,
    /// When each instance was first asked to drain, and when to reject; what was served then.
    drained: BTreeMap<InstanceId, Timestamp>,
    rejected: BTreeMap<InstanceId, Timestamp>,
    /// Instances that were up and accepting at any time.
    served: BTreeMap<InstanceId, Timestamp>,
    /// Removals of members that had served: each accept → drain.
    removals: Vec<Timestamp>,
    ill_until: BTreeMap<InstanceId, Timestamp>,
    /// No create begins before that time: the cloud said so.
    no_create_before: Option<Timestamp>,
    /// Protected or on standby: not to be removed, whatever happens.
    spared: BTreeSet<InstanceId>,
    /// Its configs change now and then, and its store is never lost: what it left is in the log alone.
    moves: bool,
    told: Vec<String>,
}

impl Trial {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let min = rng.u32(1..=3);
        let mut group = web(min, min + rng.u32(1..=9));
        if rng.bool() {
            group.remove.low_for = seconds(300);
        }
        let mut world = World::new(group);
        world.boot = seconds(rng.u64(20..=200));
        world.nodes.insert(FOREIGN, foreign());
        Self {
            seed,
            rng,
            world,
            drained: BTreeMap::new(),
            rejected: BTreeMap::new(),
            served: BTreeMap::new(),
            removals: Vec::new(),
            ill_until: BTreeMap::new(),
            no_create_before: None,
            spared: BTreeSet::new(),
            moves: seed % 2 == 1,
            told: Vec::new(),
        }
    }

    fn fail(&self, invariant: &str, what: &str) -> ! {
        for line in self.told.iter().rev().take(60).rev() {
            println!("{line}");
        }
        panic!(
            "{invariant} is broken at {}: {what}\nreplay with SCALER_SEED={} cargo test -p scaler-core core::histories::replay",
            self.world.now, self.seed
        );
    }

    fn holder(&self, address: &str) -> Option<InstanceId> {
        let found =
            self.world.machines.values().find(|machine| machine.instance.address.as_deref() == Some(address));
        found.map(|machine| machine.instance.id)
    }

    /// The step takes effect: what it may not do is asserted here.
    fn happen(&mut self, step: &Step) {
        let now = self.world.now;
        self.world.settle_cloud();
        let before = self.world.serving();
        let min = self.world.group.size.min as usize;
        let leaves = matches!(
            step,
            Step::SetMode { why: Some(DrainWhy::Moved), .. } | Step::Deregister { stays: true, .. }
        );
        if leaves {
            self.leave(step);
        }
        let removing = match step {
            _ if leaves => None,
            Step::SetMode { slot, mode: Mode::Drain | Mode::Reject, .. }
            | Step::Deregister { slot, .. }
            | Step::Delete { slot, .. } => {
                self.world.state.members.get(slot).and_then(|member| member.instance)
            }
            _ => None,
        };
        if removing.is_some_and(|id| self.spared.contains(&id)) {
            self.fail("I5", &format!("{step}: it is protected or on standby"));
        }
        match step {
            Step::SetMode { node, mode, .. } if !leaves => {
                if let Some(shown) = self.world.nodes.get(node).cloned()
                    && let Some(id) = self.holder(&shown.address)
                {
                    match mode {
                        Mode::Drain if shown.mode == Mode::Accept => {
                            let again = self.drained.insert(id, now).is_some();
                            self.removals.extend((!again).then_some(now));
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
                let address =
                    self.world.machines.get(instance).and_then(|machine| machine.instance.address.clone());
                let accepting = self
                    .world
                    .nodes
                    .values()
                    .any(|node| Some(&node.address) == address.as_ref() && node.mode == Mode::Accept);
                if accepting {
                    self.fail("I2", &format!("{step}: it is registered and accepting"));
                }
                if self.served.contains_key(instance) {
                    let reject =
                        self.rejected.get(instance).is_some_and(|at| elapsed(*at, now) >= seconds(60));
                    let drain = self
                        .drained
                        .get(instance)
                        .is_some_and(|at| elapsed(*at, now) >= self.world.group.remove.drain);
                    let failed = self.world.state.member_of(*instance).is_some_and(|member| member.failed);
                    if !reject || !(drain || failed) {
                        self.fail("I2", &format!("{step}: its drain is not over"));
                    }
                }
            }
            _ => {}
        }
        self.world.happen(step);
        self.world.settle_cloud();
        let serving = self.world.serving();
        if serving < before && serving < min {
            self.fail("I1", &format!("{step} leaves {serving} of at least {min} in service"));
        }
        let standby =
            self.world.state.count(|member| member.standby || member.phase == Phase::Standby) as usize;
        let exist = self.world.machines.len() - standby;
        let replaced = self.world.state.members.values().any(|member| member.replacing.is_some());
        let most = self.world.group.size.max as usize + usize::from(replaced);
        if matches!(step, Step::Create { .. }) && exist > most {
            self.fail("I1", &format!("{step} makes {exist}, at most {most} are allowed"));
        }
        let window: Vec<&Timestamp> =
            self.removals.iter().filter(|at| elapsed(**at, now) < self.world.group.remove.every).collect();
        if window.len() > 1 {
            self.fail("I9", &format!("{step} is removal {} of the window", window.len()));
        }
    }

    /// A member leaves a config that its group left: it serves at each config of the group, also if it serves nowhere else.
    fn leave(&self, step: &Step) {
        let id = step.slot().and_then(|slot| self.world.state.members.get(&slot)?.instance);
        let Some(machine) = id.and_then(|id| self.world.machines.get(&id)) else { return };
        let serves = |config: &ConfigId| {
            let here = |node: &&Node| {
                node.config == *config && Some(&node.address) == machine.instance.address.as_ref()
            };
            self.world.nodes.values().any(|node| here(&node) && takes_traffic(node))
        };
        if !self.world.group.balancers.iter().all(serves) {
            self.fail("I2", &format!("{step}: it does not serve at {:?}", self.world.group.balancers));
        }
    }

    /// The program is started again with other configs.
    fn change_configs(&mut self) {
        let configs: &[ConfigId] = match self.rng.u32(..3) {
            0 => &[CONFIG],
            1 => &[OTHER],
            _ => &[CONFIG, OTHER],
        };
        self.told.push(format!("{} its configs are {configs:?}", self.world.now));
        self.world.group.balancers = configs.to_vec();
        self.world.begin("moved");
    }

    fn turn(&mut self, trouble: bool) {
        self.world.blind = trouble && self.rng.u32(..40) == 0;
        let known = self.world.state.members.clone();
        let (decision, plan, intents) = self.world.intend();
        if self.world.blind && (!intents.is_empty() || self.world.state.members != known) {
            self.fail("I10", &format!("by half a list: {plan}"));
        }
        if !plan.steps.is_empty() || decision.is_new() {
            self.told.push(format!("{} {decision}\n    {plan}", self.world.now).replace('\n', "\n    "));
        }
        let early = self.no_create_before.is_some_and(|at| self.world.now < at);
        if early && let Some((_, step)) = intents.iter().find(|(_, step)| matches!(step, Step::Create { .. }))
        {
            self.fail("launches", &format!("{step} begins before the time that the cloud told"));
        }
        let crash = trouble && self.rng.u32(..300) == 0;
        for (id, step) in intents {
            if crash && self.rng.bool() {
                self.told.push(format!("{} crash in the middle of {step}", self.world.now));
                if self.rng.bool() {
                    self.happen(&step);
                }
                break;
            }
            let fate = match self.rng.u32(..100) {
                0..3 if trouble => Fate::Lost,
                3..6 if trouble => Fate::Vanished,
                6..9 if trouble => Fate::Refused(Refusal::Transient),
                9 if trouble => Fate::Refused(Refusal::SoldOut),
                10..12 if trouble => Fate::Refused(Refusal::RateLimited),
                12..14 if trouble => Fate::Refused(Refusal::NotSent),
                _ => Fate::Done,
            };
            if matches!(fate, Fate::Done | Fate::Lost) {
                self.happen(&step);
            }
            if fate != Fate::Done {
                self.told.push(format!("{} {step}: {fate:?}", self.world.now));
            }
            let failures = self.world.state.launches.failures;
            self.world.answer(id, &step, fate);
            let unlaunched =
                matches!(fate, Fate::Refused(Refusal::RateLimited | Refusal::NotSent | Refusal::Transient));
            if unlaunched && matches!(step, Step::Create { .. }) {
                self.no_create_before = Some(after(self.world.now, RETRY_AFTER));
                if self.world.state.launches.failures != failures {
                    self.fail("launches", &format!("{step}: {fate:?} counts as a failed launch"));
                }
            }
        }
        if crash {
            let n = self.rng.u32(..);
            if self.rng.u32(..6) == 0 && !self.moves {
                self.told.push(format!("{} the store is lost", self.world.now));
                let letters: String = (0..5).map(|_| self.rng.lowercase()).collect();
                self.world.lose_store(&letters);
                self.no_create_before = None;
                // Thresholds that only the log knows are lost with it.
                self.spared.clear();
            } else {
                self.world.begin(&format!("actor-{n}"));
            }
        }
    }

    fn weather(&mut self, load: f64) {
        let now = self.world.now;
        self.world.settle_cloud();
        for machine in self.world.machines.values_mut() {
            let id = machine.instance.id;
            match self.ill_until.get(&id) {
                Some(until) if *until <= now => {
                    machine.healthy = true;
                    self.ill_until.remove(&id);
                }
                None if self.rng.u32(..4000) == 0 => {
                    machine.healthy = false;
                    self.ill_until.insert(id, after(now, seconds(self.rng.u64(20..3000))));
                    self.told.push(format!("{now} {} falls ill", machine.instance.label));
                }
                _ => {}
            }
        }
        if self.rng.u32(..500) == 0 {
            self.mark();
        }
        if self.moves && self.rng.u32(..400) == 0 {
            self.change_configs();
        }
        if self.rng.u32(..600) == 0 {
            self.world.bad_image = !self.world.bad_image;
            self.told
                .push(format!("{now} the image is {}", if self.world.bad_image { "bad" } else { "good" }));
        }
        for node in self.world.nodes.values() {
            if node.status == NodeStatus::Up
                && node.mode == Mode::Accept
                && let Some(machine) = self
                    .world
                    .machines
                    .values()
                    .find(|machine| machine.instance.address.as_ref() == Some(&node.address))
            {
                self.served.entry(machine.instance.id).or_insert(now);
            }
        }
        let each = load / self.world.serving().max(1) as f64;
        let state = |fires| if fires { AlertState::Firing } else { AlertState::Resolved };
        self.world.hear("WebCpuHigh", state(each > 0.7));
        self.world.hear("WebCpuLow", state(each < 0.3));
    }

    /// An operator protects a member or takes it out.
    fn mark(&mut self) {
        let members: Vec<_> =
            self.world.state.members.values().filter(|member| !member.is_leaving()).collect();
        let Some((slot, Some(id))) =
            members.get(self.rng.usize(..members.len().max(1))).map(|member| (member.slot, member.instance))
        else {
            return;
        };
        let mark = if self.rng.bool() { Mark::Protected } else { Mark::Standby };
        self.told.push(format!("{} member {slot}: {mark:?}", self.world.now));
        self.world.append(Cause::operator("a person"), Fact::Marked { slot, mark });
        self.spared.insert(id);
    }

    fn run(mut self) -> (u32, u32) {
        let end = after(self.world.now, Duration::from_secs(3600 * HOURS));
        let mut load: f64 = 1.0;
        while self.world.now < end {
            if self.rng.u32(..120) == 0 {
                load = self.rng.f64() * f64::from(self.world.group.size.max) * 0.8;
                self.told.push(format!("{} the load is {load:.1}", self.world.now));
            }
            self.weather(load);
            self.turn(true);
            self.world.pass(seconds(10));
        }
        self.rest();
        (self.world.created, self.world.deleted)
    }

    /// Signals at rest and the API answering: it converges, and then nothing changes any more.
    fn rest(&mut self) {
        self.told.push(format!("{} rest", self.world.now));
        self.world.bad_image = false;
        self.world.blind = false;
        self.ill_until.clear();
        self.spared.clear();
        let slots: Vec<_> = self.world.state.members.keys().copied().collect();
        for slot in slots {
            for mark in [Mark::Unprotected, Mark::Active] {
                self.world.append(Cause::operator("a person"), Fact::Marked { slot, mark });
            }
        }
        for machine in self.world.machines.values_mut() {
            machine.healthy = true;
        }
        for name in ["WebCpuHigh", "WebCpuLow"] {
            self.world.hear(name, AlertState::Resolved);
        }
        let converged = after(self.world.now, Duration::from_secs(4 * 3600));
        while self.world.now < converged {
            self.turn(false);
            self.world.pass(seconds(10));
        }
        let quiet = self.world.log.len();
        for _ in 0..60 {
            self.turn(false);
            self.world.pass(seconds(10));
        }
        if self.world.log.len() != quiet {
            let last: Vec<String> =
                self.world.log[quiet..].iter().map(|entry| format!("{:?}", entry.draft.fact)).collect();
            self.fail("I7", &format!("it still changes: {}", last.join("\n")));
        }
        let desired = self.world.state.desired.unwrap_or_default() as usize;
        if self.world.serving() != desired || self.world.machines.len() != desired {
            let (serving, exist) = (self.world.serving(), self.world.machines.len());
            self.fail(
                "I7",
                &format!("{serving} serve and {exist} exist, {desired} are desired: {:#?}", self.world.state),
            );
        }
        for machine in self.world.machines.values() {
            if self.world.state.member_of(machine.instance.id).is_none()
                || machine.instance.status != InstanceStatus::Running
            {
                self.fail("I3", &format!("{} is an orphan", machine.instance.label));
            }
        }
        if self.world.nodes.remove(&FOREIGN) != Some(foreign()) {
            self.fail("I5", "somebody else's node was touched");
        }
        for node in self.world.nodes.values() {
            if self.holder(&node.address).is_none() {
                self.fail("I3", &format!("node {} has no instance", node.label));
            }
        }
        let balancers = &self.world.group.balancers;
        if self.world.nodes.len() != desired * balancers.len()
            || self.world.nodes.values().any(|node| !balancers.contains(&node.config))
        {
            self.fail("I3", "there are nodes twice for one slot, or at a config that the group left");
        }
    }
}

#[test]
fn random_histories_keep_the_invariants() {
    let number = std::env::var("SCALER_SEEDS").ok().and_then(|number| number.parse().ok());
    let number: u64 = number.unwrap_or(HISTORIES);
    let (mut created, mut deleted) = (0, 0);
    for seed in 0..number {
        let (more, fewer) = Trial::new(seed).run();
        created += more;
        deleted += fewer;
    }
    super::figure(&format!(
        "{number} histories of {HOURS} simulated hours: {created} creates, {deleted} deletes"
    ));
    assert!(u64::from(created.min(deleted)) > 2 * number, "the histories exercise the loop");
}

#[test]
fn leaving_a_config_before_the_member_serves_at_the_new_one_is_caught() {
    let caught = (1..HISTORIES).step_by(2).any(|seed| {
        let broken = std::panic::catch_unwind(|| {
            let mut trial = Trial::new(seed);
            trial.world.shows_all_up = true;
            trial.run()
        });
        let said = broken.err().and_then(|said| said.downcast::<String>().ok());
        said.is_some_and(|said| said.contains("it does not serve at"))
    });
    assert!(caught, "a loop that takes every node for healthy leaves too early");
}

/// Replays the history of `SCALER_SEED`, and tells it.
#[test]
fn replay() {
    let Some(seed) = std::env::var("SCALER_SEED").ok().and_then(|seed| seed.parse().ok()) else {
        println!("SCALER_SEED is not set: nothing to replay");
        return;
    };
    Trial::new(seed).run();
}
