//! Why something is not done: each reason is a type.

mod json;
mod text;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Amount, ConfigId, InstanceType, Price, SignalReason};
use crate::state::{Discarded, GroupMode, Refusal, StoreFailure};

/// One reason why something is not done, with its numbers. Two are equal where the same is held for the same reason, however
/// much time has passed between them.
///
/// It is written as `{"kind": …, …, "setting": …, "text": …}`: `kind` is [`Hold::kind`], `setting` the path of the setting that
/// holds it, where one does, `text` the sentence for people.
///
/// ```
/// use scaler_core::state::{Change, Hold};
///
/// let hold = Hold::AtMax { wanted: 9, max: 6 };
/// assert_eq!((hold.kind(), hold.what()), ("at_max", Change::Adding));
/// assert_eq!(hold.to_string(), "9 are wanted, size.max is 6");
/// let json = serde_json::to_string(&hold)?;
/// assert_eq!(json, r#"{"kind":"at_max","wanted":9,"max":6,"setting":"size.max","text":"9 are wanted, size.max is 6"}"#);
/// assert_eq!(serde_json::from_str::<Hold>(&json)?, hold);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", remote = "Self")]
#[non_exhaustive]
pub enum Hold {
    /// The observation is incomplete, so nothing follows from it.
    ObservationDiscarded {
        /// What kept it from being complete.
        why: Discarded,
    },
    /// More than half of the known instances are missing at once.
    ManyMissing {
        /// Missing ones.
        missing: u32,
        /// Known ones.
        known: u32,
    },
    /// More than half of the known instances have lost their tags at once.
    ManyUntagged {
        /// Those without tags.
        untagged: u32,
        /// Known ones.
        known: u32,
    },
    /// An instance has lost its tags: it counts, and is not touched.
    Untagged {
        /// The member's label.
        member: String,
    },
    /// Nodes of the group are up, and the listing shows no instance at all.
    NothingListed {
        /// Such nodes.
        nodes: u32,
        /// The label of one.
        example: String,
    },
    /// A node in the group's form is up, and no instance of the group has its label.
    StrayNode {
        /// Its label.
        node: String,
    },
    /// The store is older than the group's members: it was restored from a backup.
    StoreOlder,
    /// `launch.per_hour` creates were sent within an hour.
    LaunchesPerHour {
        /// The bound.
        per_hour: u32,
        /// When the next one may begin.
        until: Timestamp,
    },
    /// `launch.per_hour` creates of all groups were sent within an hour: the bound at the top of the configuration.
    InstallationLaunches {
        /// The bound.
        per_hour: u32,
        /// When the next one may begin.
        until: Timestamp,
    },
    /// A log that has just begun can't say how many there are: nodes of the group have no instance in the listing.
    NodesWithoutInstances {
        /// Such nodes.
        nodes: u32,
        /// The label of one.
        example: String,
    },
    /// The actor began, or a pause ended, a moment ago: no deadline passes yet.
    JustBegan {
        /// Until when.
        until: Timestamp,
    },
    /// The group's mode does not allow it.
    Mode {
        /// What it does not allow.
        what: Change,
        /// The mode.
        mode: GroupMode,
    },
    /// No desired size has been decided yet.
    Undecided,
    /// The step that a policy asks for is cut.
    StepCut {
        /// The step asked for.
        step: u32,
        /// The largest allowed.
        largest: u32,
    },
    /// More are wanted than `size.max`.
    AtMax {
        /// Wanted.
        wanted: u32,
        /// The limit.
        max: u32,
    },
    /// More are wanted than may be created beside what may exist.
    NoRoom {
        /// How many more are wanted.
        lack: u32,
        /// Instances that exist or may exist.
        may_exist: u32,
        /// How many may.
        limit: u32,
    },
    /// It would cost more than `cost.per_hour`.
    CostCeiling {
        /// The size that is wanted.
        wanted: u32,
        /// The ceiling.
        ceiling: Price,
    },
    /// What they cost is not known, so nobody can say whether it is more than `cost.per_hour`.
    PriceUnknown {
        /// The size that is wanted.
        wanted: u32,
        /// A type whose price is not known.
        instance_type: InstanceType,
    },
    /// Launches failed in a row.
    LaunchBackoff {
        /// How many.
        failures: u32,
        /// When the next may begin.
        until: Timestamp,
    },
    /// The last create was refused until a time.
    LaunchPostponed {
        /// Of which kind the refusal was.
        refusal: Refusal,
        /// When the next create may begin.
        until: Timestamp,
    },
    /// Creates wait until the account's rate, which all groups share, lets them be sent.
    CreateRate,
    /// No type of the template can be had.
    SoldOut,
    /// The account refuses creates, of all groups.
    AccountRefuses {
        /// When it is asked again.
        until: Timestamp,
        /// What it said.
        said: String,
    },
    /// A signal is unknown.
    SignalUnknown {
        /// Why, each reason once.
        why: Vec<SignalReason>,
    },
    /// A high signal fires.
    SignalHigh,
    /// A member is not at rest.
    MemberBusy {
        /// Its label.
        member: String,
        /// What it is about.
        busy: Busy,
    },
    /// The removal before is not done.
    RemovalUnfinished,
    /// A window of the configuration has not passed.
    Window {
        /// The setting that says how long it is.
        window: Window,
        /// When it will have passed, if nothing begins it anew.
        until: Timestamp,
    },
    /// The removal budget is used up.
    RemovalBudget {
        /// Whose.
        scope: BudgetScope,
    },
    /// The load would pass nine tenths of the high threshold with fewer members.
    WouldOverload,
    /// The nodes were not read for this turn, or the instances not for a minute.
    NotFresh,
    /// Many instances were lost at once a while ago.
    ManyLost {
        /// Until when nothing is removed on its account.
        until: Timestamp,
    },
    /// More than `replace.max_unhealthy` are unhealthy.
    MaxUnhealthy {
        /// Unhealthy members.
        unhealthy: u32,
        /// How many may be.
        limit: u32,
        /// The share of the group or the number that may be.
        allowed: Amount,
    },
    /// A member that is being replaced stays until others serve in its place.
    ReplacementFirst {
        /// Its label.
        member: String,
        /// How many must serve.
        needed: u32,
        /// How many do.
        serving: u32,
        /// They must have warmed up, for too many are unhealthy.
        warmed: bool,
    },
    /// Members have nodes at a config that the group left, until as many as are needed serve at the group's configs.
    ConfigLeft {
        /// The config.
        config: ConfigId,
        /// How many must serve.
        needed: u32,
        /// How many do.
        serving: u32,
    },
    /// Surplus members that are needed until more serve, or may not be removed.
    SurplusNeeded {
        /// How many stay.
        kept: u32,
        /// How many are surplus.
        surplus: u32,
    },
    /// A member whose launch failed may not be removed: it is locked, protected, or refused to go a while ago.
    FailedMayNotGo {
        /// Its label.
        member: String,
    },
    /// A member was draining when the log was lost, and there is no permit for it.
    DrainWithoutPermit {
        /// Its label.
        member: String,
    },
    /// A permit could not be drawn.
    PermitNotDrawn {
        /// Why the installation's log did not take it.
        why: StoreFailure,
    },
    /// A reason that this version does not know, or with a word that it does not know: of a newer one.
    Other {
        /// The sentence for people, as it was told.
        #[serde(skip)]
        text: String,
    },
}

/// What a hold keeps from being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Creating and reinstating members.
    Adding,
    /// Draining and deleting members.
    Removing,
    /// Both.
    Any,
}

/// What a member that is not at rest is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Busy {
    /// It is on its way out.
    Leaving,
    /// It answered 404 once.
    Missing,
    /// It is on its way into service.
    OnItsWay,
    /// It warms up.
    Warming,
    /// It is unhealthy.
    Unhealthy,
    /// It is being replaced.
    BeingReplaced,
    /// A state that this version does not know.
    #[serde(other)]
    Other,
}

/// A setting that makes removals wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// How long the signal must have been low.
    LowFor,
    /// How long ago the last entry into service must be.
    AfterAdd,
    /// How long ago the last removal must be.
    Every,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

/// Whose removal budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BudgetScope {
    /// The group's: `remove.at_most` per `remove.every`.
    Group,
    /// The installation's: 5 members or a tenth of all per 10 minutes.
    Installation,
}

impl Hold {
    /// A word for the reason, the same in JSON, in metrics and for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ObservationDiscarded { .. } => "observation_discarded",
            Self::ManyMissing { .. } => "many_missing",
            Self::ManyUntagged { .. } => "many_untagged",
            Self::Untagged { .. } => "untagged",
            Self::NothingListed { .. } => "nothing_listed",
            Self::StrayNode { .. } => "stray_node",
            Self::StoreOlder => "store_older",
            Self::LaunchesPerHour { .. } => "launches_per_hour",
            Self::InstallationLaunches { .. } => "installation_launches",
            Self::NodesWithoutInstances { .. } => "nodes_without_instances",
            Self::JustBegan { .. } => "just_began",
            Self::Mode { .. } => "mode",
            Self::Undecided => "undecided",
            Self::StepCut { .. } => "step_cut",
            Self::AtMax { .. } => "at_max",
            Self::NoRoom { .. } => "no_room",
            Self::CostCeiling { .. } => "cost_ceiling",
            Self::PriceUnknown { .. } => "price_unknown",
            Self::LaunchBackoff { .. } => "launch_backoff",
            Self::LaunchPostponed { .. } => "launch_postponed",
            Self::CreateRate => "create_rate",
            Self::SoldOut => "sold_out",
            Self::AccountRefuses { .. } => "account_refuses",
            Self::SignalUnknown { .. } => "signal_unknown",
            Self::SignalHigh => "signal_high",
            Self::MemberBusy { .. } => "member_busy",
            Self::RemovalUnfinished => "removal_unfinished",
            Self::Window { .. } => "window",
            Self::RemovalBudget { .. } => "removal_budget",
            Self::WouldOverload => "would_overload",
            Self::NotFresh => "not_fresh",
            Self::ManyLost { .. } => "many_lost",
            Self::MaxUnhealthy { .. } => "max_unhealthy",
            Self::ReplacementFirst { .. } => "replacement_first",
            Self::ConfigLeft { .. } => "config_left",
            Self::SurplusNeeded { .. } => "surplus_needed",
            Self::FailedMayNotGo { .. } => "failed_may_not_go",
            Self::DrainWithoutPermit { .. } => "drain_without_permit",
            Self::PermitNotDrawn { .. } => "permit_not_drawn",
            Self::Other { .. } => "other",
        }
    }

    /// What it keeps from being done.
    #[must_use]
    pub const fn what(&self) -> Change {
        match self {
            Self::ObservationDiscarded { .. }
            | Self::ManyMissing { .. }
            | Self::ManyUntagged { .. }
            | Self::Untagged { .. }
            | Self::NothingListed { .. }
            | Self::NodesWithoutInstances { .. }
            | Self::JustBegan { .. }
            | Self::Undecided
            | Self::Other { .. } => Change::Any,
            Self::Mode { what, .. } => *what,
            Self::StepCut { .. }
            | Self::AtMax { .. }
            | Self::NoRoom { .. }
            | Self::CostCeiling { .. }
            | Self::PriceUnknown { .. }
            | Self::LaunchBackoff { .. }
            | Self::LaunchPostponed { .. }
            | Self::LaunchesPerHour { .. }
            | Self::InstallationLaunches { .. }
            | Self::CreateRate
            | Self::SoldOut
            | Self::AccountRefuses { .. } => Change::Adding,
            Self::SignalUnknown { .. }
            | Self::StoreOlder
            | Self::StrayNode { .. }
            | Self::SignalHigh
            | Self::MemberBusy { .. }
            | Self::RemovalUnfinished
            | Self::Window { .. }
            | Self::RemovalBudget { .. }
            | Self::WouldOverload
            | Self::NotFresh
            | Self::ManyLost { .. }
            | Self::MaxUnhealthy { .. }
            | Self::ReplacementFirst { .. }
            | Self::ConfigLeft { .. }
            | Self::SurplusNeeded { .. }
            | Self::FailedMayNotGo { .. }
            | Self::DrainWithoutPermit { .. }
            | Self::PermitNotDrawn { .. } => Change::Removing,
        }
    }

    /// The path of the setting that holds it, where a setting does.
    #[must_use]
    pub const fn setting(&self) -> Option<&'static str> {
        match self {
            Self::StepCut { .. } => Some("largest_step"),
            Self::AtMax { .. } | Self::NoRoom { .. } => Some("size.max"),
            Self::CostCeiling { .. } | Self::PriceUnknown { .. } => Some("cost.per_hour"),
            Self::LaunchesPerHour { .. } | Self::InstallationLaunches { .. } => Some("launch.per_hour"),
            Self::Window { window, .. } => window.setting(),
            Self::RemovalBudget { scope: BudgetScope::Group } => Some("remove.at_most"),
            Self::WouldOverload => Some("thresholds.high"),
            Self::MaxUnhealthy { .. } => Some("replace.max_unhealthy"),
            _ => None,
        }
    }
}

impl Window {
    const fn setting(self) -> Option<&'static str> {
        match self {
            Self::LowFor => Some("remove.low_for"),
            Self::AfterAdd => Some("remove.after_add"),
            Self::Every => Some("remove.every"),
            Self::Other => None,
        }
    }
}
