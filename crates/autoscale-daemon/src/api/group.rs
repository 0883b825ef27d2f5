//! How groups stand.

use std::fmt;

use jiff::Timestamp;
use scaler_core::model::{
    DrainWhy, InstanceId, InstanceType, Origin, Phase, PolicySignal, Position, Signal, Slot,
};
use scaler_core::state::{Cause, GroupMode, Step, Verdict};
use scaler_core::view::{MemberStatus, OperationStatus, Status};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Groups {
    /// The configured groups, by name.
    pub groups: Vec<GroupStatus>,
    /// Names of groups that the store has and the configuration does not: their members are kept, and nobody touches them.
    pub unmanaged: Vec<String>,
}

/// `GET /api/v1/groups/{group}`: how a group stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupStatus {
    /// Its name.
    pub group: String,
    /// When this was put together.
    pub at: Timestamp,
    /// The daemon turns its loop.
    pub turning: bool,
    /// The mode in force.
    pub mode: GroupMode,
    /// When the mode ends by itself.
    pub mode_until: Option<Timestamp>,
    /// Its least size.
    pub min: u32,
    /// Its largest size.
    pub max: u32,
    /// The desired size; none before the first decision, and in modes that carry nothing out.
    pub desired: Option<u32>,
    /// The generation of the desired size.
    pub generation: u64,
    /// What the last turn would have as the desired size.
    pub wished: Option<u32>,
    /// The operation under way or the last one.
    pub operation: Option<Operation>,
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
    pub members: Vec<Member>,
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
    /// Removals that the group's ration leaves now.
    pub budget_left: u32,
    /// US dollars an hour of what may exist, where prices are known.
    pub cost_per_hour: Option<f64>,
    /// When the last complete observation was taken; none while the cloud can't be believed.
    pub observed: Option<Timestamp>,
    /// Why the cloud can't be believed at the moment.
    pub blind: Option<String>,
    /// Why the loop does not go on at the moment.
    pub trouble: Option<String>,
    /// The end of its log.
    pub position: Position,
}

/// The operation under way or the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Operation {
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

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// Its slot.
    pub slot: Slot,
    /// Its label.
    pub label: String,
    /// Its instance, once known.
    pub instance: Option<InstanceId>,
    /// The address that the NodeBalancers reach it by, without the port, where the last observation showed it.
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

/// Something that is being waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiting {
    /// For what, in words.
    pub what: String,
    /// Until when.
    pub until: Timestamp,
}

impl From<scaler_core::view::Waiting> for Waiting {
    fn from(waiting: scaler_core::view::Waiting) -> Self {
        Self { what: waiting.what, until: waiting.until }
    }
}

impl From<OperationStatus> for Operation {
    fn from(status: OperationStatus) -> Self {
        Self {
            id: status.id,
            generation: status.generation,
            began: status.began,
            cause: status.cause,
            verdict: status.verdict,
            ended: status.ended,
        }
    }
}

impl From<MemberStatus> for Member {
    fn from(status: MemberStatus) -> Self {
        Self {
            slot: status.slot,
            label: status.label,
            instance: status.instance,
            address: status.address,
            kind: status.kind,
            origin: status.origin,
            phase: status.phase,
            since: status.since,
            deadline: status.deadline,
            launched: status.launched,
            served: status.served,
            draining: status.draining,
            replacing: status.replacing,
            failed: status.failed,
            protected: status.protected,
            older_template: status.older_template,
        }
    }
}

impl From<Status> for GroupStatus {
    fn from(status: Status) -> Self {
        Self {
            group: status.group,
            at: status.at,
            turning: status.turning,
            mode: status.mode,
            mode_until: status.mode_until,
            min: status.min,
            max: status.max,
            desired: status.desired,
            generation: status.generation,
            wished: status.wished,
            operation: status.operation.map(Into::into),
            in_service: status.in_service,
            warming: status.warming,
            on_their_way: status.on_their_way,
            unhealthy: status.unhealthy,
            leaving: status.leaving,
            may_exist: status.may_exist,
            members: status.members.into_iter().map(Into::into).collect(),
            signal: status.signal,
            policies: status.policies,
            reason: status.reason,
            held: status.held,
            waiting: status.waiting.into_iter().map(Into::into).collect(),
            in_flight: status.in_flight,
            budget_left: status.budget_left,
            cost_per_hour: status.cost_per_hour.map(dollars),
            observed: status.observed,
            blind: status.blind,
            trouble: status.trouble,
            position: status.position,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "hourly prices stay far below 2^53 millionths of a dollar")]
pub(crate) const fn dollars(price: scaler_core::model::Price) -> f64 {
    price.0 as f64 / 1e6
}

impl fmt::Display for GroupStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, in_service, .. } = self;
        write!(f, "{group}: {in_service} in service")?;
        if let Some(desired) = self.desired {
            write!(f, " of {desired} desired")?;
        }
        write!(f, " ({} to {}), mode {}", self.min, self.max, self.mode)
    }
}
