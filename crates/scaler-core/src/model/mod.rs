//! What a group, its members and the cloud are, as the core knows them: plain values without I/O.

mod alerts;
mod amount;
mod cloud;
mod group;
mod id;
mod member;
mod observation;
mod signal;
mod time;

pub use alerts::{ABSENT, Alert, AlertRow, AlertState, AlertTable, KEEP};
pub use amount::{Amount, ParseAmountError, Price};
pub use cloud::{Instance, InstanceStatus, Mode, Node, NodeStatus};
pub use group::{
    Cost, Group, Launch, OnUnknown, Remove, Replace, Size, StepPolicy, Template, Thresholds, VictimOrder,
};
pub use id::{
    ActorId, ConfigId, GroupName, InstanceId, InstanceType, InvalidGroupName, NodeId, Position, Slot, StepId,
    TemplateHash,
};
pub use member::{Drain, DrainWhy, Member, Origin, Phase, RequestedMode};
pub use observation::Observation;
pub use signal::{AlertFreshness, GROUP_LABEL, PolicySignal, Signal, Signals};
pub use time::{after, elapsed};
