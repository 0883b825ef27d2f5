//! What is being waited for, and when to look again.

use jiff::Timestamp;

use crate::model::{Group, Member, Phase, after};
use crate::reconcile::{Plan, Wait};
use crate::state::GroupState;

pub(super) fn list(group: &Group, state: &GroupState, now: Timestamp, plan: &mut Plan) {
    for member in state.members.values().filter(|member| !member.standby) {
        if let Some((what, until)) = deadline(group, member) {
            plan.waits.push(Wait { what: format!("{} {what}", member.label), until });
        }
    }
    if let Some(next) = state.launches.next(state.serving() < group.size.min)
        && next > now
        && state.desired.is_some_and(|desired| desired > state.expected())
    {
        plan.waits.push(Wait { what: "the next try to create".to_owned(), until: next });
    }
    plan.wake = plan.waits.iter().map(|wait| wait.until).filter(|until| *until > now).min();
}

fn deadline(group: &Group, member: &Member) -> Option<(&'static str, Timestamp)> {
    if let Some(drain) = member.drain {
        return match (drain.seen, drain.rejected) {
            _ if member.delete_intended.is_some() => None,
            (_, Some(at)) => Some(("to reject", after(at, group.remove.reject))),
            (Some(at), None) => Some(("to drain", after(at, group.remove.drain))),
            (None, None) => None,
        };
    }
    match member.phase {
        Phase::Provisioning | Phase::Booting | Phase::Registering if member.served.is_none() => {
            Some(("to reach service", after(member.launched, group.launch.timeout)))
        }
        Phase::Registering => Some(("to be up in every config", after(member.since, group.launch.timeout))),
        Phase::Warming => Some(("to warm up", after(member.since, group.launch.warm_up))),
        Phase::Unhealthy if member.replacing.is_none() => {
            Some(("to recover", after(member.since, group.replace.after)))
        }
        _ => None,
    }
}
