//! A turn with its I/O: observe, reconcile, write down what is to be done before it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::{
    Group, Member, Mode, Phase, PolicySignal, Position, Signal, Slot, StepId, after, elapsed,
};
use crate::reconcile::{Observation, Turn, TurnReport, Wait, reconcile};
use crate::runtime::clock_watch::ClockWatch;
use crate::runtime::error::{Error, store_failure};
use crate::runtime::executor::{Intent, Known, Running};
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::journal::{Appended, Journal};
use crate::runtime::limiter::{Grant, removes};
use crate::runtime::look_ups::changed_instance;
use crate::runtime::observer::ObservationCache;
use crate::runtime::pace::Need;
use crate::runtime::removal_budget::{Permit, PermitRequest};
use crate::runtime::within;
use crate::state::{
    BudgetScope, Cause, Draft, Fact, GroupMode, GroupState, Hold, LAPSE, Refusal, Step, StepOutcome,
};
use crate::view::{Event, Moment};

/// How often a group at rest is looked at.
const PERIOD: Duration = Duration::from_secs(10);
/// How often one is looked at that has members on their way.
const QUICK: Duration = Duration::from_secs(2);
/// A signal that flips is acted on at once, and then no more often than this.
const FLIP: Duration = Duration::from_secs(2);
/// What the policies say is read no more often than this, however many alerts arrive.
const READ_AGAIN: Duration = Duration::from_millis(20);
/// No turn follows another sooner than this by a deadline.
const SHORTEST: Duration = Duration::from_millis(200);
/// How often prices that could not be read are asked for again.
const PRICES: Duration = Duration::from_secs(300);
/// The longest pause after steps that did not work, one after another.
const LONGEST: Duration = Duration::from_secs(30);

/// The part of an actor that makes turns. The steps go on beside it.
#[derive(Debug)]
pub(super) struct Reconciler {
    pub(super) runtime: Arc<Runtime>,
    pub(super) group: Arc<GroupRuntime>,
    cache: ObservationCache,
    clock: ClockWatch,
    /// Permits that were drawn and whose drain is not intended yet, and when.
    permits: BTreeMap<Slot, (Permit, Timestamp)>,
    prices: Timestamp,
    failures: u32,
    told: Told,
    signals: Vec<PolicySignal>,
    /// When signals had changed at a turn for the last time, by the monotonic clock.
    flipped: Option<Duration>,
    /// When alerts that arrive are looked at again, by the same.
    reads: Duration,
    /// Creates wait for the account's rate until then.
    queued: Option<Timestamp>,
    pub(super) wake: Timestamp,
}

#[derive(Debug, Default)]
struct Told {
    waits: Vec<Wait>,
    holds: Vec<Hold>,
}

/// What came of a turn.
pub(super) enum Taken {
    /// Somebody else wrote meanwhile: look again.
    Again,
    /// The turn's report, and the steps whose intents are in the log.
    Done(Arc<TurnReport>, Vec<Running>),
}

impl Reconciler {
    pub(super) fn new(runtime: Arc<Runtime>, group: Arc<GroupRuntime>) -> Self {
        let wake = runtime.clock.now();
        Self {
            clock: ClockWatch::new(&*runtime.clock),
            runtime,
            group,
            cache: ObservationCache::default(),
            permits: BTreeMap::new(),
            prices: wake,
            failures: 0,
            told: Told::default(),
            signals: Vec::new(),
            flipped: None,
            reads: Duration::ZERO,
            queued: None,
            wake,
        }
    }

    /// Writes outcomes down, in the order in which they arrived, and reads what others wrote.
    pub(super) async fn record(&mut self, ended: Vec<(Step, Draft)>) -> Result<(), Error> {
        if !ended.is_empty() {
            let changed = ended.iter().filter_map(|(step, _)| changed_instance(step));
            self.group.outdate(&self.runtime.observer, changed);
            let failed = ended.iter().any(|(step, entry)| match &entry.fact {
                Fact::Done { outcome: StepOutcome::Unanswered { .. } } => true,
                // Launches have a back-off of their own.
                Fact::Done { outcome: StepOutcome::Refused { refusal, retry_at, .. } } => {
                    let untimed = *refusal == Refusal::NotSent && retry_at.is_none();
                    !matches!(step, Step::Create { .. }) || untimed
                }
                _ => false,
            });
            for (step, entry) in &ended {
                self.group.recent().record(step, entry);
            }
            self.failures = if failed { self.failures.saturating_add(1) } else { 0 };
        }
        let set = self.look_at_clock();
        let mut journal = self.group.journal.lock().await;
        let now = self.runtime.clock.now();
        // What ended was timed by the clock as it was before, or as it was set.
        let (since, before): (Vec<Draft>, Vec<Draft>) =
            ended.into_iter().map(|(_, entry)| entry).partition(|entry| {
                set.as_ref().is_none_or(|(looked, _)| self.clock.shown_since(looked, entry.at))
            });
        let set = set.map(|(_, by)| journal.draft(now, Fact::ClockSet { by }, Cause::Converge));
        journal.owe(before.into_iter().chain(set).chain(since));
        journal.catch_up().await?;
        journal.settle().await
    }

    /// The last look at the clocks and by how many seconds the wall clock was set since, where it was: what goes by it is begun anew.
    fn look_at_clock(&mut self) -> Option<(ClockWatch, i64)> {
        let (clock, set_by) = self.clock.look(&*self.runtime.clock);
        let looked = std::mem::replace(&mut self.clock, clock);
        let by = set_by?;
        tracing::warn!(group = %self.group.name, by, "the wall clock was set");
        self.cache = ObservationCache::default();
        self.prices = self.runtime.clock.now();
        self.group.recent().forget();
        Some((looked, by))
    }

    /// How soon to turn again after steps ended: later and later after such as did not work.
    pub(super) fn turn_soon(&mut self, more_under_way: bool) {
        let pause = match self.failures {
            0 if more_under_way => Duration::from_millis(500),
            0 => Duration::ZERO,
            n => QUICK.saturating_mul(1 << (n - 1).min(4)).min(LONGEST),
        };
        self.wake = self.wake.min(after(self.runtime.clock.now(), pause));
    }

    /// When alerts that arrive are looked at again.
    pub(super) fn reads(&self) -> Timestamp {
        let clock = &self.runtime.clock;
        after(clock.now(), self.reads.saturating_sub(clock.monotonic()))
    }

    /// Whether the policies say something else than at the last turn and are heeded at once. Where they changed a moment ago they
    /// have their turn a moment later.
    pub(super) fn heeds_alerts(&mut self) -> bool {
        let clock = &self.runtime.clock;
        let now = clock.now();
        let same = self.runtime.board.signals(&self.group.group(), now).policies == self.signals;
        let read = clock.monotonic();
        self.reads = read.saturating_add(READ_AGAIN);
        if same {
            return false;
        }
        let left = self.flipped.map(|at| at.saturating_add(FLIP).saturating_sub(read));
        let soon = left.filter(|left| !left.is_zero()).map(|left| after(now, left));
        self.wake = soon.map_or(self.wake, |soon| self.wake.min(soon));
        soon.is_none()
    }

    /// Observes. Returns the end of the log by which it looked.
    pub(super) async fn observe(&mut self, in_flight: BTreeSet<Slot>) -> (Position, Observation) {
        let state = self.group.journal.lock().await.state();
        let observation = observe(&self.runtime, &self.group, &state, &mut self.cache, in_flight, true).await;
        (state.position, observation)
    }

    /// Makes a turn of what was seen by the log as it was at `from`, and writes down what is to be done.
    pub(super) async fn take(
        &mut self,
        from: Position,
        observation: Observation,
        stop: &watch::Receiver<bool>,
    ) -> Result<Taken, Error> {
        let (runtime, group) = (Arc::clone(&self.runtime), Arc::clone(&self.group));
        let mut journal = group.journal.lock().await;
        if journal.state().position != from {
            return Ok(Taken::Again);
        }
        let now = runtime.clock.now();
        let (clock, set_by) = self.clock.look(&*runtime.clock);
        if set_by.is_some() {
            // The log says so before anything that was timed since.
            return Ok(Taken::Again);
        }
        self.clock = clock;
        let described = group.group();
        let signals = runtime.board.signals(&described, now);
        let mut turn = reconcile(&described, &observation, &signals, &journal.state(), now);
        let noticed = turn.facts.iter().cloned().map(|(fact, cause)| journal.draft(now, fact, cause));
        let noticed: Vec<Draft> = noticed.collect();
        let returned = noticed.iter().filter(|draft| matches!(draft.fact, Fact::PermitReturned { .. }));
        let returned: Vec<Draft> = returned.cloned().collect();
        if journal.append(noticed).await? == Appended::Changed {
            return Ok(Taken::Again);
        }
        for draft in returned {
            if let Err(error) = runtime.budget.give_back(draft).await {
                tracing::warn!(group = %group.name, "a permit could not be given back: {error}");
            }
        }
        // Once the scaler stops, no new step begins.
        let acts = !*stop.borrow() && matches!(turn.state.mode_at(now), GroupMode::On | GroupMode::AddOnly);
        let mut begun = Vec::new();
        self.queued = None;
        if acts {
            self.draw(&journal, &mut turn).await;
            let grants = self.grant(&mut turn);
            let Some(intents) = self.intend(&mut journal, &turn, grants).await? else {
                return Ok(Taken::Again);
            };
            group.tell_sent(&journal.state());
            begun.extend(intents.into_iter().map(|intent| group.executor.begin(intent, stop.clone())));
        }
        let state = journal.state();
        drop(journal);
        if self.signals != signals.policies {
            self.flipped = Some(runtime.clock.monotonic());
            self.signals.clone_from(&signals.policies);
        }
        self.set_wake(&state, &turn, !begun.is_empty() || !group.under_way.steps().is_empty());
        let report = Arc::new(TurnReport { turn, observation, signals });
        self.tell(&state, &report);
        group.turned(Arc::clone(&report), &state);
        Ok(Taken::Done(report, begun))
    }

    /// Appends decision, permits, intents and the operation's end all together; none where somebody else wrote.
    async fn intend(
        &mut self,
        journal: &mut Journal,
        turn: &Turn,
        grants: Vec<Grant>,
    ) -> Result<Option<Vec<Intent>>, Error> {
        let mut grants = grants.into_iter();
        let (now, state) = (turn.at, &turn.state);
        let mut drafts = Vec::new();
        if let Some(decided) = &turn.decided {
            drafts.push(journal.draft(now, decided.clone(), turn.decision.cause.clone()));
        }
        // What follows belongs to the generation that the decision opens.
        let draft = |fact: Fact, cause: Cause| {
            let (operation, generation) = state.envelope_of(&fact);
            Draft::new(now, journal.actor().clone(), operation, generation, cause, fact)
        };
        for slot in &turn.plan.permits {
            if let Some((permit, _)) = self.permits.get(slot) {
                let group = self.group.name.clone();
                let drawn = Fact::PermitDrawn { group, slot: *slot, over: permit.over() };
                drafts.push(draft(drawn, turn.cause_of(*slot)));
            }
        }
        let mut intents = Vec::new();
        for (n, (step, cause)) in (0..).zip(&turn.plan.steps) {
            let id = StepId(state.step_id().0.saturating_add(n));
            let intended = draft(Fact::Intended { step: step.clone() }, cause.clone()).of_step(id);
            let permit = step.slot().and_then(|slot| {
                let drawn = self.permits.get(&slot).map(|(permit, _)| permit.clone());
                drawn.or_else(|| Permit::standing(state, slot))
            });
            let drains = matches!(step, Step::SetMode { mode: Mode::Drain, .. });
            intents.push(Intent {
                id,
                step: step.clone(),
                intended: intended.clone(),
                lapses: permit.as_ref().filter(|_| drains).and_then(|permit| permit.lapses(now)),
                permit: permit.filter(|_| removes(step)),
                grant: if is_create(step) { grants.next() } else { None },
                known: Known::of(state, step),
            });
            drafts.push(intended);
        }
        if let Some(outcome) = &turn.ended {
            let cause = state.operation.as_ref().map_or(Cause::Converge, |of| of.cause.clone());
            drafts.push(draft(Fact::Finished { outcome: outcome.clone() }, cause));
        }
        if journal.append(drafts).await? == Appended::Changed {
            return Ok(None);
        }
        for slot in &turn.plan.permits {
            self.permits.remove(slot);
        }
        Ok(Some(intents))
    }

    /// Asks for the creates of the plan, so that none is intended before it may be sent; what has to wait is taken off the plan.
    fn grant(&mut self, turn: &mut Turn) -> Vec<Grant> {
        hold_launches(&self.runtime, &self.group.group(), turn);
        let wanted = turn.plan.steps.iter().filter(|(step, _)| is_create(step)).count();
        let left = self.runtime.compute.creates_left();
        let (grants, again) = self.runtime.limiter.grant(&self.group.name, wanted, left, turn.at);
        hold_creates(turn, grants.len(), Hold::CreateRate);
        self.queued = again;
        grants
    }

    /// Draws a permit for each member that the plan names; what gets none is taken off the plan.
    async fn draw(&mut self, journal: &Journal, turn: &mut Turn) {
        let (now, described) = (turn.at, self.group.group());
        let mut left = turn.state.budget_left(&described, now);
        self.permits.retain(|_, (_, at)| elapsed(*at, now) < LAPSE);
        for slot in turn.plan.permits.clone() {
            if !self.permits.contains_key(&slot) {
                let cause = turn.cause_of(slot);
                let request = PermitRequest {
                    group: &described.name,
                    may_exceed: turn.state.over_budget,
                    group_has_left: left > 0,
                    serving: self.runtime.accepting().max(turn.state.accepting()),
                };
                let stamp = |at, fact| {
                    let (operation, generation) = turn.state.envelope_of(&fact);
                    Draft::new(at, journal.actor().clone(), operation, generation, cause.clone(), fact)
                };
                let hold = match self.runtime.budget.draw(&request, slot, stamp).await {
                    Ok(Some(permit)) => {
                        self.permits.insert(slot, (permit, now));
                        None
                    }
                    Ok(None) => Some(Hold::RemovalBudget { scope: BudgetScope::Installation }),
                    // Removing waits; adding does not.
                    Err(error) => Some(Hold::PermitNotDrawn { why: store_failure(&error) }),
                };
                if let Some(hold) = hold {
                    turn.plan.steps.retain(|(step, _)| step.slot() != Some(slot));
                    turn.plan.permits.retain(|permit| *permit != slot);
                    if !turn.holds.contains(&hold) {
                        turn.holds.push(hold);
                    }
                    continue;
                }
            }
            left = left.saturating_sub(1);
        }
    }

    /// When to turn again at the latest.
    fn set_wake(&mut self, state: &GroupState, turn: &Turn, busy: bool) {
        let period = if busy || is_changing(state) { QUICK } else { PERIOD };
        let period = after(turn.at, period);
        let wake = turn.wake().into_iter().chain(self.queued).fold(period, Timestamp::min);
        self.wake = wake.max(after(turn.at, SHORTEST));
    }

    /// Tells what is of the moment, where it changed.
    fn tell(&mut self, state: &GroupState, report: &TurnReport) {
        let mut news = Vec::new();
        let Turn { at, holds, waits, .. } = &report.turn;
        if *holds != self.told.holds {
            self.told.holds.clone_from(holds);
            news.push(Moment::Held { holds: holds.clone() });
        }
        if *waits != self.told.waits {
            self.told.waits.clone_from(waits);
            news.push(Moment::Waiting { waits: waits.clone() });
        }
        for moment in news {
            self.runtime.hub.tell(&Event::now(&self.group.name, state, *at, moment));
        }
    }

    /// Learns the prices that are not known yet: a ceiling without them lets nothing be added above min.
    pub(super) async fn learn_prices(&mut self) {
        let now = self.runtime.clock.now();
        let state = self.group.journal.lock().await.state();
        let unpriced = self.group.unpriced(&state);
        if unpriced.is_empty() || self.prices > now {
            return;
        }
        self.prices = after(now, PRICES);
        let asked = self.runtime.compute.prices(&self.group.name, &unpriced);
        match within(&*self.runtime.clock, LONGEST, asked).await {
            Some(Ok(learnt)) => self.group.learn(learnt),
            Some(Err(failure)) => {
                tracing::warn!(group = %self.group.name, "prices could not be read: {failure}")
            }
            None => tracing::warn!(group = %self.group.name, "prices could not be read in time"),
        }
    }
}

/// Observes a group, and adds what this process knows beside the cloud. Nothing is to be seen before owner and account are
/// verified.
pub(super) async fn observe(
    runtime: &Runtime,
    group: &GroupRuntime,
    state: &GroupState,
    cache: &mut ObservationCache,
    in_flight: BTreeSet<Slot>,
    may_act: bool,
) -> Observation {
    if let Some(why) = runtime.ownership.refusal(may_act).await {
        let mut unseen = Observation::new(runtime.clock.now(), 0);
        unseen.discarded = Some(why);
        unseen.in_flight = in_flight;
        return unseen;
    }
    let described = group.group();
    let signal = runtime.board.signals(&described, runtime.clock.now()).together();
    let need = need_of(state, &described, signal, !in_flight.is_empty());
    cache.outdate(group.outdated(state));
    let mut observation = runtime.observer.observe(&described, state, cache, need, in_flight).await;
    let now = runtime.clock.now();
    observation.recent = group.recent().at(now);
    observation.account_refusal = runtime.limiter.refusal(now);
    let serving = runtime.accepting().max(state.accepting());
    observation.installation_left = runtime.budget.left(serving).await;
    observation
}

const fn is_create(step: &Step) -> bool {
    matches!(step, Step::Create { .. })
}

/// Takes the creates off the plan that would be too many for all groups in an hour.
pub(super) fn hold_launches(runtime: &Runtime, group: &Group, turn: &mut Turn) {
    if !turn.plan.steps.iter().any(|(step, _)| is_create(step)) {
        return;
    }
    let (left, hold) = runtime.launches_left(group, turn.state.serving(), turn.at);
    hold_creates(turn, left, hold);
}

/// Takes the creates beyond the first `room` off the plan, and says why.
pub(super) fn hold_creates(turn: &mut Turn, room: usize, why: Hold) {
    let (mut left, before) = (room, turn.plan.steps.len());
    turn.plan.steps.retain(|(step, _)| {
        let kept = !is_create(step) || left > 0;
        left = left.saturating_sub(usize::from(is_create(step)));
        kept
    });
    if turn.plan.steps.len() < before {
        turn.holds.push(why);
    }
}

/// How much the group needs to be seen anew while the policies say `signal`.
fn need_of(state: &GroupState, group: &Group, signal: Signal, busy: bool) -> Need {
    let restless = |member: &Member| {
        !matches!(member.phase, Phase::InService | Phase::Standby)
            || member.is_leaving()
            || member.replacing.is_some()
            || member.missing.is_some()
            || (!member.standby && !member.old_configs(group).is_empty())
    };
    let shrinking = signal == Signal::Low && state.desired.is_some_and(|desired| desired > group.size.min);
    if signal == Signal::High || state.asked.is_some() || state.desired.is_some_and(|n| n > state.expected())
    {
        Need::Acts
    } else if state.members.values().any(restless)
        || busy
        || shrinking
        || state.desired != Some(state.expected())
        || state.signal.map(|(last, _)| last) != Some(signal)
    {
        Need::Moves
    } else {
        Need::Rests
    }
}

/// Whether something may change any moment: a launch, or a way out that waits for the cloud and not for its time.
fn is_changing(state: &GroupState) -> bool {
    state.members.values().any(|member| {
        let waits = member.drain.is_some_and(|drain| drain.seen.is_some() && drain.reject_at.is_none())
            || member.drain.is_some_and(|drain| drain.rejected.is_some());
        member.is_on_its_way()
            || member.failed
            || (member.is_leaving() && (!waits || member.delete_intended.is_some()))
    })
}
