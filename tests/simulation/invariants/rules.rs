//! The rules that calls and entries are held against.

use std::time::Duration;

use jiff::Timestamp;
use linode_sim::{NodeMode, Simulator};
use scaler_core::model::{DrainWhy, Group, Mode, elapsed};
use scaler_core::state::{Entry, Fact, GroupMode, Step};
use serde_json::Value;

use super::{Breach, State};
use crate::simulation::call::Call;
use crate::simulation::cloud_truth::Place;

/// What the alerts said may have changed so shortly before it is decided by.
const JUST_NOW: Duration = Duration::from_secs(1);

impl State {
    pub(super) fn breach(&mut self, sim: &Simulator, invariant: &'static str, what: impl Into<String>) {
        let what = format!("{} {}", sim.now(), what.into());
        self.story.push(format!("!!! {invariant} {what}"));
        self.breaches.push(Breach { invariant, what });
    }

    /// What the cloud turned away for the rate of requests does not count as a launch, so none failed.
    pub(super) fn takes(&mut self, sim: &Simulator, entry: &Entry) {
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

    pub(super) fn instance_of(&self, node: u64) -> Option<u64> {
        self.truth.backend(node).and_then(|backend| backend.instance)
    }

    /// By the log its launch failed: it goes without a permit or time to drain.
    pub(super) fn failed(&self, id: u64) -> bool {
        self.state.members.values().any(|member| member.instance.map(|i| i.0) == Some(id) && member.failed)
    }

    pub(super) fn is_ours(&mut self, sim: &Simulator, call: &Call, id: u64) {
        if !self.truth.carries_our_tags(id) {
            self.breach(sim, "I5", format!("{call}: instance {id} does not carry our tags"));
        }
        if self.protected.contains(&id) {
            self.breach(sim, "I5", format!("{call}: instance {id} is protected"));
        }
    }

    /// `config`: the call takes it away there alone, where it takes traffic at another one too.
    pub(super) fn keeps_min(
        &mut self,
        sim: &Simulator,
        group: &Group,
        call: &Call,
        id: u64,
        config: Option<u64>,
    ) {
        let life = self.truth.lives.get(&id);
        let serves = life.is_some_and(|life| {
            life.serving.is_some() && !config.is_some_and(|config| life.serves_beside(config))
        });
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

    /// At `config`, or wherever it served.
    pub(super) fn drain_is_over(
        &mut self,
        sim: &Simulator,
        group: &Group,
        call: &Call,
        id: u64,
        config: Option<u64>,
    ) {
        let now = sim.now();
        let Some(life) = self.truth.lives.get(&id) else { return };
        let over = |since: Option<Timestamp>, needed| since.is_some_and(|at| elapsed(at, now) >= needed);
        let failed = self.failed(id);
        let is_over = |place: &Place| {
            (over(place.drained, group.remove.drain) || failed) && over(place.rejected, group.remove.reject)
        };
        let served = |(at, place): &(&u64, &Place)| place.ever && config.is_none_or(|config| config == **at);
        if !life.at.iter().filter(served).all(|(_, place)| is_over(place)) {
            let life = life.clone();
            self.breach(sim, "I2", format!("{call}: its drain is not over: {life:?}"));
        }
    }

    /// What came of a call's step, where the group moves on and the member stays.
    pub(super) fn is_move(&self, call: &Call) -> bool {
        matches!(
            self.intent_of(call),
            Some(Step::SetMode { why: Some(DrainWhy::Moved), .. } | Step::Deregister { stays: true, .. })
        )
    }

    /// Who is led off a config serves at each of those that the group has now.
    pub(super) fn serves_where_it_stays(&mut self, sim: &Simulator, process: u32, call: &Call, id: u64) {
        if !self.is_move(call) {
            return;
        }
        let home = self.homes.get(&process).cloned().unwrap_or_default();
        if !self.truth.serving_at(&home).contains(&id) {
            let life = self.truth.lives.get(&id).cloned();
            self.breach(sim, "I2", format!("{call}: it does not serve at {home:?}: {life:?}"));
        }
    }

    /// Nobody goes from where the group was before as many as are needed serve where it is.
    pub(super) fn enough_serve_where_it_moves(
        &mut self,
        sim: &Simulator,
        group: &Group,
        process: u32,
        step: &Step,
    ) {
        let Step::SetMode { why: Some(DrainWhy::Moved), mode: Mode::Drain, .. } = step else { return };
        let home = self.homes.get(&process).cloned().unwrap_or_default();
        let serving = self.truth.serving_at(&home).len();
        let needed = self.state.desired.unwrap_or_default().max(group.size.min);
        if serving < needed as usize {
            self.breach(sim, "I1", format!("{step}: {serving} serve at {home:?}, and {needed} must"));
        }
    }

    /// Surplus is what serves beyond the desired size.
    pub(super) fn is_surplus(&mut self, sim: &Simulator, step: &Step) {
        let Step::SetMode { node, mode: Mode::Drain, why: Some(DrainWhy::Surplus), .. } = step else {
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
    pub(super) fn may_lower(&mut self, sim: &Simulator, group: &Group, desired: u32) {
        let now = sim.now();
        let just_now = self.low_ended.is_some_and(|at| elapsed(at, now) < JUST_NOW);
        match self.low {
            None if !just_now => {
                self.breach(sim, "signals", format!("the size falls to {desired} and nothing says low"));
            }
            Some(since) if elapsed(since, now) < group.remove.low_for && self.is_known(since) => {
                self.breach(sim, "I6", format!("the size falls to {desired}, it is low only since {since}"));
            }
            _ => {}
        }
        if let Some(added) = self.truth.last_added
            && elapsed(added, now) < group.remove.after_add
            && self.is_known(added)
        {
            self.breach(sim, "I6", format!("the size falls to {desired}, one was added at {added}"));
        }
        if let Some(removed) = self.removals.last()
            && elapsed(*removed, now) < group.remove.every
        {
            self.breach(sim, "I6", format!("the size falls to {desired}, one was removed at {removed}"));
        }
    }

    pub(super) fn removed(&mut self, sim: &Simulator, group: &Group, call: &Call) {
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

    pub(super) fn counts_the_warm(&mut self, sim: &Simulator, group: &Group, desired: u32) {
        let warmed = u32::try_from(self.truth.warmed(group.launch.warm_up)).unwrap_or(u32::MAX);
        let step = group.policies.iter().filter_map(|policy| policy.add).map(|add| add.to_add(warmed)).max();
        let most = warmed.saturating_add(step.unwrap_or(0)).max(group.size.min);
        if desired > most {
            let what = format!("{desired} are desired with {warmed} warmed members, which argue for {most}");
            self.breach(sim, "I6", what);
        }
    }

    /// The last step that was intended and is carried out by this call.
    fn intent_of(&self, call: &Call) -> Option<&Step> {
        let mode_of = |mode: &Mode| match mode {
            Mode::Accept => "accept",
            Mode::Drain => "drain",
            Mode::Reject => "reject",
            Mode::Other => "other",
        };
        self.intents.iter().rev().find(|step| match (call, step) {
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
        })
    }

    pub(super) fn has_its_cause(&mut self, sim: &Simulator, call: &Call) {
        if self.intent_of(call).is_none() {
            self.breach(sim, "I8", format!("{call}: its intent is not in the log"));
        }
    }

    pub(super) fn learns(&mut self, process: u32, call: &Call, answer: Option<(u16, &[u8])>) {
        let seen = self.seen.entry(process).or_default();
        let page = answer.filter(|(status, _)| *status == 200).map(|(_, body)| body);
        let page: Option<Value> = page.and_then(|body| serde_json::from_slice(body).ok());
        let whole = page.as_ref().is_some_and(|page| {
            page["data"].as_array().is_some_and(|data| Some(data.len() as u64) == page["results"].as_u64())
        });
        let home = self.homes.get(&process);
        match call {
            Call::List { by_label: false } => {
                seen.unwhole = (!whole).then(|| "the list of instances was not whole".to_owned());
                seen.unanswered.clear();
                let data = page.as_ref().and_then(|page| page["data"].as_array());
                seen.listed = data.into_iter().flatten().filter_map(|one| one["id"].as_u64()).collect();
                if let Some(restored) = self.restored.as_mut().filter(|_| whole) {
                    restored.is_shown(&seen.listed);
                }
            }
            Call::Nodes { config } => {
                if home.is_some_and(|home| home.contains(config)) {
                    // They are read anew; of those that the group left, as long as somebody is there.
                    seen.blind.clear();
                }
                if whole {
                    seen.blind.remove(config);
                } else {
                    seen.blind.insert(*config);
                }
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
    pub(super) fn sees(&mut self, sim: &Simulator, process: u32, step: &Step) {
        let harmless =
            matches!(step, Step::Register { .. }) || matches!(step, Step::SetMode { mode: Mode::Accept, .. });
        let Some(seen) = self.seen.get(&process).filter(|_| !harmless) else { return };
        // What is added needs no config that the group left.
        let adds = matches!(step, Step::Create { .. } | Step::LookUp { .. });
        let home = self.homes.get(&process);
        let counts = |config: &u64| !adds || home.is_some_and(|home| home.contains(config));
        let blind = seen.blind.iter().copied().find(counts);
        let blind = blind.map(|config| format!("the list of nodes of {config} was not whole"));
        let silent =
            seen.unanswered.first().map(|id| format!("whether instance {id} exists was not answered"));
        if let Some(why) = seen.unwhole.clone().or(blind).or(silent) {
            self.breach(sim, "I10", format!("{step} is intended, and {why}"));
        }
    }

    pub(super) fn mode_allows(&mut self, sim: &Simulator, step: &Step, at: Timestamp) {
        let drains = matches!(step, Step::SetMode { mode: Mode::Drain, .. });
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
