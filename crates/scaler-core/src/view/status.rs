//! How a group stands, for people and programs.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    DrainWhy, Group, InstanceId, InstanceType, Member, Origin, Phase, PolicySignal, Position, Price, Signal,
    Slot,
};
use crate::reconcile::{TurnReport, Wait};
use crate::state::{Cause, Discarded, GroupMode, GroupState, Hold, Outcome, SizeReason, Stalled, Step};
use crate::view::Shown;

/// How a group stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// The group.
    pub group: String,
    /// When this was put together.
    pub at: Timestamp,
    /// An actor of this process turns its loop.
    pub turning: bool,
    /// The mode in force.
    pub mode: Shown<GroupMode>,
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
    /// Members in service, warming ones included, and those left out whose instance answered 404.
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
    pub reason: Option<SizeReason>,
    /// What is held back, and why.
    pub holds: Vec<Hold>,
    /// What is being waited for.
    pub waits: Vec<Wait>,
    /// Steps under way.
    pub in_flight: Vec<Shown<Step>>,
    /// Removals that the group's removal budget leaves now.
    pub budget_left: u32,
    /// Hourly price of what may exist, where prices are known; in JSON, US dollars.
    #[serde(with = "crate::model::dollars")]
    pub cost_per_hour: Option<Price>,
    /// When the last complete observation was taken by this process.
    pub observed: Option<Timestamp>,
    /// Why the loop does not go on at the moment.
    pub trouble: Option<Stalled>,
    /// How often the task that turns the loop panicked in this process; each time it began anew.
    #[serde(default)]
    pub broke_off: u32,
    /// The end of its log.
    pub position: Position,
}

/// What only the process that turns the loop knows.
pub(crate) struct Live {
    /// An actor of this process turns the loop.
    pub(crate) turning: bool,
    /// Why it can't go on.
    pub(crate) trouble: Option<Stalled>,
    /// How often its task panicked.
    pub(crate) broke_off: u32,
    /// Steps under way.
    pub(crate) in_flight: Vec<Step>,
    /// What the members cost, where every price is known.
    pub(crate) cost_per_hour: Option<Price>,
}

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperationStatus {
    /// The decision that opened it.
    pub id: Position,
    /// Its generation.
    pub generation: u64,
    /// When it began.
    pub began: Timestamp,
    /// Why.
    pub cause: Shown<Cause>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// How a member stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub phase: Shown<Phase>,
    /// Since when.
    pub since: Timestamp,
    /// When the phase has lasted long enough, or too long.
    pub deadline: Option<Timestamp>,
    /// Since when it has its time to reach service: when its create was answered, or when it was found.
    pub launched: Timestamp,
    /// Its last entry into service.
    pub served: Option<Timestamp>,
    /// Why it is on its way out.
    pub draining: Option<DrainWhy>,
    /// It is being replaced.
    pub replacing: bool,
    /// Its launch failed.
    pub failed: bool,
    /// Its instance answered 404; it is gone once it did so twice.
    #[serde(default)]
    pub missing: bool,
    /// It is never removed.
    pub protected: bool,
    /// It was made from another template than new ones are.
    pub older_template: bool,
}

impl Status {
    /// Why the last observation was discarded, if it was.
    #[must_use]
    pub fn discarded(&self) -> Option<&Discarded> {
        self.holds.iter().find_map(|hold| match hold {
            Hold::ObservationDiscarded { why } => Some(why),
            _ => None,
        })
    }

    /// By the group's state at `at` and by the last turn, where there was one.
    pub(crate) fn of(
        group: &Group,
        state: &GroupState,
        at: Timestamp,
        last: Option<&TurnReport>,
        live: Live,
    ) -> Self {
        let seen = last.map(|last| &last.observation);
        let address = |member: &Member| {
            let instance = member.instance.and_then(|id| seen.and_then(|seen| seen.instance(id)));
            instance.and_then(|instance| instance.address.clone())
        };
        let members = state.members.values();
        Self {
            group: group.name.to_string(),
            at,
            turning: live.turning,
            mode: state.mode_at(at).into(),
            mode_until: state.mode_until.filter(|until| *until > at),
            min: group.size.min,
            max: group.size.max,
            desired: state.desired,
            generation: state.generation,
            wished: last.and_then(|last| last.turn.decision.desired),
            operation: OperationStatus::of(state),
            in_service: state.count(serves),
            warming: state.count(|member| serves(member) && member.phase == Phase::Warming),
            on_their_way: state.count(Member::is_on_its_way),
            unhealthy: state.count(Member::is_unhealthy),
            leaving: state.count(Member::is_leaving),
            may_exist: state.may_exist(at),
            members: members.map(|member| MemberStatus::of(group, member, address(member))).collect(),
            signal: state.signal.map(|(signal, _)| signal),
            policies: last.map(|last| last.signals.policies.clone()).unwrap_or_default(),
            reason: last.and_then(|last| last.turn.decision.reason.clone()),
            holds: last.map(|last| last.turn.holds.clone()).unwrap_or_default(),
            waits: last.map(|last| last.turn.waits.clone()).unwrap_or_default(),
            in_flight: live.in_flight.into_iter().map(Shown::Known).collect(),
            budget_left: state.budget_left(group, at),
            cost_per_hour: live.cost_per_hour,
            observed: seen.filter(|seen| seen.discarded.is_none()).map(|seen| seen.at),
            trouble: live.trouble,
            broke_off: live.broke_off,
            position: state.position,
        }
    }
}

/// In service and there: one that answered 404 serves nobody, though it is gone only once it did so twice.
fn serves(member: &Member) -> bool {
    member.is_in_service() && member.missing.is_none()
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
            phase: member.phase.into(),
            since: member.since,
            deadline: member.deadline(group).map(|(_, until)| until),
            launched: member.launched,
            served: member.served,
            draining: member.drain.map(|drain| drain.why),
            replacing: member.replacing.is_some(),
            failed: member.failed,
            missing: member.missing.is_some(),
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
            cause: operation.cause.clone().into(),
            outcome: operation.outcome.as_ref().map(|(outcome, _)| outcome.clone()),
            ended: operation.outcome.as_ref().map(|(_, at)| *at),
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, in_service, .. } = self;
        write!(f, "{group}: {in_service} in service")?;
        if let Some(desired) = self.desired {
            write!(f, " of {desired} desired")?;
        }
        write!(f, " ({} to {}), mode {}", self.min, self.max, self.mode)
    }
}
