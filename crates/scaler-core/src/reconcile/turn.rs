//! The turn: one pass of the loop as a value.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Awaited, Group, Member, Signal, Signals, Slot, elapsed};
use crate::reconcile::decide::decide;
use crate::reconcile::notice::notice;
use crate::reconcile::plan::{Plan, leaves_at, plan};
use crate::reconcile::{Decision, Observation};
use crate::state::{Cause, Change, Fact, GroupMode, GroupState, HealthReason, Hold, Mark, Outcome, Step};

/// One pass of the loop as a value: what was noticed, what follows from it, and why nothing else does. An actor carries it
/// out, a dry run shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// What was noticed and the log does not say yet, each with its cause, in order. It is appended before anything else.
    pub facts: Vec<(Fact, Cause)>,
    /// How many there should be; in modes that carry nothing out it is a wish.
    pub decision: Decision,
    /// The decision as it is appended, where it opens a new generation.
    pub decided: Option<Fact>,
    /// What is begun.
    pub plan: Plan,
    /// Why nothing else is done, each reason once.
    pub holds: Vec<Hold>,
    /// What is being waited for.
    pub waits: Vec<Wait>,
    /// How the operation ended, where it did and the log does not say so yet.
    pub ended: Option<Outcome>,
    /// The state with the facts and the decision in it.
    pub state: GroupState,
}

/// Something that is being waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Wait {
    /// The label of the member that it is about; none where it is about the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// For what.
    pub what: Awaited,
    /// Until when.
    pub until: Timestamp,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.member {
            Some(member) => write!(f, "{member} {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

/// Makes a turn. Pure and total, and the only caller of what it is made of: it notices, folds what it noticed into a copy of
/// the state, decides and plans, and judges the observation once.
///
/// ```
/// use scaler_core::model::{ConfigId, Group, Signals, Size, Template};
/// use scaler_core::reconcile::{Observation, reconcile};
/// use scaler_core::state::{Cause, Fact, GroupState};
///
/// let template = Template::new("t1", ["g6-standard-2"]);
/// let web = Group::new("web".parse()?, Size { min: 2, max: 12 }, vec![ConfigId(7)], template);
/// let now = "2026-03-01T12:00:00Z".parse()?;
/// let mut state = GroupState::default();
/// state.apply_fact(now, Fact::Began { incarnation: "abcde".into() }, Cause::Converge);
///
/// let turn = reconcile(&web, &Observation::new(now, 1), &Signals::default(), &state, now);   // nothing is there yet
/// assert_eq!(turn.decision.to_string(), "desired size 2: min is 2");
/// assert!(turn.to_string().contains("create web-abcde-1 (g6-standard-2)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn reconcile(
    group: &Group,
    observation: &Observation,
    signals: &Signals,
    state: &GroupState,
    now: Timestamp,
) -> Turn {
    let mut state = state.clone();
    let mut facts = Vec::new();
    for fact in notice(group, observation, &state, now) {
        let cause = cause_of(&fact);
        state.apply_fact(now, fact.clone(), cause.clone());
        facts.push((fact, cause));
    }
    let signal = signals.together();
    // What was said before a time in which nobody would have told of a change is not known to have held in it.
    let begins_anew = |since| signals.told_since.filter(|told| *told > since);
    let anew = match (state.signal, signal) {
        (Some((Signal::Low, since)), Signal::Low) => begins_anew(since),
        _ => None,
    };
    if state.signal.map(|(last, _)| last) != Some(signal) || anew.is_some() {
        let since = match (state.signal, signal) {
            (Some((Signal::Unknown, from)), Signal::Low) => {
                let before = state.low_before.filter(|_| elapsed(from, now) <= signals.gap);
                before.map(|since| begins_anew(since).unwrap_or(since))
            }
            _ => anew,
        };
        let fact = Fact::SignalChanged { signal, since };
        state.apply_fact(now, fact.clone(), Cause::Converge);
        facts.push((fact, Cause::Converge));
    }
    let implausible = implausible(observation, group, &state);
    let doubt = implausible.clone().or_else(|| unfounded(observation, group, &state, now));
    let acts = matches!(state.mode_at(now), GroupMode::On | GroupMode::AddOnly);
    let decision = match &doubt {
        None => decide(group, observation, signals, &state, now),
        Some(_) => Decision::standing(signals, &state),
    };
    let decided = decision.fact(signals).filter(|_| acts);
    if let Some(fact) = &decided {
        state.apply_fact(now, fact.clone(), decision.cause.clone());
    }
    let mut holds = decision.holds.clone();
    // A doubt about a log that has just begun keeps it from deciding; what the log knows already may go on.
    let (mut plan, held) = match implausible {
        None => plan(group, observation, &decision, &state, now),
        Some(_) => (Plan::default(), Vec::new()),
    };
    holds.extend(doubt.clone());
    holds.extend(held);
    suppress(&mut plan, &observation.recent);
    if let Some(refusal) = &observation.account_refusal {
        let wanted = plan.steps.len();
        plan.steps.retain(|(step, _)| !matches!(step, Step::Create { .. }));
        if plan.steps.len() < wanted {
            holds.push(Hold::AccountRefuses { until: refusal.until, said: refusal.said.clone() });
        }
    }
    let mut known = Vec::new();
    holds.retain(|hold| {
        let new = !known.contains(hold);
        known.push(hold.clone());
        new
    });
    let waits = waits(group, &state, now);
    // A deadline that would have passed waits for an actor that has looked for a while.
    if doubt.is_none()
        && let Some(until) = Observation::settles(&state, now).filter(|until| *until > now)
        && waits.iter().any(|wait| wait.until <= now)
    {
        holds.push(Hold::JustBegan { until });
    }
    let ended = if acts { ended(&state, observation, &plan) } else { None };
    Turn { at: now, facts, decision, decided, plan, holds, waits, ended, state }
}

impl Turn {
    /// When to look again at the latest, where something is on its way or is held until a time.
    #[must_use]
    pub fn wake(&self) -> Option<Timestamp> {
        let refused = self.holds.iter().filter_map(|hold| match hold {
            Hold::AccountRefuses { until, .. } => Some(*until),
            _ => None,
        });
        let waits = self.waits.iter().map(|wait| wait.until);
        waits.chain(refused).filter(|until| *until > self.at).min()
    }

    /// Why the plan removes the member in `slot`.
    #[must_use]
    pub(crate) fn cause_of(&self, slot: Slot) -> Cause {
        let step = self.plan.steps.iter().find(|(step, _)| Step::slot(step) == Some(slot));
        step.map_or(Cause::Converge, |(_, cause)| cause.clone())
    }
}

/// Why nothing may be created or removed on account of an observation, if so: it is incomplete, or what it shows is
/// implausible.
fn implausible(observation: &Observation, group: &Group, state: &GroupState) -> Option<Hold> {
    if let Some(why) = &observation.discarded {
        return Some(Hold::ObservationDiscarded { why: why.clone() });
    }
    let known = state.count(|member| member.instance.is_some());
    let missing = state.count(|member| member.missing.is_some());
    if missing * 2 > known {
        return Some(Hold::ManyMissing { missing, known });
    }
    let untagged = state.count(|member| member.untagged.is_some());
    if untagged * 2 > known {
        return Some(Hold::ManyUntagged { untagged, known });
    }
    observation.nothing_listed(group, state)
}

/// Why a log that has just begun can't tell yet how many there are, if so: nodes in our form whose instances the listing
/// lacks. Lists lag and were seen empty, so it waits until the actor had time to look again.
fn unfounded(observation: &Observation, group: &Group, state: &GroupState, now: Timestamp) -> Option<Hold> {
    if state.generation > 0 || state.desired.is_some() || observation.settled(state, now) {
        return None;
    }
    let shown = |label: &String| {
        observation.instances.iter().any(|instance| instance.label == *label)
            || state.members.values().any(|member| member.label == *label)
    };
    let strays =
        observation.nodes.iter().filter(|node| group.name.owns_label(&node.label) && !shown(&node.label));
    let strays: BTreeSet<&String> = strays.map(|node| &node.label).collect();
    let nodes = u32::try_from(strays.len()).unwrap_or(u32::MAX);
    strays.first().map(|label| Hold::NodesWithoutInstances { nodes, example: (*label).clone() })
}

/// Takes off the plan what was done a moment ago and need not be visible yet.
fn suppress(plan: &mut Plan, recent: &[Step]) {
    let Plan { steps, permits, .. } = plan;
    let suppressed: Vec<_> =
        steps.iter().filter(|(step, _)| recent.contains(step)).filter_map(|(step, _)| step.slot()).collect();
    steps.retain(|(step, _)| !recent.contains(step));
    permits.retain(|slot| {
        !suppressed.contains(slot) || steps.iter().any(|(step, _)| step.slot() == Some(*slot))
    });
}

/// The deadlines of the members, and of the next launch.
fn waits(group: &Group, state: &GroupState, now: Timestamp) -> Vec<Wait> {
    let members = state.members.values().filter(|member| !member.standby);
    let mut waits: Vec<Wait> = members
        .filter_map(|member| {
            let leaves = || Some((Awaited::LeaveConfig, leaves_at(group, member).filter(|at| *at > now)?));
            let (what, until) = member.deadline(group).or_else(leaves)?;
            Some(Wait { member: Some(member.label.clone()), what, until })
        })
        .collect();
    let backoff = state.launches.next(state.serving() < group.size.min);
    let postponed = state.launches.postponed.map(|(_, until)| until);
    if let Some(until) = backoff.max(postponed)
        && until > now
        && state.desired.is_some_and(|desired| desired > state.expected())
    {
        waits.push(Wait { member: None, what: Awaited::NextLaunch, until });
    }
    waits
}

/// How the operation ended, if it did and the log does not say so yet. One that failed may still be reached later.
fn ended(state: &GroupState, observation: &Observation, plan: &Plan) -> Option<Outcome> {
    let operation = state.operation.as_ref()?;
    let busy = !observation.in_flight.is_empty() || !plan.steps.is_empty();
    // What is never removed is nothing to wait for.
    let restless = |member: &Member| {
        member.is_on_its_way()
            || (!member.protected
                && member.untagged.is_none()
                && !member.standby
                && (member.is_leaving()
                    || member.failed
                    || member.is_unhealthy()
                    || member.replacing.is_some()))
    };
    let reached = state.desired == Some(state.serving())
        && !busy
        && state.asked.is_none()
        && !state.members.values().any(restless);
    match &operation.outcome {
        Some((Outcome::Reached, _)) => None,
        _ if reached => Some(Outcome::Reached),
        Some(_) => None,
        None => {
            let (why, at) = state.launches.halted.as_ref()?;
            (*at >= operation.began).then(|| Outcome::Failed { why: why.clone() })
        }
    }
}

/// Why something noticed is written down.
fn cause_of(fact: &Fact) -> Cause {
    match fact {
        Fact::Marked { mark: Mark::Failed, .. } => Cause::Health(HealthReason::LaunchFailed),
        Fact::Marked { mark: Mark::Replacing, .. } => Cause::Health(HealthReason::UnhealthyTooLong),
        Fact::Marked { mark: Mark::Kept, .. } => Cause::Health(HealthReason::Recovered),
        Fact::Marked { mark: Mark::Lapsed, .. } => Cause::Health(HealthReason::DrainUnseen),
        _ => Cause::Converge,
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { decision, plan, waits, holds, .. } = self;
        write!(f, "{decision}\n{plan}")?;
        for wait in waits {
            write!(f, "\nwaiting for {wait} until {}", wait.until)?;
        }
        for hold in holds {
            match hold.what() {
                Change::Any => write!(f, "\nheld back: {hold}")?,
                what => write!(f, "\nheld back ({what}): {hold}")?,
            }
        }
        Ok(())
    }
}
