//! What an actor does in a turn: look, think, and write down what is to be done before it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::{Group, Mode, Observation, PolicySignal, Position, Slot, StepId, after, elapsed};
use crate::reconcile::{Plan, decide, notice, plan};
use crate::runtime::executor::{Hands, Intent, Known, Running, StepEnd};
use crate::runtime::group_runtime::{GroupRuntime, Runtime, chain};
use crate::runtime::journal::{Appended, Journal};
use crate::runtime::limiter::removes;
use crate::runtime::observer::ObservationCache;
use crate::runtime::recent_steps::RecentSteps;
use crate::runtime::removal_budget::{Permit, PermitRequest};
use crate::runtime::{Error, TurnReport, judge, within};
use crate::state::{Cause, Draft, Fact, GroupState, Outcome, Refusal, Step};
use crate::view::{Event, Moment, Waiting};

/// How often a group at rest is looked at.
const PERIOD: Duration = Duration::from_secs(10);
/// How often one is looked at that has members on their way.
const QUICK: Duration = Duration::from_secs(2);
/// No turn follows another sooner than this by a deadline.
const SHORTEST: Duration = Duration::from_millis(200);
/// A permit that was drawn and not used for so long has lapsed.
const PERMIT: Duration = Duration::from_secs(60);
/// How often prices that could not be read are asked for again.
const PRICES: Duration = Duration::from_secs(300);
/// The longest pause after steps that did not work, one after another.
const LONGEST: Duration = Duration::from_secs(30);

/// The part of an actor that thinks. The steps go on beside it.
#[derive(Debug)]
pub(super) struct Mind {
    pub(super) shared: Arc<Runtime>,
    pub(super) group_runtime: Arc<GroupRuntime>,
    cache: ObservationCache,
    /// Rations that were drawn and whose drain is not intended yet, and when.
    permits: BTreeMap<Slot, (Permit, Timestamp)>,
    prices: Timestamp,
    recent: RecentSteps,
    stumbles: u32,
    told: Told,
    signals: Vec<PolicySignal>,
    pub(super) wake: Timestamp,
}

#[derive(Debug, Default)]
struct Told {
    waits: Vec<Waiting>,
    held: Vec<String>,
    blind: Option<String>,
}

/// What came of thinking.
pub(super) enum Thought {
    /// Somebody else wrote meanwhile: look again.
    Again,
    /// The turn's report, and the steps whose intents are in the log.
    Done(Arc<TurnReport>, Vec<Running>),
}

impl Mind {
    pub(super) fn new(shared: Arc<Runtime>, group_runtime: Arc<GroupRuntime>) -> Self {
        let wake = shared.clock.now();
        Self {
            shared,
            group_runtime,
            cache: ObservationCache::default(),
            permits: BTreeMap::new(),
            prices: wake,
            recent: RecentSteps::default(),
            stumbles: 0,
            told: Told::default(),
            signals: Vec::new(),
            wake,
        }
    }

    /// Writes outcomes down, in the order in which they arrived, and reads what others wrote.
    pub(super) async fn record(&mut self, ended: Vec<StepEnd>) -> Result<(), Error> {
        if !ended.is_empty() {
            self.cache.outdated(&self.shared.observer.order);
            let stumbled = ended.iter().any(|ended| match &ended.outcome {
                Outcome::Unanswered { .. } => true,
                // Launches have a back-off of their own.
                Outcome::Refused { refusal, .. } => {
                    !matches!(ended.step, Step::Create { .. }) || *refusal == Refusal::NotSent
                }
                _ => false,
            });
            for ended in &ended {
                self.recent.record(&ended.step, &ended.outcome, ended.at);
            }
            self.stumbles = if stumbled { self.stumbles.saturating_add(1) } else { 0 };
        }
        let mut journal = self.group_runtime.journal.lock().await;
        let outcomes: Vec<Draft> = ended.into_iter().map(|ended| judge::outcome(&journal, ended)).collect();
        journal.owe(outcomes);
        journal.catch_up().await?;
        journal.settle().await
    }

    /// How soon to turn again after steps ended: later and later after such as did not work.
    pub(super) fn turn_soon(&mut self, more_under_way: bool) {
        let pause = match self.stumbles {
            0 if more_under_way => Duration::from_millis(500),
            0 => Duration::ZERO,
            n => QUICK.saturating_mul(1 << (n - 1).min(4)).min(LONGEST),
        };
        self.wake = self.wake.min(after(self.shared.clock.now(), pause));
    }

    /// Whether the policies say something else than at the last turn.
    pub(super) fn signals_changed(&self) -> bool {
        self.shared.board.signals(&self.group_runtime.group(), self.shared.clock.now()).policies
            != self.signals
    }

    /// Looks. Returns the end of the log by which it looked.
    pub(super) async fn observe(&mut self, in_flight: BTreeSet<Slot>) -> (Position, Observation) {
        let state = self.group_runtime.journal.lock().await.state();
        let group = self.group_runtime.group();
        let signal = self.shared.board.signals(&group, self.shared.clock.now()).together();
        let moving = judge::moving(&group, &state, signal) || !in_flight.is_empty();
        let observer = &self.shared.observer;
        let observation = observer.observe(&group, &state, &mut self.cache, moving, in_flight).await;
        (state.position, observation)
    }

    /// Thinks about what was seen by the log as it was at `from`, and writes down what is to be done.
    pub(super) async fn think(
        &mut self,
        from: Position,
        observation: Observation,
        in_flight: Vec<Step>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Thought, Error> {
        let (shared, group_runtime) = (Arc::clone(&self.shared), Arc::clone(&self.group_runtime));
        let group = group_runtime.group();
        let mut journal = group_runtime.journal.lock().await;
        if journal.state().position != from {
            return Ok(Thought::Again);
        }
        let now = shared.clock.now();
        let noticed: Vec<Draft> = notice(&group, &observation, &journal.state(), now)
            .into_iter()
            .map(|fact| {
                let cause = judge::cause_of(&fact);
                journal.draft(now, fact, cause)
            })
            .collect();
        if journal.append(noticed).await? == Appended::Changed {
            return Ok(Thought::Again);
        }
        let signals = shared.board.signals(&group, now);
        let together = signals.together();
        if journal.state().signal.map(|(signal, _)| signal) != Some(together) {
            let turned = journal.draft(now, Fact::SignalChanged { signal: together }, Cause::Converge);
            if journal.append(vec![turned]).await? == Appended::Changed {
                return Ok(Thought::Again);
            }
        }
        let decision = decide(&group, &observation, &signals, &journal.state(), now);
        // Once the scaler stops, no new step begins.
        let stopping = *stop.borrow();
        let hands = if stopping {
            Hands::None
        } else {
            Hands::of(journal.state().mode_at(now), &group_runtime.executor)
        };
        if let Hands::Able(_) = &hands
            && let Some(decided) = judge::decided(&journal, &decision, &signals, now)
            && journal.append(vec![decided]).await? == Appended::Changed
        {
            return Ok(Thought::Again);
        }
        let mut plan = plan(&group, &observation, &decision, &journal.state(), now);
        let mut begun = Vec::new();
        if let Hands::Able(executor) = &hands {
            self.recent.suppress(&mut plan, now);
            self.hold_creates(&mut plan, now);
            let Some(intents) = self.intend(&mut journal, &group, &mut plan, now).await? else {
                return Ok(Thought::Again);
            };
            begun.extend(intents.into_iter().map(|work| executor.begin(work, stop.clone())));
            if let Some(verdict) =
                judge::verdict(&journal.state(), !in_flight.is_empty() || !begun.is_empty())
            {
                let cause = journal.state().operation.as_ref().map_or(Cause::Converge, |of| of.cause.clone());
                let finished = journal.draft(now, Fact::Finished { verdict }, cause);
                // Where somebody wrote in between, the next turn judges again; what was intended begins in any case.
                let _ = journal.append(vec![finished]).await?;
            }
        }
        let state = journal.state();
        drop(journal);
        self.signals.clone_from(&signals.policies);
        self.set_wake(&state, &plan, !begun.is_empty() || !in_flight.is_empty(), now);
        let mut busy = in_flight;
        busy.extend(begun.iter().map(|begun| begun.step.clone()));
        let report = Arc::new(TurnReport { at: now, decision, plan, observation, signals, in_flight: busy });
        self.tell(&state, &report);
        group_runtime.turned(Arc::clone(&report), &state);
        Ok(Thought::Done(report, begun))
    }

    /// While the account refuses, no group sends creates.
    fn hold_creates(&self, plan: &mut Plan, now: Timestamp) {
        let Some((until, why)) = self.shared.limiter.held(now) else { return };
        let before = plan.steps.len();
        plan.steps.retain(|(step, _)| !matches!(step, Step::Create { .. }));
        if plan.steps.len() < before {
            plan.held
                .push(format!("creates: the account refuses them, so all groups wait until {until}: {why}"));
            plan.wake = Some(plan.wake.map_or(until, |wake| wake.min(until)));
        }
    }

    /// Draws what the plan needs and writes its intents down; none where somebody else wrote.
    async fn intend(
        &mut self,
        journal: &mut Journal,
        group: &Group,
        plan: &mut Plan,
        now: Timestamp,
    ) -> Result<Option<Vec<Intent>>, Error> {
        let state = journal.state();
        self.draw(journal, group, plan, now).await;
        let mut drafts = Vec::new();
        for slot in &plan.permits {
            if let Some((permit, _)) = self.permits.get(slot) {
                let cause = judge::cause_for(plan, *slot);
                let drawn = Fact::PermitDrawn { group: group.name.clone(), slot: *slot, over: permit.over() };
                drafts.push(journal.draft(now, drawn, cause));
            }
        }
        let mut intents = Vec::new();
        for (n, (step, cause)) in (0..).zip(&plan.steps) {
            let id = StepId(state.step_id().0.saturating_add(n));
            let intended =
                journal.draft(now, Fact::Intended { step: step.clone() }, cause.clone()).of_step(id);
            let permit = step.slot().and_then(|slot| {
                let drawn = self.permits.get(&slot).map(|(permit, _)| permit.clone());
                drawn.or_else(|| Permit::standing(&state, slot))
            });
            intents.push(Intent {
                id,
                step: step.clone(),
                cause: cause.clone(),
                operation: intended.operation,
                generation: intended.generation,
                lapses: permit
                    .as_ref()
                    .filter(|_| matches!(step, Step::SetMode { mode: Mode::Drain, .. }))
                    .and_then(|permit| permit.lapses(now)),
                permit: permit.filter(|_| removes(step)),
                known: Known::of(&state, step),
            });
            drafts.push(intended);
        }
        if journal.append(drafts).await? == Appended::Changed {
            return Ok(None);
        }
        for slot in &plan.permits {
            self.permits.remove(slot);
        }
        Ok(Some(intents))
    }

    /// Draws a permit for each member that the plan names; what gets none is taken off the plan.
    async fn draw(&mut self, journal: &Journal, group: &Group, plan: &mut Plan, now: Timestamp) {
        let state = journal.state();
        let mut left = state.budget_left(group, now);
        self.permits.retain(|_, (_, at)| elapsed(*at, now) < PERMIT);
        for slot in plan.permits.clone() {
            if !self.permits.contains_key(&slot) {
                let cause = judge::cause_for(plan, slot);
                let request = PermitRequest {
                    group: &group.name,
                    may_exceed: state.over_budget,
                    group_has_left: left > 0,
                    serving: self.shared.accepting().max(state.accepting()),
                };
                let stamp = |at, fact| journal.draft(at, fact, cause.clone());
                let drawn = self.shared.budget.draw(&request, slot, stamp).await;
                let why = match drawn {
                    Ok(Some(permit)) => {
                        self.permits.insert(slot, (permit, now));
                        None
                    }
                    Ok(None) => Some("the installation's removal budget is used up".to_owned()),
                    // Removing waits; adding does not.
                    Err(error) => Some(format!("no permit could be drawn: {}", chain(&error))),
                };
                if let Some(why) = why {
                    plan.steps.retain(|(step, _)| step.slot() != Some(slot));
                    plan.permits.retain(|draw| *draw != slot);
                    plan.held.push(format!("removals: {why}"));
                    continue;
                }
            }
            left = left.saturating_sub(1);
        }
    }

    /// When to turn again at the latest.
    fn set_wake(&mut self, state: &GroupState, plan: &Plan, busy: bool, now: Timestamp) {
        let quick = busy || judge::quick(state);
        let period = after(now, if quick { QUICK } else { PERIOD });
        let wake = plan.wake.map_or(period, |wake| wake.min(period));
        self.wake = wake.max(after(now, SHORTEST));
    }

    /// Tells what is of the moment, where it changed.
    fn tell(&mut self, state: &GroupState, report: &TurnReport) {
        let mut news = Vec::new();
        let blind = report.observation.discarded.clone();
        if blind != self.told.blind {
            news.push(blind.clone().map_or(Moment::Sighted, |why| Moment::Blind { why }));
            self.told.blind = blind;
        }
        let held: Vec<String> = report.decision.held.iter().chain(&report.plan.held).cloned().collect();
        if held != self.told.held {
            self.told.held.clone_from(&held);
            news.push(Moment::Held { held });
        }
        let waits = Waiting::of(&report.plan);
        if waits != self.told.waits {
            self.told.waits.clone_from(&waits);
            news.push(Moment::Waiting { waits });
        }
        for moment in news {
            self.shared.hub.tell(&Event::now(&self.group_runtime.name, state, report.at, moment));
        }
    }

    /// Learns the prices that are not known yet: a ceiling without them holds nothing back.
    pub(super) async fn learn_prices(&mut self) {
        let now = self.shared.clock.now();
        let unpriced = self.group_runtime.unpriced();
        if unpriced.is_empty() || self.prices > now {
            return;
        }
        self.prices = after(now, PRICES);
        let asked = self.shared.compute.prices(&self.group_runtime.name, &unpriced);
        match within(&*self.shared.clock, LONGEST, asked).await {
            Some(Ok(learnt)) => self.group_runtime.learn(learnt),
            Some(Err(failure)) => {
                tracing::warn!(group = %self.group_runtime.name, "prices could not be read: {failure}")
            }
            None => tracing::warn!(group = %self.group_runtime.name, "prices could not be read in time"),
        }
    }
}
