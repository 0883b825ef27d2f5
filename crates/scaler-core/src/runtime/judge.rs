//! Small judgements of a turn, without I/O.

use jiff::Timestamp;

use crate::model::{Group, Member, Phase, Signal, Signals, Slot};
use crate::reconcile::{Decision, Plan};
use crate::runtime::executor::StepEnd;
use crate::runtime::journal::Journal;
use crate::state::{Cause, Draft, Fact, GroupState, Mark, Step, Verdict};

/// Whether something in the group moves, so that its nodes are to be read now.
pub(super) fn moving(group: &Group, state: &GroupState, signal: Signal) -> bool {
    let restless = |member: &Member| {
        !matches!(member.phase, Phase::InService | Phase::Standby)
            || member.is_leaving()
            || member.replacing.is_some()
            || member.missing.is_some()
    };
    let shrinking = signal == Signal::Low && state.desired.is_some_and(|desired| desired > group.size.min);
    state.members.values().any(restless)
        || state.asked.is_some()
        || shrinking
        || state.desired != Some(state.expected())
        || state.signal.map(|(last, _)| last) != Some(signal)
}

/// Whether something may change any moment: a launch, or a way out that waits for the cloud and not for its time.
pub(super) fn quick(state: &GroupState) -> bool {
    state.members.values().any(|member| {
        let waits = member.drain.is_some_and(|drain| drain.seen.is_some() && drain.reject_at.is_none())
            || member.drain.is_some_and(|drain| drain.rejected.is_some());
        member.is_on_its_way()
            || member.failed
            || (member.is_leaving() && (!waits || member.delete_intended.is_some()))
    })
}

/// The decision as an entry, where it is new: a new generation, whose operation is the entry's own place.
pub(super) fn decided(
    journal: &Journal,
    decision: &Decision,
    signals: &Signals,
    now: Timestamp,
) -> Option<Draft> {
    let desired = decision.desired.filter(|_| decision.is_new())?;
    // `as` saturates, which is what a nonsensical value deserves.
    let value_milli = signals.value.map(|value| (value * 1e3).round() as i64);
    let fact = Fact::Decided {
        desired,
        previous: decision.previous,
        reason: decision.reason.clone(),
        held: decision.held.clone(),
        signals: signals.policies.clone(),
        value_milli,
        asked: decision.asked,
    };
    let mut draft = journal.draft(now, fact, decision.cause.clone());
    draft.operation = journal.state().position.next();
    draft.generation = draft.generation.saturating_add(1);
    Some(draft)
}

/// How the operation ended, if it did and the log does not say so yet. One that failed may still be reached later.
pub(super) fn verdict(state: &GroupState, busy: bool) -> Option<Verdict> {
    let operation = state.operation.as_ref()?;
    // What is never removed is nothing to wait for.
    let restless = |member: &Member| {
        member.is_on_its_way()
            || (!member.protected
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
    match &operation.verdict {
        Some((Verdict::Reached, _)) => None,
        _ if reached => Some(Verdict::Reached),
        Some((Verdict::Failed(_), _)) => None,
        None => {
            let (why, at) = state.launches.halted.as_ref()?;
            (*at >= operation.began).then(|| Verdict::Failed(why.clone()))
        }
    }
}

/// Why something noticed is written down.
pub(super) fn cause_of(fact: &Fact) -> Cause {
    match fact {
        Fact::Marked { mark: Mark::Failed, .. } => {
            Cause::Health("its launch did not reach service in time".to_owned())
        }
        Fact::Marked { mark: Mark::Replacing, .. } => {
            Cause::Health("it was unhealthy for too long".to_owned())
        }
        Fact::Marked { mark: Mark::Kept, .. } => {
            Cause::Health("it recovered, and the launch of its replacement failed".to_owned())
        }
        Fact::Marked { mark: Mark::Lapsed, .. } => Cause::Health("its drain was not seen in time".to_owned()),
        _ => Cause::Converge,
    }
}

/// Why the plan removes the member in `slot`.
pub(super) fn cause_for(plan: &Plan, slot: Slot) -> Cause {
    let step = plan.steps.iter().find(|(step, _)| Step::slot(step) == Some(slot));
    step.map_or(Cause::Converge, |(_, cause)| cause.clone())
}

/// A step's outcome as an entry, in the envelope of its intent.
pub(super) fn outcome(journal: &Journal, ended: StepEnd) -> Draft {
    let mut draft =
        journal.draft(ended.at, Fact::Done { outcome: ended.outcome }, ended.cause).of_step(ended.id);
    draft.operation = ended.operation;
    draft.generation = ended.generation;
    draft.request = ended.request;
    draft
}
