//! A group.

use std::{num::NonZeroU64, time::Duration};

use scaler_core::model::{Amount, OnUnknown, Price, Remove, Size, StepPolicy, Thresholds, VictimOrder};

use super::InstanceTemplate;

/// A NodeBalancer config at which every member of a group is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Balancer {
    /// The NodeBalancer's number.
    pub nodebalancer: NonZeroU64,
    /// The config's number.
    pub config: NonZeroU64,
    /// The port at which members serve.
    pub port: u16,
}

/// What the file says of one group. [`GroupSettings::to_group`] gives the scaler's view of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GroupSettings {
    /// The region of its members, and of its NodeBalancers.
    pub region: String,
    /// The sizes it may have.
    pub size: Size,
    /// What new members are made of.
    pub template: InstanceTemplate,
    /// Where members are registered; at least one.
    pub balancers: Vec<Balancer>,
    /// What argues for a size.
    pub policies: Vec<StepPolicy>,
    /// Most that one decision adds: the larger of both. Default 4, 100 %.
    pub largest_step: (u32, Amount),
    /// Default 10 min.
    pub launch_timeout: Duration,
    /// Default 2 min.
    pub warm_up: Duration,
    /// How long a member may be unhealthy before it is replaced. Default 2 min.
    pub grace: Duration,
    /// How members are removed.
    pub remove: Remove,
    /// Unhealthy members above which removals wait. Default 20 %.
    pub breaker: Amount,
    /// The ceiling of its hourly price.
    pub cost: Option<Price>,
    /// Members on top of what policies ask for. Default none.
    pub spare: Amount,
    /// The marks between which the load is kept.
    pub marks: Option<Thresholds>,
    /// What unknown signals do. Default hold.
    pub on_unknown: OnUnknown,
    /// Which of equal members goes first. Default the newest.
    pub order: VictimOrder,
}
