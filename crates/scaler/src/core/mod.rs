//! The pure core: no I/O, no clock, no async. Time is an argument.

pub mod alerts;
mod amount;
mod decide;
mod group;
mod id;
pub mod log;
mod member;
mod notice;
mod observation;
mod plan;
mod ration;
mod signal;
mod time;

pub use amount::{Amount, ParseAmountError, Price};
pub use decide::{Decision, decide};
pub use group::{Cost, Group, Marks, OnUnknown, Remove, Size, StepPolicy, Template, VictimOrder};
pub use id::{
    ActorId, ConfigId, GroupName, InstanceId, InstanceType, InvalidGroupName, NodeId, Position, Slot, StepId,
    TemplateHash,
};
pub use member::{Drain, DrainWhy, Member, ModeWish, Origin, Phase};
pub use notice::notice;
pub use observation::{Instance, InstanceStatus, Mode, Node, NodeStatus, Observation};
pub use plan::{Plan, Wait, plan};
pub(crate) use ration::LAPSE;
pub use ration::{Draw, installation_left};
pub use signal::{GROUP_LABEL, Hearing, PolicySignal, Signal, Signals};
pub use time::{after, elapsed};
