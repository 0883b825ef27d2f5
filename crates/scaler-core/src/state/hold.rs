//! Why something is not done: each reason is a type.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Amount, Price, SignalReason};
use crate::state::{Discarded, GroupMode, Refusal, StoreFailure};

/// One reason why something is not done, with its numbers. Two are equal where the same is held for the same reason, however
/// much time has passed between them.
///
/// It is written as `{"kind": …, …, "text": …}`: `kind` is [`Hold::kind`], `text` the sentence for people.
///
/// ```
/// use scaler_core::state::{Change, Hold};
///
/// let hold = Hold::AtMax { wanted: 9, max: 6 };
/// assert_eq!((hold.kind(), hold.what()), ("at_max", Change::Adding));
/// assert_eq!(hold.to_string(), "9 are wanted, size.max is 6");
/// let json = serde_json::to_string(&hold)?;
/// assert_eq!(json, r#"{"kind":"at_max","wanted":9,"max":6,"text":"9 are wanted, size.max is 6"}"#);
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
    /// A log that has just begun can't say how many there are: nodes of the group have no instance in the listing.
    NodesWithoutInstances {
        /// Such nodes.
        nodes: u32,
        /// The label of one.
        example: String,
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
        setting: Window,
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
    /// The nodes were not read for this turn.
    NodesNotFresh,
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
        /// The setting.
        setting: Amount,
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
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
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
#[non_exhaustive]
pub enum Window {
    /// How long the signal must have been low.
    #[serde(rename = "remove.low_for")]
    LowFor,
    /// How long ago the last entry into service must be.
    #[serde(rename = "remove.after_add")]
    AfterAdd,
    /// How long ago the last removal must be.
    #[serde(rename = "remove.every")]
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
            Self::NodesWithoutInstances { .. } => "nodes_without_instances",
            Self::Mode { .. } => "mode",
            Self::Undecided => "undecided",
            Self::StepCut { .. } => "step_cut",
            Self::AtMax { .. } => "at_max",
            Self::NoRoom { .. } => "no_room",
            Self::CostCeiling { .. } => "cost_ceiling",
            Self::LaunchBackoff { .. } => "launch_backoff",
            Self::LaunchPostponed { .. } => "launch_postponed",
            Self::SoldOut => "sold_out",
            Self::AccountRefuses { .. } => "account_refuses",
            Self::SignalUnknown { .. } => "signal_unknown",
            Self::SignalHigh => "signal_high",
            Self::MemberBusy { .. } => "member_busy",
            Self::RemovalUnfinished => "removal_unfinished",
            Self::Window { .. } => "window",
            Self::RemovalBudget { .. } => "removal_budget",
            Self::WouldOverload => "would_overload",
            Self::NodesNotFresh => "nodes_not_fresh",
            Self::ManyLost { .. } => "many_lost",
            Self::MaxUnhealthy { .. } => "max_unhealthy",
            Self::ReplacementFirst { .. } => "replacement_first",
            Self::SurplusNeeded { .. } => "surplus_needed",
            Self::FailedMayNotGo { .. } => "failed_may_not_go",
            Self::DrainWithoutPermit { .. } => "drain_without_permit",
            Self::PermitNotDrawn { .. } => "permit_not_drawn",
            Self::Other => "other",
        }
    }

    /// What it keeps from being done.
    #[must_use]
    pub const fn what(&self) -> Change {
        match self {
            Self::ObservationDiscarded { .. }
            | Self::ManyMissing { .. }
            | Self::NodesWithoutInstances { .. }
            | Self::Undecided
            | Self::Other => Change::Any,
            Self::Mode { what, .. } => *what,
            Self::StepCut { .. }
            | Self::AtMax { .. }
            | Self::NoRoom { .. }
            | Self::CostCeiling { .. }
            | Self::LaunchBackoff { .. }
            | Self::LaunchPostponed { .. }
            | Self::SoldOut
            | Self::AccountRefuses { .. } => Change::Adding,
            Self::SignalUnknown { .. }
            | Self::SignalHigh
            | Self::MemberBusy { .. }
            | Self::RemovalUnfinished
            | Self::Window { .. }
            | Self::RemovalBudget { .. }
            | Self::WouldOverload
            | Self::NodesNotFresh
            | Self::ManyLost { .. }
            | Self::MaxUnhealthy { .. }
            | Self::ReplacementFirst { .. }
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
            Self::CostCeiling { .. } => Some("cost.per_hour"),
            Self::Window { setting, .. } => Some(setting.path()),
            Self::RemovalBudget { scope: BudgetScope::Group } => Some("remove.at_most"),
            Self::WouldOverload => Some("thresholds.high"),
            Self::MaxUnhealthy { .. } => Some("replace.max_unhealthy"),
            _ => None,
        }
    }
}

impl Window {
    /// Its path in the configuration.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::LowFor => "remove.low_for",
            Self::AfterAdd => "remove.after_add",
            Self::Every => "remove.every",
            Self::Other => "a setting",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Adding => "adding",
            Self::Removing => "removing",
            Self::Any => "any change",
        })
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObservationDiscarded { why } => write!(f, "the cloud could not be read completely: {why}"),
            Self::ManyMissing { missing, known } => write!(
                f,
                "{missing} of {known} instances are missing at once: nothing is done until each has answered 404 twice"
            ),
            Self::NodesWithoutInstances { nodes, example } => write!(
                f,
                "{nodes} nodes of this group have no instance in the listing ({example}, for example): waiting for another listing"
            ),
            Self::Mode { mode, .. } => write!(f, "the mode is {mode}"),
            Self::Undecided => f.write_str("no desired size has been decided yet"),
            Self::StepCut { step, largest } => {
                write!(f, "a step of {step} is cut to {largest}, the largest allowed")
            }
            Self::AtMax { wanted, max } => write!(f, "{wanted} are wanted, size.max is {max}"),
            Self::NoRoom { lack, may_exist, limit } => {
                write!(f, "{lack} more are wanted, but {may_exist} of the {limit} allowed may exist already")
            }
            Self::CostCeiling { wanted, ceiling } => {
                write!(f, "{wanted} members would cost more than cost.per_hour, {ceiling}")
            }
            Self::LaunchBackoff { failures, until } => {
                write!(f, "{failures} launches in a row failed: the next one begins at {}", second(*until))
            }
            Self::LaunchPostponed { refusal, until } => {
                let what = match refusal {
                    Refusal::RateLimited => "the cloud limits the rate of requests",
                    Refusal::NotSent => "the last create could not be sent",
                    _ => "the last create was refused",
                };
                write!(f, "{what}: the next one begins at {}", second(*until))
            }
            Self::SoldOut => {
                f.write_str("every type of the template is sold out: each is tried again after 10 min")
            }
            Self::AccountRefuses { until, said } => {
                write!(f, "the account refuses creates; all groups wait until {}: {said}", second(*until))
            }
            Self::SignalUnknown { why } => write!(f, "a signal is unknown: {}", SignalReason::list(why)),
            Self::SignalHigh => f.write_str("a signal is high"),
            Self::MemberBusy { member, busy } => {
                let what = match busy {
                    Busy::Leaving => "is being removed",
                    Busy::Missing => "is missing",
                    Busy::OnItsWay => "is on its way into service",
                    Busy::Warming => "is warming up",
                    Busy::Unhealthy => "is unhealthy",
                    Busy::BeingReplaced => "is being replaced",
                    Busy::Other => "is not at rest",
                };
                write!(f, "{member} {what}")
            }
            Self::RemovalUnfinished => f.write_str("the previous removal is not finished"),
            Self::Window { setting, until } => {
                let what = match setting {
                    Window::LowFor => "the signal has not been low for long enough",
                    Window::AfterAdd => "a member entered service recently",
                    Window::Every => "a member was removed recently",
                    Window::Other => "a window has not passed",
                };
                write!(f, "{what}: waiting until {} ({})", second(*until), setting.path())
            }
            Self::RemovalBudget { scope: BudgetScope::Group } => {
                f.write_str("the group's removal budget is used up (remove.at_most per remove.every)")
            }
            Self::RemovalBudget { scope: BudgetScope::Installation } => {
                f.write_str("the installation's removal budget is used up")
            }
            Self::WouldOverload => {
                f.write_str("with fewer members the load would exceed nine tenths of thresholds.high")
            }
            Self::NodesNotFresh => f.write_str("the nodes were not read for this turn"),
            Self::ManyLost { until } => {
                write!(f, "many instances were lost at once: waiting until {}", second(*until))
            }
            Self::MaxUnhealthy { unhealthy, limit, setting } => write!(
                f,
                "{unhealthy} members are unhealthy, more than {limit} (replace.max_unhealthy {setting}): \
                 they go when replacements have warmed up"
            ),
            Self::ReplacementFirst { member, needed, serving, warmed } => {
                let (what, so_far) =
                    if *warmed { ("have warmed up", "have") } else { ("are in service", "are") };
                write!(f, "{member} goes when {needed} others {what}; {serving} {so_far}")
            }
            Self::SurplusNeeded { kept, surplus } => write!(
                f,
                "{kept} of {surplus} surplus members can't go yet: they are needed until more serve, or may not be removed"
            ),
            Self::FailedMayNotGo { member } => {
                write!(f, "the launch of {member} failed, and it may not be removed")
            }
            Self::DrainWithoutPermit { member } => {
                write!(f, "{member} was draining when the log was lost, and the removal budget is used up")
            }
            Self::PermitNotDrawn { why } => write!(f, "no permit for a removal could be drawn: {why}"),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

fn second(at: Timestamp) -> impl fmt::Display {
    at.strftime("%H:%M:%SZ")
}

impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The hold's own fields, without its text.
        struct Fields<'a>(&'a Hold);

        impl Serialize for Fields<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Hold::serialize(self.0, serializer)
            }
        }

        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(flatten)]
            fields: Fields<'a>,
            text: String,
        }

        Told { fields: Fields(self), text: self.to_string() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}
