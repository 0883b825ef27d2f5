//! What a group, its members and the cloud are, as the core knows them: plain values without I/O.

mod alerts;
mod amount;
mod cloud;
mod group;
mod id;
mod member;
mod printable;
mod signal;
mod time;

pub use alerts::{ABSENT, Alert, AlertRow, AlertState, AlertTable, GROUP_LABEL, KEEP};
pub(crate) use alerts::{ALERTNAME, VALUE, concerns, matches};
pub(crate) use amount::dollars;
pub use amount::{Amount, ParseAmountError, Price};
pub use cloud::{Installation, Instance, InstanceStatus, Mode, Node, NodeStatus};
pub use group::{
    Cost, Group, Launch, OnUnknown, Remove, Replace, Size, StepPolicy, Template, Thresholds, VictimOrder,
};
pub use id::{
    ActorId, ConfigId, GroupName, InstanceId, InstanceType, InvalidGroupName, NodeId, Position, Slot, StepId,
    TemplateHash,
};
pub use member::{Awaited, Drain, DrainWhy, Member, Origin, Phase, RequestedMode};
pub use printable::printable;
pub(crate) use signal::concerned;
pub use signal::{AlertFreshness, AlertStanding, PolicySignal, Signal, SignalReason, Signals};
pub use time::{after, elapsed};
