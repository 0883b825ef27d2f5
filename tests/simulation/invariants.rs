//! The invariants, held against every call that is made and every entry that lands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use linode_sim::{NodeMode, Simulator};
use scaler_core::model::{ActorId, AlertFreshness, DrainWhy, Group, Position, Signal, elapsed};
use scaler_core::ports::LogName;
use scaler_core::state::{Cause, Draft, Entry, Fact, GroupMode, GroupState, Step};
use serde_json::Value;

use super::call::Call;
use super::cloud_truth::Truth;

/// A group that moves is looked at so often, and a list may be as old as that.
const LOOKS: Duration = Duration::from_secs(4);

/// What the alerts said may have changed so shortly before it is decided by.
const JUST_NOW: Duration = Duration::from_secs(1);

/// An invariant that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub invariant: &'static str,
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is broken: {}", self.invariant, self.what)
    }
}

/// What a process was last answered: whether lists were whole, and what they held.
#[derive(Clone, Debug, Default)]
struct Seen {
    unwhole: Option<String>,
    unanswered: BTreeSet<u64>,
    blind_nodes: Option<String>,
    listed: BTreeSet<u64>,
}

struct State {
    truth: Truth,
    state: GroupState,
    /// Every step that was ever intended, in whatever store.
    intents: Vec<Step>,
    began: Option<ActorId>,
    seen: BTreeMap<u32, Seen>,
    /// Removals of members that had served.
    removals: Vec<Timestamp>,
    low: Option<Timestamp>,
    low_ended: Option<Timestamp>,
    /// Since when they said low before they were unknown, and since when they are.
    low_before: Option<(Timestamp, Timestamp)>,
    /// Since when the low alert fires.
    low_fires: Option<Timestamp>,
    protected: BTreeSet<u64>,
    before: BTreeMap<u64, NodeMode>,
    /// Labels whose create was last refused for the rate of requests.
    rate_limited: BTreeSet<String>,
    changes: u64,
    entries: u64,
    ghosts: u32,
    lost_stores: u32,
    breaches: Vec<Breach>,
    story: Vec<String>,
}

/// Watches one world.
pub struct Judge {
    sim: Simulator,
    group: Group,
    state: Mutex<State>,
}

impl Judge {
    /// `slack`: a call may land so long after what it was decided by.
    pub fn new(sim: &Simulator, group: Group, config: u64, tags: [String; 2], slack: Duration) -> Arc<Self> {
        let state = State {
            truth: Truth::new(sim.clone(), config, tags, slack),
            state: GroupState::default(),
            intents: Vec::new(),
            began: None,
            seen: BTreeMap::new(),
            removals: Vec::new(),
            low: None,
            low_ended: None,
            low_before: None,
            low_fires: None,
            protected: BTreeSet::new(),
            before: BTreeMap::new(),
            rate_limited: BTreeSet::new(),
            changes: 0,
            entries: 0,
            ghosts: 0,
            lost_stores: 0,
            breaches: Vec::new(),
            story: Vec::new(),
        };
        Arc::new(Self { sim: sim.clone(), group, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what time brought.
    pub fn look(&self) {
        self.state().truth.look(false);
    }

    /// Something that a replay should tell.
    pub fn tell(&self, what: impl fmt::Display) {
        let line = format!("{} {what}", self.sim.now());
        self.state().story.push(line);
    }

    /// The store is lost; another log begins.
    pub fn store_lost(&self) {
        let mut state = self.state();
        state.state = GroupState::default();
        state.began = None;
        state.lost_stores += 1;
        // Nothing tells any more that they were ours.
        state.truth.stripped.clear();
    }

    /// A call of a process that is gone is about to land.
    pub fn ghost(&self) {
        self.state().ghosts += 1;
    }

    /// What the alerts say together, as they are told; whether the low one fires, and whether nobody vouches for another. What
    /// is unknown for no longer than a firing alert is believed does not begin anew what was said before.
    pub fn signal(&self, low: bool, fires: bool, unknown: bool) {
        let now = self.sim.now();
        let mut state = self.state();
        state.low_fires = if fires { state.low_fires.or(Some(now)) } else { None };
        match (low, state.low) {
            (true, None) => {
                let believed = AlertFreshness::default().confirm;
                let before = state.low_before.take().filter(|(_, from)| elapsed(*from, now) <= believed);
                state.low = before.map_or(Some(now), |(since, _)| state.low_fires.max(Some(since)));
            }
            (false, Some(since)) => {
                state.low = None;
                state.low_ended = Some(now);
                state.low_before = unknown.then_some((since, now));
            }
            (false, None) if !unknown => state.low_before = None,
            _ => {}
        }
    }

    /// A person wants this instance left alone.
    pub fn protect(&self, instance: u64) {
        self.state().protected.insert(instance);
    }

    /// A person takes our tags off an instance.
    pub fn strip(&self, instance: u64) {
        let now = self.sim.now();
        self.state().truth.stripped.insert(instance, now);
    }

    pub fn breaches(&self) -> Vec<Breach> {
        self.state().breaches.clone()
    }

    pub fn story(&self) -> Vec<String> {
        self.state().story.clone()
    }

    /// Calls that changed something, and entries, so far.
    pub fn work(&self) -> (u64, u64) {
        let state = self.state();
        (state.changes, state.entries)
    }

    pub fn with<T>(&self, ask: impl FnOnce(&Truth, &GroupState) -> T) -> T {
        let mut state = self.state();
        state.truth.look(false);
        ask(&state.truth, &state.state)
    }

    pub fn breach(&self, invariant: &'static str, what: impl Into<String>) {
        self.state().breach(&self.sim, invariant, what);
    }

    /// A request is about to reach the cloud.
    pub fn before(&self, process: u32, call: &Call) {
        if !call.changes() {
            if matches!(call, Call::Nodes { .. }) {
                // What the scaler is about to see was so before.
                self.look();
            }
            return;
        }
        let mut state = self.state();
        state.truth.look(false);
        state.changes += 1;
        let line = format!("{} process {process}: {call}", self.sim.now());
        state.story.push(line);
        state.before = state.truth.backends().iter().map(|node| (node.node, node.mode)).collect();
        state.has_its_cause(&self.sim, call);
        match call {
            Call::SetMode { node, mode, .. } if mode != "accept" => {
                if let Some(id) = state.instance_of(*node) {
                    state.is_ours(&self.sim, call, id);
                    state.keeps_min(&self.sim, &self.group, call, id);
                }
            }
            Call::SetMode { node, .. } => {
                if let Some(id) = state.instance_of(*node) {
                    state.is_ours(&self.sim, call, id);
                }
            }
            Call::Deregister { node, .. } => match state.instance_of(*node) {
                // Left behind by another instance at an address that is used again.
                Some(id) if state.truth.is_left_behind(*node, id) => {}
                Some(id) => {
                    state.is_ours(&self.sim, call, id);
                    state.keeps_min(&self.sim, &self.group, call, id);
                    state.drain_is_over(&self.sim, &self.group, call, id);
                }
                None => {
                    let label = state.truth.backend(*node).map(|node| node.label).unwrap_or_default();
                    if !label.is_empty() && !self.group.name.owns_label(&label) {
                        state.breach(&self.sim, "I5", format!("{call}: node {label} is not ours"));
                    }
                }
            },
            // One that a person deleted is on its way out.
            Call::Delete { instance } if state.truth.exists(*instance) => {
                state.is_ours(&self.sim, call, *instance);
                state.keeps_min(&self.sim, &self.group, call, *instance);
                state.drain_is_over(&self.sim, &self.group, call, *instance);
                let accepts = state
                    .truth
                    .backends()
                    .iter()
                    .any(|node| node.instance == Some(*instance) && node.mode == NodeMode::Accept);
                if accepts {
                    state.breach(&self.sim, "I2", format!("{call}: it is registered and accepting"));
                }
            }
            Call::Register { address, .. } => {
                let now = self.sim.now();
                // What a person did since the last look can't be known; no member is read again before it is registered.
                let unseen = |at: &Timestamp| elapsed(*at, now) < LOOKS;
                let id = state.truth.at(address);
                if let Some(id) = id.filter(|id| !state.truth.stripped.get(id).is_some_and(unseen)) {
                    state.is_ours(&self.sim, call, id);
                }
            }
            Call::Other(what) => {
                state.breach(&self.sim, "I8", format!("nothing ever asks for {what}"));
            }
            _ => {}
        }
    }

    /// A request was answered, or its connection broke.
    pub fn after(&self, process: u32, call: &Call, answer: Option<(u16, &[u8])>) {
        let mut state = self.state();
        if !call.changes() {
            state.learns(process, call, answer);
            return;
        }
        state.truth.look(true);
        match call {
            Call::Create { label } => {
                match answer {
                    Some((429, _)) => state.rate_limited.insert(label.clone()),
                    _ => state.rate_limited.remove(label),
                };
                let exist = state.truth.ours().len();
                let replacing = state.state.members.values().any(|member| member.replacing.is_some());
                let mut most = self.group.size.max as usize + usize::from(replacing);
                if state.lost_stores > 0 {
                    // Nobody can know of creates that land after the log that had them is gone.
                    most += state.ghosts as usize + 1;
                }
                if exist > most {
                    let what = format!("{call} makes {exist}, at most {most} are allowed");
                    state.breach(&self.sim, "I1", what);
                }
            }
            Call::SetMode { node, mode, .. } if mode != "accept" => {
                let changed = state.before.get(node) == Some(&NodeMode::Accept)
                    && state.truth.backend(*node).is_some_and(|node| node.mode != NodeMode::Accept);
                let id = state.instance_of(*node).filter(|_| changed);
                if let Some(id) = id
                    && state.truth.lives.get(&id).is_some_and(|life| life.ever)
                    && !state.failed(id)
                {
                    state.removed(&self.sim, &self.group, call);
                }
            }
            _ => {}
        }
        let line =
            format!("    → {}", answer.map_or_else(|| "lost".to_owned(), |(status, _)| status.to_string()));
        state.story.push(line);
    }

    /// Entries were read: what landed unseen, as from a process that was killed meanwhile, counts from here on.
    pub fn read(&self, process: u32, log: &LogName, entries: &[Entry]) {
        let known = self.state().state.position;
        let news: Vec<Draft> =
            entries.iter().filter(|entry| entry.position > known).map(|entry| entry.draft.clone()).collect();
        if !news.is_empty() {
            self.landed(process, log, known, &news);
        }
    }

    /// Entries landed in a log.
    pub fn landed(&self, process: u32, log: &LogName, after: Position, drafts: &[Draft]) {
        if *log == LogName::Installation {
            return;
        }
        let mut state = self.state();
        let mut position = after;
        for draft in drafts {
            position = position.next();
            let line = format!("{} process {process} [{position}]: {:?}", draft.at, draft.fact);
            state.story.push(line);
            state.entries += 1;
            match &draft.fact {
                Fact::Began { .. } => state.began = Some(draft.actor.clone()),
                Fact::SizeAsked { .. } | Fact::ModeSet { .. } => {}
                _ if state.began.as_ref() != Some(&draft.actor) => {
                    let what = format!("an actor that was overtaken appended {:?}", draft.fact);
                    state.breach(&self.sim, "I4", what);
                }
                _ => {}
            }
            match &draft.fact {
                Fact::Intended { step } => {
                    state.sees(&self.sim, process, step);
                    state.mode_allows(&self.sim, step, draft.at);
                    state.is_surplus(&self.sim, step);
                    state.intents.push(step.clone());
                }
                Fact::Decided { desired, previous, signals, asked: None, .. } => {
                    let high = signals.iter().any(|policy| policy.signal == Signal::High);
                    if high && previous.is_some_and(|previous| *desired > previous) {
                        state.counts_the_warm(&self.sim, &self.group, *desired);
                    }
                    let policy = matches!(draft.cause, Cause::Policy { .. });
                    if policy && previous.is_some_and(|previous| *desired < previous) {
                        state.may_lower(&self.sim, &self.group, *desired);
                    }
                }
                _ => {}
            }
            state.takes(&self.sim, &Entry::new(position, draft.clone()));
        }
    }
}

impl State {
    fn breach(&mut self, sim: &Simulator, invariant: &'static str, what: impl Into<String>) {
        let what = format!("{} {}", sim.now(), what.into());
        self.story.push(format!("!!! {invariant} {what}"));
        self.breaches.push(Breach { invariant, what });
    }

    /// What the cloud turned away for the rate of requests does not count as a launch, so none failed.
    fn takes(&mut self, sim: &Simulator, entry: &Entry) {
        let step = entry.draft.step.and_then(|id| self.state.open.get(&id)).cloned();
        let failures = self.state.launches.failures;
        self.state.apply(entry);
        if let (Fact::Done { .. }, Some(Step::Create { label, .. })) = (&entry.draft.fact, step)
            && self.rate_limited.contains(&label)
            && self.state.launches.failures > failures
        {
            self.breach(sim, "launches", format!("the rate limit of {label} counts as a failed launch"));
        }
    }

    fn instance_of(&self, node: u64) -> Option<u64> {
        self.truth.backend(node).and_then(|backend| backend.instance)
    }

    /// By the log its launch failed: it goes without a permit or time to drain.
    fn failed(&self, id: u64) -> bool {
        self.state.members.values().any(|member| member.instance.map(|i| i.0) == Some(id) && member.failed)
    }

    fn is_ours(&mut self, sim: &Simulator, call: &Call, id: u64) {
        if !self.truth.carries_our_tags(id) {
            self.breach(sim, "I5", format!("{call}: instance {id} does not carry our tags"));
        }
        if self.protected.contains(&id) {
            self.breach(sim, "I5", format!("{call}: instance {id} is protected"));
        }
    }

    fn keeps_min(&mut self, sim: &Simulator, group: &Group, call: &Call, id: u64) {
        let serves = self.truth.lives.get(&id).is_some_and(|life| life.serving.is_some());
        let serving = self.truth.serving().len();
        if self.failed(id) {
            // It was not up when it should have been, and never counted.
            return;
        }
        if serves && serving <= group.size.min as usize {
            let min = group.size.min;
            self.breach(sim, "I1", format!("{call}: {serving} serve, and at least {min} must"));
        }
    }

    fn drain_is_over(&mut self, sim: &Simulator, group: &Group, call: &Call, id: u64) {
        let now = sim.now();
        let Some(life) = self.truth.lives.get(&id).filter(|life| life.ever) else { return };
        let over = |since: Option<Timestamp>, needed| since.is_some_and(|at| elapsed(at, now) >= needed);
        let drained = over(life.drained, group.remove.drain) || self.failed(id);
        let rejected = over(life.rejected, group.remove.reject);
        if !(drained && rejected) {
            let life = life.clone();
            self.breach(sim, "I2", format!("{call}: its drain is not over: {life:?}"));
        }
    }

    /// Surplus is what serves beyond the desired size.
    fn is_surplus(&mut self, sim: &Simulator, step: &Step) {
        let Step::SetMode {
            node, mode: scaler_core::model::Mode::Drain, why: Some(DrainWhy::Surplus), ..
        } = step
        else {
            return;
        };
        let accepts = self.truth.backend(node.0).filter(|node| node.mode == NodeMode::Accept);
        let serves = accepts.and_then(|node| node.instance).and_then(|id| self.truth.lives.get(&id));
        let (serving, desired) = (self.truth.serving().len(), self.state.desired.unwrap_or_default());
        if serves.is_some_and(|life| life.serving.is_some()) && serving <= desired as usize {
            let what = format!("{step} as surplus, {serving} serve and {desired} are desired");
            self.breach(sim, "I7", what);
        }
    }

    /// Windows and signals, where a policy lowers the size.
    fn may_lower(&mut self, sim: &Simulator, group: &Group, desired: u32) {
        let now = sim.now();
        let just_now = self.low_ended.is_some_and(|at| elapsed(at, now) < JUST_NOW);
        match self.low {
            None if !just_now => {
                self.breach(sim, "signals", format!("the size falls to {desired} and nothing says low"));
            }
            Some(since) if elapsed(since, now) < group.remove.low_for => {
                self.breach(sim, "I6", format!("the size falls to {desired}, it is low only since {since}"));
            }
            _ => {}
        }
        if let Some(added) = self.truth.last_added
            && elapsed(added, now) < group.remove.after_add
        {
            self.breach(sim, "I6", format!("the size falls to {desired}, one was added at {added}"));
        }
        if let Some(removed) = self.removals.last()
            && elapsed(*removed, now) < group.remove.every
        {
            self.breach(sim, "I6", format!("the size falls to {desired}, one was removed at {removed}"));
        }
    }

    fn removed(&mut self, sim: &Simulator, group: &Group, call: &Call) {
        let now = sim.now();
        let every = group.remove.every;
        let accepting = u32::try_from(self.truth.serving().len()).unwrap_or(u32::MAX).saturating_add(1);
        let most = group.remove.at_most.of(accepting).max(1) as usize;
        self.removals.retain(|at| elapsed(*at, now) < every);
        self.removals.push(now);
        let drawn = self.removals.len();
        if drawn > most {
            self.breach(sim, "I9", format!("{call} is removal {drawn} of its window, {most} are allowed"));
        }
    }

    fn counts_the_warm(&mut self, sim: &Simulator, group: &Group, desired: u32) {
        let warmed = u32::try_from(self.truth.warmed(group.launch.warm_up)).unwrap_or(u32::MAX);
        let step = group.policies.iter().filter_map(|policy| policy.add).map(|add| add.to_add(warmed)).max();
        let most = warmed.saturating_add(step.unwrap_or(0)).max(group.size.min);
        if desired > most {
            let what = format!("{desired} are desired with {warmed} warmed members, which argue for {most}");
            self.breach(sim, "I6", what);
        }
    }

    fn has_its_cause(&mut self, sim: &Simulator, call: &Call) {
        let mode_of = |mode: &scaler_core::model::Mode| match mode {
            scaler_core::model::Mode::Accept => "accept",
            scaler_core::model::Mode::Drain => "drain",
            scaler_core::model::Mode::Reject => "reject",
            scaler_core::model::Mode::Other => "other",
        };
        let intended = self.intents.iter().any(|step| match (call, step) {
            (Call::Create { label }, Step::Create { label: intended, .. }) => label == intended,
            (Call::Register { label, address, .. }, Step::Register { label: l, address: a, .. }) => {
                label == l && address == a
            }
            (Call::SetMode { node, mode, .. }, Step::SetMode { node: n, mode: m, .. }) => {
                *node == n.0 && mode == mode_of(m)
            }
            (
                Call::Deregister { node, .. },
                Step::Deregister { node: n, .. } | Step::Sweep { node: n, .. },
            ) => *node == n.0,
            (Call::Delete { instance }, Step::Delete { instance: i, .. }) => *instance == i.0,
            _ => false,
        });
        if !intended {
            self.breach(sim, "I8", format!("{call}: its intent is not in the log"));
        }
    }

    fn learns(&mut self, process: u32, call: &Call, answer: Option<(u16, &[u8])>) {
        let seen = self.seen.entry(process).or_default();
        let page = answer.filter(|(status, _)| *status == 200).map(|(_, body)| body);
        let page: Option<Value> = page.and_then(|body| serde_json::from_slice(body).ok());
        let whole = page.as_ref().is_some_and(|page| {
            page["data"].as_array().is_some_and(|data| Some(data.len() as u64) == page["results"].as_u64())
        });
        match call {
            Call::List { by_label: false } => {
                seen.unwhole = (!whole).then(|| "the list of instances was not whole".to_owned());
                seen.unanswered.clear();
                let data = page.as_ref().and_then(|page| page["data"].as_array());
                seen.listed = data.into_iter().flatten().filter_map(|one| one["id"].as_u64()).collect();
            }
            Call::Nodes { .. } => {
                seen.blind_nodes = (!whole).then(|| "the list of nodes was not whole".to_owned());
            }
            Call::Get { instance } if !seen.listed.contains(instance) => {
                let told = answer.is_some_and(|(status, _)| status == 200 || status == 404);
                if told {
                    seen.unanswered.remove(instance);
                } else {
                    seen.unanswered.insert(*instance);
                }
            }
            _ => {}
        }
    }

    /// What creates or removes is intended by a whole observation only.
    fn sees(&mut self, sim: &Simulator, process: u32, step: &Step) {
        let harmless = matches!(step, Step::Register { .. })
            || matches!(step, Step::SetMode { mode: scaler_core::model::Mode::Accept, .. });
        let Some(seen) = self.seen.get(&process).filter(|_| !harmless) else { return };
        let silent =
            seen.unanswered.first().map(|id| format!("whether instance {id} exists was not answered"));
        if let Some(why) = seen.unwhole.clone().or_else(|| seen.blind_nodes.clone()).or(silent) {
            self.breach(sim, "I10", format!("{step} is intended, and {why}"));
        }
    }

    fn mode_allows(&mut self, sim: &Simulator, step: &Step, at: Timestamp) {
        let drains = matches!(step, Step::SetMode { mode: scaler_core::model::Mode::Drain, .. });
        let mode = self.state.mode_at(at);
        let allowed = match mode {
            GroupMode::On => true,
            // What has failed or has begun to go is led out in any case.
            GroupMode::AddOnly => !drains,
            _ => false,
        };
        if !allowed {
            self.breach(sim, "I6", format!("{step} is intended in mode {mode}"));
        }
    }
}
