//! What would be done, without doing it.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::model::{Observation, Position, Signal, Signals};
use crate::reconcile::{Decision, Plan, decide, notice, plan};
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::observer::ObservationCache;
use crate::runtime::{Error, ScaleRequest};
use crate::state::{Cause, Draft, Entry, Fact, GroupState, Step};
use crate::view::Waiting;

/// What a turn would decide and plan now. Its Display is what a person would read before it is done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DryRun {
    /// What it would decide.
    pub decision: Decision,
    /// What it would begin.
    pub plan: Plan,
    /// What it would notice.
    pub noticed: Vec<Fact>,
    /// What it saw.
    pub observation: Observation,
    /// What the policies say.
    pub signals: Signals,
}

impl fmt::Display for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.decision, self.plan)
    }
}

impl Serialize for DryRun {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            desired: Option<u32>,
            previous: Option<u32>,
            signal: Signal,
            reason: &'a str,
            held: Vec<&'a str>,
            steps: Vec<Intended<'a>>,
            waiting: Vec<Waiting>,
            noticed: &'a [Fact],
            blind: Option<&'a str>,
        }
        #[derive(Serialize)]
        struct Intended<'a> {
            #[serde(flatten)]
            step: &'a Step,
            cause: &'a Cause,
            text: String,
        }
        let steps = self.plan.steps.iter();
        View {
            desired: self.decision.desired,
            previous: self.decision.previous,
            signal: self.decision.signal,
            reason: &self.decision.reason,
            held: self.decision.held.iter().chain(&self.plan.held).map(String::as_str).collect(),
            steps: steps.map(|(step, cause)| Intended { step, cause, text: step.to_string() }).collect(),
            waiting: Waiting::of(&self.plan),
            noticed: &self.noticed,
            blind: self.observation.discarded.as_deref(),
        }
        .serialize(serializer)
    }
}

/// A turn on a copy of the state. It changes nothing and appends nothing.
pub(super) async fn dry_run(
    shared: &Runtime,
    group_runtime: &Arc<GroupRuntime>,
    ask: Option<&ScaleRequest>,
) -> Result<DryRun, Error> {
    let failed = |source| Error::Store { group: group_runtime.name.to_string(), source };
    shared.board.load().await.map_err(failed)?;
    let (state, actor) = {
        let mut journal = group_runtime.journal.lock().await;
        journal.catch_up().await?;
        (journal.state(), journal.actor().clone())
    };
    let group = group_runtime.group();
    let observation = shared
        .observer
        .observe(&group, &state, &mut ObservationCache::default(), true, Default::default())
        .await;
    let now = shared.clock.now();
    let mut copy = GroupState::clone(&state);
    let take = |state: &mut GroupState, fact: Fact, cause: Cause, generation: u64| {
        let operation = state.operation.as_ref().map_or(Position::START, |operation| operation.id);
        let draft = Draft::new(now, actor.clone(), operation, generation, cause, fact);
        state.apply(&Entry { position: state.position.next(), draft });
    };
    if copy.incarnation.is_empty() {
        take(&mut copy, Fact::Began { incarnation: "?????".to_owned() }, Cause::Converge, 0);
    }
    let noticed = notice(&group, &observation, &copy, now);
    for fact in &noticed {
        let generation = copy.generation;
        take(&mut copy, fact.clone(), Cause::Converge, generation);
    }
    if let Some(ask) = ask {
        let (floor_until, over_budget) = (ask.floor_until, ask.over_budget);
        let asked = Fact::SizeAsked { desired: ask.wanted.of(&copy), floor_until, over_budget };
        let generation = copy.generation;
        take(&mut copy, asked, ask.cause.clone(), generation);
    }
    let signals = shared.board.signals(&group, now);
    if copy.signal.map(|(signal, _)| signal) != Some(signals.together()) {
        let generation = copy.generation;
        take(&mut copy, Fact::SignalChanged { signal: signals.together() }, Cause::Converge, generation);
    }
    let decision = decide(&group, &observation, &signals, &copy, now);
    if let (true, Some(desired)) = (decision.is_new(), decision.desired) {
        let decided = Fact::Decided {
            desired,
            previous: decision.previous,
            reason: decision.reason.clone(),
            held: decision.held.clone(),
            signals: signals.policies.clone(),
            value_milli: None,
            asked: decision.asked,
        };
        let generation = copy.generation.saturating_add(1);
        take(&mut copy, decided, decision.cause.clone(), generation);
    }
    let plan = plan(&group, &observation, &decision, &copy, now);
    Ok(DryRun { decision, plan, noticed, observation, signals })
}
