//! The invariants, held against every call that is made and every entry that lands.

mod launches;
mod older;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use linode_sim::{NodeMode, Simulator};
use scaler_core::model::{ActorId, AlertFreshness, Group, Position, Signal, elapsed};
use scaler_core::ports::LogName;
use scaler_core::state::{Cause, Draft, Entry, Fact, GroupState, Mark, Step};

use self::launches::Launches;
use self::older::Restored;
use super::call::Call;
use super::cloud_truth::Truth;

/// A group that moves is looked at so often, and a list may be as old as that.
const LOOKS: Duration = Duration::from_secs(4);

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
    /// Configs whose nodes were not listed whole.
    blind: BTreeSet<u64>,
    listed: BTreeSet<u64>,
}

struct State {
    truth: Truth,
    state: GroupState,
    /// Every step that was ever intended, in whatever store.
    intents: Vec<Step>,
    began: Option<ActorId>,
    /// The configs of the group, as each process has them.
    homes: BTreeMap<u32, Vec<u64>>,
    seen: BTreeMap<u32, Seen>,
    /// Removals of members that had served.
    removals: Vec<Timestamp>,
    /// Those that are being removed.
    removing: BTreeSet<u64>,
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
    launches: Launches,
    restored: Option<Restored>,
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
    pub fn new(
        sim: &Simulator,
        group: Group,
        configs: Vec<u64>,
        tags: [String; 2],
        slack: Duration,
    ) -> Arc<Self> {
        let state = State {
            truth: Truth::new(sim.clone(), configs, tags, slack),
            state: GroupState::default(),
            intents: Vec::new(),
            began: None,
            homes: BTreeMap::new(),
            seen: BTreeMap::new(),
            removals: Vec::new(),
            removing: BTreeSet::new(),
            low: None,
            low_ended: None,
            low_before: None,
            low_fires: None,
            protected: BTreeSet::new(),
            before: BTreeMap::new(),
            rate_limited: BTreeSet::new(),
            launches: Launches::default(),
            restored: None,
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

    /// A process begins, for a group at these configs.
    pub fn begins(&self, process: u32, home: Vec<u64>) {
        self.tell(format!("process {process} begins at {home:?}"));
        self.state().homes.insert(process, home);
    }

    /// The store is lost; another log begins.
    pub fn store_lost(&self) {
        let mut state = self.state();
        state.state = GroupState::default();
        state.began = None;
        state.restored = None;
        state.launches.forget();
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
            Call::Create { label } => state.may_launch(&self.sim, &self.group, call, label),
            Call::SetMode { node, mode, config } if mode != "accept" => {
                if let Some(id) = state.instance_of(*node) {
                    state.is_ours(&self.sim, call, id);
                    state.keeps_min(&self.sim, &self.group, call, id, Some(*config));
                    state.serves_where_it_stays(&self.sim, process, call, id);
                }
            }
            Call::SetMode { node, .. } => {
                if let Some(id) = state.instance_of(*node) {
                    state.is_ours(&self.sim, call, id);
                }
            }
            Call::Deregister { node, config } => match state.instance_of(*node) {
                // Left behind by another instance at an address that is used again.
                Some(id) if state.truth.is_left_behind(*config, *node, id) => {}
                Some(id) => {
                    state.is_ours(&self.sim, call, id);
                    state.keeps_min(&self.sim, &self.group, call, id, Some(*config));
                    state.serves_where_it_stays(&self.sim, process, call, id);
                    state.drain_is_over(&self.sim, &self.group, call, id, Some(*config));
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
                state.keeps_min(&self.sim, &self.group, call, *instance, None);
                state.drain_is_over(&self.sim, &self.group, call, *instance, None);
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
                state.was_sent(&self.sim, label, answer.map(|(status, _)| status));
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
                // Who serves on at the configs that the group moved to is not removed.
                let id = state.instance_of(*node).filter(|_| changed && !state.is_move(call));
                if let Some(id) = id
                    && state.truth.lives.get(&id).is_some_and(|life| life.ever)
                    && !state.failed(id)
                    && state.removing.insert(id)
                {
                    state.removed(&self.sim, &self.group, call);
                }
            }
            Call::SetMode { node, .. } => {
                if let Some(id) = state.instance_of(*node) {
                    state.removing.remove(&id);
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
                    state.older_removes_nothing(&self.sim, step);
                    state.is_surplus(&self.sim, step);
                    state.enough_serve_where_it_moves(&self.sim, &self.group, process, step);
                    state.intents.push(step.clone());
                }
                Fact::Decided { desired, previous, signals, asked: None, .. } => {
                    let high = signals.iter().any(|policy| policy.signal == Signal::High);
                    if high && previous.is_some_and(|previous| *desired > previous) {
                        state.counts_the_warm(&self.sim, &self.group, *desired);
                    }
                    let policy = matches!(draft.cause, Cause::Policy { .. });
                    // What was kept beyond max is no more than a limit's business.
                    let limited = *desired == self.group.size.max;
                    if policy && !limited && previous.is_some_and(|previous| *desired < previous) {
                        state.may_lower(&self.sim, &self.group, *desired);
                        state.older_keeps_its_size(&self.sim, *desired);
                    }
                }
                Fact::Marked { slot, mark: Mark::Failed } => {
                    state.had_its_time(&self.sim, &self.group, *slot);
                }
                _ => {}
            }
            let entry = Entry::new(position, draft.clone());
            state.takes(&self.sim, &entry);
            state.hears_of_age(&self.sim, &draft.fact);
        }
    }
}
