//! What an actor does in a turn: look, think, and write down what is to be done before it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::{Group, Mode, Observation, PolicySignal, Position, Slot, StepId, after, elapsed};
use crate::reconcile::{Plan, decide, notice, plan};
use crate::runtime::executor::{Begun, Hands, Known, Landed, Work};
use crate::runtime::group_runtime::{Seat, Shared, chain};
use crate::runtime::journal::{Appended, Journal};
use crate::runtime::limiter::removes;
use crate::runtime::observer::Eye;
use crate::runtime::recent_steps::Echo;
use crate::runtime::removal_budget::{Drawer, Ticket};
use crate::runtime::{Error, TurnReport, judge, within};
use crate::state::{Cause, Draft, Fact, Memory, Outcome, Refusal, Step};
use crate::view::{Event, Moment, Waiting};

/// How often a group at rest is looked at.
const PERIOD: Duration = Duration::from_secs(10);
/// How often one is looked at that has members on their way.
const QUICK: Duration = Duration::from_secs(2);
/// No turn follows another sooner than this by a deadline.
const SHORTEST: Duration = Duration::from_millis(200);
/// A ration that was drawn and not used for so long has lapsed.
const TICKET: Duration = Duration::from_secs(60);
/// How often prices that could not be read are asked for again.
const PRICES: Duration = Duration::from_secs(300);
/// The longest pause after steps that did not work, one after another.
const LONGEST: Duration = Duration::from_secs(30);

/// The part of an actor that thinks. The steps go on beside it.
#[derive(Debug)]
pub(super) struct Mind {
    pub(super) shared: Arc<Shared>,
    pub(super) seat: Arc<Seat>,
    eye: Eye,
    /// Rations that were drawn and whose drain is not intended yet, and when.
    tickets: BTreeMap<Slot, (Ticket, Timestamp)>,
    prices: Timestamp,
    echo: Echo,
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
    Done(Arc<TurnReport>, Vec<Begun>),
}

impl Mind {
    pub(super) fn new(shared: Arc<Shared>, seat: Arc<Seat>) -> Self {
        let wake = shared.clock.now();
        Self {
            shared,
            seat,
            eye: Eye::default(),
            tickets: BTreeMap::new(),
            prices: wake,
            echo: Echo::default(),
            stumbles: 0,
            told: Told::default(),
            signals: Vec::new(),
            wake,
        }
    }

    /// Writes outcomes down, in the order in which they arrived, and reads what others wrote.
    pub(super) async fn record(&mut self, landed: Vec<Landed>) -> Result<(), Error> {
        if !landed.is_empty() {
            self.eye.outdated(&self.shared.observer.order);
            let stumbled = landed.iter().any(|landed| match &landed.outcome {
                Outcome::Unanswered { .. } => true,
                // Launches have a back-off of their own.
                Outcome::Refused { refusal, .. } => {
                    !matches!(landed.step, Step::Create { .. }) || *refusal == Refusal::NotSent
                }
                _ => false,
            });
            for landed in &landed {
                self.echo.heard(&landed.step, &landed.outcome, landed.at);
            }
            self.stumbles = if stumbled { self.stumbles.saturating_add(1) } else { 0 };
        }
        let mut journal = self.seat.journal.lock().await;
        let outcomes: Vec<Draft> =
            landed.into_iter().map(|landed| judge::outcome(&journal, landed)).collect();
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
        self.shared.board.signals(&self.seat.group(), self.shared.clock.now()).policies != self.signals
    }

    /// Looks. Returns the end of the log by which it looked.
    pub(super) async fn observe(&mut self, under_way: BTreeSet<Slot>) -> (Position, Observation) {
        let memory = self.seat.journal.lock().await.memory();
        let group = self.seat.group();
        let signal = self.shared.board.signals(&group, self.shared.clock.now()).together();
        let moving = judge::moving(&group, &memory, signal) || !under_way.is_empty();
        let observer = &self.shared.observer;
        let observation = observer.observe(&group, &memory, &mut self.eye, moving, under_way).await;
        (memory.position, observation)
    }

    /// Thinks about what was seen by the log as it was at `from`, and writes down what is to be done.
    pub(super) async fn think(
        &mut self,
        from: Position,
        observation: Observation,
        under_way: Vec<Step>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Thought, Error> {
        let (shared, seat) = (Arc::clone(&self.shared), Arc::clone(&self.seat));
        let group = seat.group();
        let mut journal = seat.journal.lock().await;
        if journal.memory().position != from {
            return Ok(Thought::Again);
        }
        let now = shared.clock.now();
        let noticed: Vec<Draft> = notice(&group, &observation, &journal.memory(), now)
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
        if journal.memory().signal.map(|(signal, _)| signal) != Some(together) {
            let turned = journal.draft(now, Fact::Turned { signal: together }, Cause::Converge);
            if journal.append(vec![turned]).await? == Appended::Changed {
                return Ok(Thought::Again);
            }
        }
        let decision = decide(&group, &observation, &signals, &journal.memory(), now);
        // Once the scaler stops, no new step begins.
        let stopping = *stop.borrow();
        let hands =
            if stopping { Hands::None } else { Hands::of(journal.memory().mode_at(now), &seat.tools) };
        if let Hands::Able(_) = &hands
            && let Some(decided) = judge::decided(&journal, &decision, &signals, now)
            && journal.append(vec![decided]).await? == Appended::Changed
        {
            return Ok(Thought::Again);
        }
        let mut plan = plan(&group, &observation, &decision, &journal.memory(), now);
        let mut begun = Vec::new();
        if let Hands::Able(tools) = &hands {
            self.echo.quieten(&mut plan, now);
            self.hold_creates(&mut plan, now);
            let Some(works) = self.intend(&mut journal, &group, &mut plan, now).await? else {
                return Ok(Thought::Again);
            };
            begun.extend(works.into_iter().map(|work| tools.begin(work, stop.clone())));
            if let Some(verdict) =
                judge::verdict(&journal.memory(), !under_way.is_empty() || !begun.is_empty())
            {
                let cause =
                    journal.memory().operation.as_ref().map_or(Cause::Converge, |of| of.cause.clone());
                let finished = journal.draft(now, Fact::Finished { verdict }, cause);
                // Where somebody wrote in between, the next turn judges again; what was intended begins in any case.
                let _ = journal.append(vec![finished]).await?;
            }
        }
        let memory = journal.memory();
        drop(journal);
        self.signals.clone_from(&signals.policies);
        self.set_wake(&memory, &plan, !begun.is_empty() || !under_way.is_empty(), now);
        let mut busy = under_way;
        busy.extend(begun.iter().map(|begun| begun.step.clone()));
        let report = Arc::new(TurnReport { at: now, decision, plan, observation, signals, under_way: busy });
        self.tell(&memory, &report);
        seat.turned(Arc::clone(&report), &memory);
        Ok(Thought::Done(report, begun))
    }

    /// While the account refuses, no group sends creates.
    fn hold_creates(&self, plan: &mut Plan, now: Timestamp) {
        let Some((until, why)) = self.shared.lanes.held(now) else { return };
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
    ) -> Result<Option<Vec<Work>>, Error> {
        let memory = journal.memory();
        self.draw(journal, group, plan, now).await;
        let mut drafts = Vec::new();
        for slot in &plan.draws {
            if let Some((ticket, _)) = self.tickets.get(slot) {
                let cause = judge::cause_for(plan, *slot);
                let drawn = Fact::Drawn { group: group.name.clone(), slot: *slot, over: ticket.over() };
                drafts.push(journal.draft(now, drawn, cause));
            }
        }
        let mut works = Vec::new();
        for (n, (step, cause)) in (0..).zip(&plan.steps) {
            let id = StepId(memory.step_id().0.saturating_add(n));
            let intended =
                journal.draft(now, Fact::Intended { step: step.clone() }, cause.clone()).of_step(id);
            let ticket = step.slot().and_then(|slot| {
                let drawn = self.tickets.get(&slot).map(|(ticket, _)| ticket.clone());
                drawn.or_else(|| Ticket::standing(&memory, slot))
            });
            works.push(Work {
                id,
                step: step.clone(),
                cause: cause.clone(),
                operation: intended.operation,
                generation: intended.generation,
                lapses: ticket
                    .as_ref()
                    .filter(|_| matches!(step, Step::SetMode { mode: Mode::Drain, .. }))
                    .and_then(|ticket| ticket.lapses(now)),
                ticket: ticket.filter(|_| removes(step)),
                known: Known::of(&memory, step),
            });
            drafts.push(intended);
        }
        if journal.append(drafts).await? == Appended::Changed {
            return Ok(None);
        }
        for slot in &plan.draws {
            self.tickets.remove(slot);
        }
        Ok(Some(works))
    }

    /// Draws a ration for each member that the plan names; what gets none is taken off the plan.
    async fn draw(&mut self, journal: &Journal, group: &Group, plan: &mut Plan, now: Timestamp) {
        let memory = journal.memory();
        let mut left = memory.ration_left(group, now);
        self.tickets.retain(|_, (_, at)| elapsed(*at, now) < TICKET);
        for slot in plan.draws.clone() {
            if !self.tickets.contains_key(&slot) {
                let cause = judge::cause_for(plan, slot);
                let drawer = Drawer {
                    group: &group.name,
                    may_go_over: memory.over_ration,
                    group_has_left: left > 0,
                    serving: self.shared.accepting().max(memory.accepting()),
                };
                let stamp = |at, fact| journal.draft(at, fact, cause.clone());
                let drawn = self.shared.ration.draw(&drawer, slot, stamp).await;
                let why = match drawn {
                    Ok(Some(ticket)) => {
                        self.tickets.insert(slot, (ticket, now));
                        None
                    }
                    Ok(None) => Some("the installation's ration is used up".to_owned()),
                    // Removing waits; adding does not.
                    Err(error) => Some(format!("the ration can't be drawn: {}", chain(&error))),
                };
                if let Some(why) = why {
                    plan.steps.retain(|(step, _)| step.slot() != Some(slot));
                    plan.draws.retain(|draw| *draw != slot);
                    plan.held.push(format!("removals: {why}"));
                    continue;
                }
            }
            left = left.saturating_sub(1);
        }
    }

    /// When to turn again at the latest.
    fn set_wake(&mut self, memory: &Memory, plan: &Plan, busy: bool, now: Timestamp) {
        let quick = busy || judge::quick(memory);
        let period = after(now, if quick { QUICK } else { PERIOD });
        let wake = plan.wake.map_or(period, |wake| wake.min(period));
        self.wake = wake.max(after(now, SHORTEST));
    }

    /// Tells what is of the moment, where it changed.
    fn tell(&mut self, memory: &Memory, report: &TurnReport) {
        let mut news = Vec::new();
        let blind = report.observation.useless.clone();
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
            self.shared.hub.tell(&Event::now(&self.seat.name, memory, report.at, moment));
        }
    }

    /// Learns the prices that are not known yet: a ceiling without them holds nothing back.
    pub(super) async fn learn_prices(&mut self) {
        let now = self.shared.clock.now();
        let unpriced = self.seat.unpriced();
        if unpriced.is_empty() || self.prices > now {
            return;
        }
        self.prices = after(now, PRICES);
        let asked = self.shared.compute.prices(&self.seat.name, &unpriced);
        match within(&*self.shared.clock, LONGEST, asked).await {
            Some(Ok(learnt)) => self.seat.learn(learnt),
            Some(Err(failure)) => {
                tracing::warn!(group = %self.seat.name, "prices could not be read: {failure}")
            }
            None => tracing::warn!(group = %self.seat.name, "prices could not be read in time"),
        }
    }
}
