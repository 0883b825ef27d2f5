//! A small cloud behind the ports, whose time is the paused runtime's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use scaler_core::clock::TokioClock;
use scaler_core::model::{
    ConfigId, GroupName, Installation, Instance, InstanceId, InstanceStatus, InstanceType, Mode, Node,
    NodeId, NodeStatus, Price, after, elapsed,
};
use scaler_core::ports::{
    Balancer, Clock, Compute, Failure, FailureKind, Listing, Marked, NewInstance, NewNode, NodeCounts,
};

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is refused.
    Refused(FailureKind),
    /// It is refused for the rate of requests, until so much time has passed.
    Limited(Duration),
    /// It happens, and the answer is lost.
    Lost,
    /// It does not happen, and the answer is lost.
    Vanished,
    /// It takes so long.
    Slow(Duration),
}

#[derive(Clone, Debug)]
pub struct Machine {
    pub instance: Instance,
    pub group: Option<GroupName>,
    pub runs: Timestamp,
    pub healthy: bool,
}

#[derive(Debug, Default)]
pub struct State {
    pub machines: BTreeMap<InstanceId, Machine>,
    pub nodes: BTreeMap<NodeId, Node>,
    /// Every call that changes something, as it arrives.
    pub calls: Vec<String>,
    pub lists: usize,
    pub node_lists: usize,
    /// Every call that lists, as it is answered: of instances, a call for each page of 500, and of a config's nodes.
    pub listed: Vec<(Timestamp, Option<ConfigId>)>,
    /// So many lists of nodes, and of instances, the account's rate lets be read; any number where none is told.
    pub lists_left: Option<u64>,
    /// The same for lists of instances alone.
    pub listings_left: Option<u64>,
    /// Every call that counts a config's nodes, and instances read by id.
    pub counted: Vec<(Timestamp, ConfigId)>,
    pub read: Vec<Timestamp>,
    /// What becomes of the next calls whose name begins so.
    pub fates: VecDeque<(&'static str, Fate)>,
    /// Creates of this type are refused, each time.
    pub limited: Option<(InstanceType, FailureKind)>,
    /// No instance is shown: not by the listing, nor by id or label.
    pub hides: bool,
    /// The listing can't be believed.
    pub inconsistent: bool,
    pub boot: Duration,
    /// So many creates the account's rate still lets be sent; any number where none is told.
    pub creates_left: Option<u32>,
    /// So many are let through in each window of so long.
    pub creates_window: Option<(u32, Duration)>,
    window_ends: Option<Timestamp>,
    /// A listing takes so much longer.
    pub listing_takes: Duration,
    /// And a list of nodes.
    pub nodes_take: Duration,
    /// Calls take no time, but for those that are told to.
    pub instant: bool,
    /// Lists of nodes show what was so long ago.
    pub lag: Duration,
    /// Configs that were deleted.
    pub gone: BTreeSet<ConfigId>,
    /// Configs whose nodes can't be listed.
    pub broken: BTreeSet<ConfigId>,
    /// Whose it is; without an owner nothing is verified.
    pub owner: Option<&'static str>,
    /// The account's id, where it may be read.
    pub account: Option<&'static str>,
    /// What exists there.
    pub landmarks: Vec<&'static str>,
    /// Nothing changes by itself before then, if nobody changed anything since.
    settled: Option<Timestamp>,
    past: Vec<(Timestamp, BTreeMap<NodeId, Node>)>,
    pub last_id: u64,
}

/// The cloud; clones share it.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub clock: TokioClock,
    state: Arc<Mutex<State>>,
}

impl Cloud {
    pub fn new(clock: TokioClock) -> Self {
        let state = State { boot: Duration::from_secs(40), last_id: 100, ..State::default() };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.look();
        state.settled = None;
        state
    }

    /// The state, to be read.
    fn look(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap();
        let now = self.clock.now();
        if state.settled.is_some_and(|until| now < until) && state.window_ends.is_none_or(|ends| now < ends) {
            return state;
        }
        if let Some((creates, per)) = state.creates_window
            && state.window_ends.is_none_or(|ends| ends <= now)
        {
            (state.creates_left, state.window_ends) = (Some(creates), Some(after(now, per)));
        }
        let State { machines, nodes, .. } = &mut *state;
        for machine in machines.values_mut() {
            if machine.instance.status == InstanceStatus::Provisioning && machine.runs <= now {
                machine.instance.status = InstanceStatus::Running;
            }
        }
        let serves =
            |machine: &&Machine| machine.healthy && machine.instance.status == InstanceStatus::Running;
        let serving =
            machines.values().filter(serves).filter_map(|machine| machine.instance.address.as_ref());
        let serving: BTreeSet<&String> = serving.collect();
        for node in nodes.values_mut() {
            let healthy = serving.contains(&node.address) && node.mode != Mode::Reject;
            node.status = if healthy { NodeStatus::Up } else { NodeStatus::Down };
        }
        let booting =
            machines.values().filter(|machine| machine.instance.status == InstanceStatus::Provisioning);
        state.settled = Some(booting.map(|machine| machine.runs).min().unwrap_or(Timestamp::MAX));
        state
    }

    pub fn fate(&self, call: &'static str, fate: Fate) {
        self.state().fates.push_back((call, fate));
    }

    /// Members that were there before the log.
    pub fn plant(&self, group: &str, config: ConfigId, n: usize) -> Vec<InstanceId> {
        let now = self.clock.now();
        (0..n)
            .map(|n| {
                let mut state = self.state();
                let id = state.machine(
                    &format!("{group}-aaaaa-{n}"),
                    "g6-standard-2".into(),
                    Some(group.parse().unwrap()),
                    now,
                );
                state.machines.get_mut(&id).unwrap().instance.status = InstanceStatus::Running;
                let address = state.machines[&id].instance.address.clone().unwrap();
                state.node(config, &address, &format!("{group}-aaaaa-{n}"));
                id
            })
            .collect()
    }

    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    pub fn count(&self, call: &str) -> usize {
        self.state().calls.iter().filter(|made| made.starts_with(call)).count()
    }

    /// Instances with our marks.
    pub fn existing(&self) -> usize {
        self.state().machines.values().filter(|machine| machine.group.is_some()).count()
    }

    /// Nodes that take traffic.
    pub fn serving(&self) -> usize {
        let state = self.state();
        state.nodes.values().filter(|node| node.mode == Mode::Accept && node.status == NodeStatus::Up).count()
    }

    async fn takes(&self, milliseconds: u64) {
        if !self.look().instant {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    /// What was dialled in for this call. The change happens after the time that it takes.
    async fn call<T>(
        &self,
        call: &'static str,
        what: &str,
        happen: impl FnOnce(&mut State) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let fate = {
            let mut state = self.state();
            state.calls.push(format!("{call} {what}"));
            let at = state.fates.iter().position(|(of, _)| *of == call);
            at.and_then(|at| state.fates.remove(at))
        };
        match fate {
            None => self.takes(50).await,
            Some((_, Fate::Slow(time))) => tokio::time::sleep(time).await,
            Some((_, Fate::Refused(kind))) => return Err(Failure::new(kind, format!("{call} was refused"))),
            Some((_, Fate::Limited(wait))) => return Err(limited(call, wait)),
            Some((_, Fate::Lost)) => {
                let _ = happen(&mut self.state());
                return Err(Failure::new(FailureKind::MayHaveHappened, "408 Please try again"));
            }
            Some((_, Fate::Vanished)) => {
                return Err(Failure::new(FailureKind::MayHaveHappened, "the connection broke"));
            }
        }
        let mut state = self.state();
        let before = (self.clock.now(), state.nodes.clone());
        state.past.push(before);
        happen(&mut state)
    }
}

fn limited(call: &str, wait: Duration) -> Failure {
    let message = format!("{call} was refused with 429; try again in {} s", wait.as_secs());
    Failure::new(FailureKind::RateLimited, message).with_retry_after(Some(wait))
}

impl State {
    fn machine(
        &mut self,
        label: &str,
        kind: InstanceType,
        group: Option<GroupName>,
        now: Timestamp,
    ) -> InstanceId {
        self.last_id += 1;
        let id = InstanceId(self.last_id);
        let mut instance = Instance::new(id, label, InstanceStatus::Provisioning, now, kind);
        instance.address = Some(format!("192.168.130.{id}"));
        self.machines.insert(id, Machine { instance, group, runs: after(now, self.boot), healthy: true });
        id
    }

    fn node(&mut self, config: ConfigId, address: &str, label: &str) -> NodeId {
        self.last_id += 1;
        let id = NodeId(self.last_id);
        let node = Node::new(config, id, address, label, Mode::Accept, NodeStatus::Unknown);
        self.nodes.insert(id, node);
        id
    }
}

#[async_trait]
impl Compute for Cloud {
    async fn list(&self) -> Result<Listing, Failure> {
        self.takes(20).await;
        let longer = self.look().listing_takes;
        if !longer.is_zero() {
            tokio::time::sleep(longer).await;
        }
        let mut state = self.look();
        state.lists += 1;
        let calls = state.machines.len().div_ceil(500).max(1);
        let now = self.clock.now();
        state.listed.extend(vec![(now, None); calls]);
        if let Some(at) = state.fates.iter().position(|(of, _)| *of == "list") {
            return Err(match state.fates.remove(at) {
                Some((_, Fate::Limited(wait))) => limited("list", wait),
                _ => Failure::new(FailureKind::Transient, "500 from the listing"),
            });
        }
        let marked = |machine: &Machine| {
            machine.group.clone().map(|group| Marked::new(machine.instance.clone(), group))
        };
        let shown = state.machines.values().filter(|_| !state.hides).filter_map(marked);
        let mut listing = Listing::new(shown.collect());
        listing.inconsistent = state.inconsistent;
        listing.calls = u32::try_from(calls).unwrap();
        Ok(listing)
    }

    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        self.takes(10).await;
        let now = self.clock.now();
        let mut state = self.look();
        state.read.push(now);
        let found = state.machines.get(&id).filter(|_| !state.hides);
        Ok(found.map(|machine| (machine.instance.clone(), machine.group.clone())))
    }

    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        self.takes(10).await;
        let state = self.state();
        let mut shown = state.machines.values().filter(|_| !state.hides);
        let found = shown.find(|machine| machine.instance.label == label);
        Ok(found.map(|machine| (machine.instance.clone(), machine.group.clone())))
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        let now = self.clock.now();
        if let Some(left) = &mut self.state().creates_left {
            *left = left.checked_sub(1).expect("the rate lets it be sent");
        }
        self.call("create", &new.label, |state| {
            if let Some((_, why)) = state.limited.as_ref().filter(|(kind, _)| *kind == new.kind) {
                return Err(Failure::new(*why, "A limit is preventing the deployment of the selected plan."));
            }
            if state.machines.values().any(|machine| machine.instance.label == new.label) {
                return Err(Failure::new(FailureKind::LabelTaken, "Label must be unique"));
            }
            let id = state.machine(&new.label, new.kind.clone(), Some(new.group.clone()), now);
            Ok(state.machines[&id].instance.clone())
        })
        .await
    }

    fn lists_left(&self) -> Option<u64> {
        let state = self.look();
        state.lists_left.into_iter().chain(state.listings_left).min()
    }

    fn creates_left(&self) -> Result<u32, Duration> {
        let state = self.look();
        let ends = state.window_ends.map(|ends| elapsed(self.clock.now(), ends));
        match state.creates_left {
            Some(0) => Err(ends.unwrap_or(Duration::from_secs(5))),
            left => Ok(left.unwrap_or(u32::MAX)),
        }
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        self.call("delete", &id.to_string(), |state| {
            if let Some(machine) = state.machines.remove(&id) {
                state.nodes.retain(|_, node| Some(&node.address) != machine.instance.address.as_ref());
            }
            Ok(())
        })
        .await
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        self.call("mark", &id.to_string(), |state| {
            if let Some(machine) = state.machines.get_mut(&id) {
                machine.group = ours.then(|| group.clone());
            }
            Ok(())
        })
        .await
    }

    fn owner(&self) -> Option<&str> {
        self.state().owner
    }

    async fn account(&self, remembered: &Installation) -> Result<Installation, Failure> {
        let mut shown = Installation::new(&remembered.owner);
        self.call("account", "", |state| {
            shown.account = state.account.map(str::to_owned);
            shown.landmarks = state.landmarks.iter().map(|landmark| (*landmark).to_owned()).collect();
            Ok(())
        })
        .await?;
        Ok(shown)
    }

    async fn prices(
        &self,
        _group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        Ok(kinds.iter().map(|kind| (kind.clone(), Price(36_000))).collect())
    }
}

#[async_trait]
impl Balancer for Cloud {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        self.takes(20).await;
        let longer = self.look().nodes_take;
        if !longer.is_zero() {
            tokio::time::sleep(longer).await;
        }
        let mut state = self.look();
        state.node_lists += 1;
        if state.gone.contains(&config) {
            return Err(Failure::new(FailureKind::NotFound, "no such config"));
        }
        let seen = self.clock.now();
        state.listed.push((seen, Some(config)));
        if state.broken.contains(&config) {
            return Err(Failure::new(FailureKind::Transient, "500 from the nodes"));
        }
        let lag = state.lag;
        // The first state that was left after that time was in force then.
        let past = state.past.iter().find(|(left, _)| after(*left, lag) > seen).map(|(_, nodes)| nodes);
        Ok(past.unwrap_or(&state.nodes).values().filter(|node| node.config == config).cloned().collect())
    }

    async fn node(&self, _config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        Ok(self.look().nodes.get(&id).cloned())
    }

    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        self.takes(10).await;
        let now = self.clock.now();
        let mut state = self.look();
        state.counted.push((now, config));
        let nodes = || state.nodes.values().filter(|node| node.config == config);
        let up = nodes().filter(|node| node.status == NodeStatus::Up).count() as u64;
        Ok(Some(NodeCounts::new(up, nodes().count() as u64 - up)))
    }

    fn lists_left(&self) -> Option<u64> {
        self.look().lists_left
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        self.call("register", &new.label, |state| {
            if state.nodes.values().any(|node| node.address == new.address && node.config == new.config) {
                return Err(Failure::new(FailureKind::Request, "address is in use"));
            }
            Ok(state.node(new.config, &new.address, &new.label))
        })
        .await
    }

    async fn set_mode(&self, _config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        self.call("mode", &format!("{mode:?} {id}"), |state| {
            if let Some(node) = state.nodes.get_mut(&id) {
                node.mode = mode;
            }
            Ok(())
        })
        .await
    }

    async fn deregister(&self, _config: ConfigId, id: NodeId) -> Result<(), Failure> {
        self.call("deregister", &id.to_string(), |state| {
            state.nodes.remove(&id);
            Ok(())
        })
        .await
    }
}
