//! How a group stands, for people and programs.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{
    DrainWhy, Group, InstanceId, InstanceType, Member, Origin, Phase, PolicySignal, Position, Price, Signal,
    Slot, after,
};
use crate::state::{Cause, GroupMode, GroupState, Step, Verdict};
use crate::view::Waiting;

/// How a group stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The group.
    pub group: String,
    /// When this was put together.
    pub at: Timestamp,
    /// An actor of this process turns its loop.
    pub turning: bool,
    /// The mode in force.
    pub mode: GroupMode,
    /// When it ends by itself.
    pub mode_until: Option<Timestamp>,
    /// Its least size.
    pub min: u32,
    /// Its largest size.
    pub max: u32,
    /// The desired size; none before the first decision and while asleep.
    pub desired: Option<u32>,
    /// The generation of the desired size.
    pub generation: u64,
    /// What the last turn would have as the desired size: in modes that carry nothing out this is the wish.
    pub wished: Option<u32>,
    /// The operation under way or the last one.
    pub operation: Option<OperationStatus>,
    /// Members in service, warming ones included.
    pub in_service: u32,
    /// Those of them that warm up.
    pub warming: u32,
    /// Members on their way into service.
    pub on_their_way: u32,
    /// Unhealthy members.
    pub unhealthy: u32,
    /// Members on their way out.
    pub leaving: u32,
    /// Members that exist or may exist, and count against max.
    pub may_exist: u32,
    /// Its members, by slot.
    pub members: Vec<MemberStatus>,
    /// What the policies say together.
    pub signal: Option<Signal>,
    /// What each policy said at the last turn.
    pub policies: Vec<PolicySignal>,
    /// The reason of the last decision.
    pub reason: String,
    /// What is held back, in words.
    pub held: Vec<String>,
    /// What is being waited for.
    pub waiting: Vec<Waiting>,
    /// Steps under way.
    pub in_flight: Vec<Step>,
    /// Removals that the group's removal budget leaves now.
    pub budget_left: u32,
    /// Hourly price of what may exist, where prices are known.
    pub cost_per_hour: Option<Price>,
    /// When the last complete observation was taken by this process.
    pub observed: Option<Timestamp>,
    /// Why the cloud can't be believed at the moment.
    pub blind: Option<String>,
    /// Why the loop does not go on at the moment.
    pub trouble: Option<String>,
    /// The end of its log.
    pub position: Position,
}

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperationStatus {
    /// The decision that opened it.
    pub id: Position,
    /// Its generation.
    pub generation: u64,
    /// When it began.
    pub began: Timestamp,
    /// Why.
    pub cause: Cause,
    /// How it ended.
    pub verdict: Option<Verdict>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// How a member stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MemberStatus {
    /// Its slot.
    pub slot: Slot,
    /// Its label.
    pub label: String,
    /// Its instance, once known.
    pub instance: Option<InstanceId>,
    /// Its address without the port, where the last observation showed it.
    pub address: Option<String>,
    /// Its type.
    pub kind: InstanceType,
    /// How it came to be a member.
    pub origin: Origin,
    /// Its phase.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// When the phase has lasted long enough, or too long.
    pub deadline: Option<Timestamp>,
    /// When its first create was intended, or when it was found.
    pub launched: Timestamp,
    /// Its last entry into service.
    pub served: Option<Timestamp>,
    /// Why it is on its way out.
    pub draining: Option<DrainWhy>,
    /// It is being replaced.
    pub replacing: bool,
    /// Its launch failed.
    pub failed: bool,
    /// It is never removed.
    pub protected: bool,
    /// It was made from another template than new ones are.
    pub older_template: bool,
}

impl MemberStatus {
    pub(crate) fn of(group: &Group, member: &Member, address: Option<String>) -> Self {
        Self {
            slot: member.slot,
            label: member.label.clone(),
            instance: member.instance,
            address,
            kind: member.kind.clone(),
            origin: member.origin,
            phase: member.phase,
            since: member.since,
            deadline: deadline(group, member),
            launched: member.launched,
            served: member.served,
            draining: member.drain.map(|drain| drain.why),
            replacing: member.replacing.is_some(),
            failed: member.failed,
            protected: member.protected,
            older_template: member.template.as_ref().is_some_and(|hash| *hash != group.template.hash),
        }
    }
}

impl OperationStatus {
    pub(crate) fn of(state: &GroupState) -> Option<Self> {
        state.operation.as_ref().map(|operation| Self {
            id: operation.id,
            generation: operation.generation,
            began: operation.began,
            cause: operation.cause.clone(),
            verdict: operation.verdict.as_ref().map(|(verdict, _)| verdict.clone()),
            ended: operation.verdict.as_ref().map(|(_, at)| *at),
        })
    }
}

/// When a member's phase has lasted long enough, or too long.
fn deadline(group: &Group, member: &Member) -> Option<Timestamp> {
    match member.phase {
        Phase::Provisioning | Phase::Booting | Phase::Registering => {
            Some(after(member.launched, group.launch.timeout))
        }
        Phase::Warming => member.served.map(|at| after(at, group.launch.warm_up)),
        Phase::Unhealthy => Some(after(member.since, group.replace.after)),
        Phase::Draining => member.drain.and_then(|drain| drain.seen).map(|at| after(at, group.remove.drain)),
        Phase::Rejecting => {
            member.drain.and_then(|drain| drain.rejected).map(|at| after(at, group.remove.reject))
        }
        Phase::InService | Phase::Deleting | Phase::Standby => None,
    }
}
