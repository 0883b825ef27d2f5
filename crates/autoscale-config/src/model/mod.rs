//! What the file says, read and checked.

mod daemon;
mod group;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use scaler_core::model::GroupName;

use crate::{Owner, Problem};

pub use daemon::{AlertmanagerAccess, DaemonSettings, LinodeAccess, StoreAt};
pub use group::{BalancerSettings, GroupSettings};
pub use template::{Datum, InstanceTemplate, Interfaces, StackScriptSettings, Text};

/// The whole configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Whose instances are ours.
    pub owner: Owner,
    /// How the Linode API is reached.
    pub linode: LinodeAccess,
    /// Where Alertmanager is asked for its alerts; its answers are then the truth.
    pub alertmanager: Option<AlertmanagerAccess>,
    /// The labels of an alert that always fires: while it is not confirmed, no alert adds or removes. A bare name is its `alertname`;
    /// none: there is no heartbeat.
    pub heartbeat: BTreeMap<String, String>,
    /// Where Alertmanager is not polled: a firing alert must repeat within this. Default 10 min.
    pub confirm: Duration,
    /// At most so many creates of all groups within an hour. Default the larger of the largest group's bound and half of their sum.
    pub launches_per_hour: Option<u32>,
    /// Where the daemon listens, and what its callers have to show.
    pub daemon: DaemonSettings,
    /// Where the daemon keeps its log.
    pub store: StoreAt,
    /// The groups by name.
    pub groups: BTreeMap<GroupName, GroupSettings>,
    pub(crate) warnings: Vec<Problem>,
}
