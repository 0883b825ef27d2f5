//! What people read of a hold.

use std::fmt;

use jiff::Timestamp;

use crate::model::SignalReason;
use crate::state::{BudgetScope, Busy, Change, Discarded, Hold, Refusal, Window};

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
            Self::ObservationDiscarded {
                why:
                    why @ (Discarded::OtherOwner { .. }
                    | Discarded::OtherAccount { .. }
                    | Discarded::AccountUntold),
            } => why.fmt(f),
            Self::ObservationDiscarded { why } => write!(f, "the cloud could not be read completely: {why}"),
            Self::ManyMissing { missing, known } => write!(
                f,
                "{missing} of {known} instances are missing at once: nothing is done until each has answered 404 twice"
            ),
            Self::ManyUntagged { untagged, known } => write!(
                f,
                "{untagged} of {known} instances have lost their tags at once (was `owner` changed?): nothing is done until \
                 the tags are back, or the members are released"
            ),
            Self::Untagged { member } => write!(
                f,
                "{member} exists and has lost its tags: it counts and is left alone until the tags are back, or it is released"
            ),
            Self::NothingListed { nodes, example } => write!(
                f,
                "{nodes} nodes of this group are up ({example}, for example), and the listing shows no instance: \
                 see whether the token may read the account's Linodes and whether `owner` was changed; \
                 remove the nodes only if they serve nobody"
            ),
            Self::StrayNode { node } => write!(
                f,
                "the node {node} is up, and no instance of this group has its label: remove the node, or adopt its instance"
            ),
            Self::StoreOlder => f.write_str(
                "the store is older than the group's members, as after a restored backup: set a size or a mode to go on"
            ),
            Self::LaunchesPerHour { per_hour, until } => write!(
                f,
                "{per_hour} creates were sent within an hour (launch.per_hour): the next one begins at {}",
                second(*until)
            ),
            Self::InstallationLaunches { per_hour, until } => write!(
                f,
                "{per_hour} creates of all groups were sent within an hour (launch.per_hour of the installation): the next one \
                 begins at {}",
                second(*until)
            ),
            Self::NodesWithoutInstances { nodes, example } => write!(
                f,
                "{nodes} nodes of this group have no instance in the listing ({example}, for example): waiting for another listing"
            ),
            Self::JustBegan { until } => write!(
                f,
                "the scaler has only begun to look at this group: no deadline passes before {}",
                second(*until)
            ),
            Self::Mode { mode, .. } => write!(f, "the mode is {mode}"),
            Self::Undecided => f.write_str("no desired size has been decided yet"),
            Self::StepCut { step, largest } => {
                write!(f, "a step of {step} is cut to {largest} (largest_step)")
            }
            Self::AtMax { wanted, max } => write!(f, "{wanted} are wanted, size.max is {max}"),
            Self::NoRoom { lack, may_exist, limit } => {
                write!(f, "{lack} more are wanted, but {may_exist} of the {limit} allowed may exist already")
            }
            Self::CostCeiling { wanted, ceiling } => {
                write!(f, "{wanted} members would cost more than cost.per_hour, {ceiling}")
            }
            Self::PriceUnknown { wanted, instance_type } => write!(
                f,
                "{wanted} are wanted, but the price of {instance_type} is not known and cost.per_hour is set"
            ),
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
            Self::CreateRate => f.write_str(
                "the account's rate of creates is used up for the moment: the others are sent as it allows"
            ),
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
            Self::Window { window, until } => {
                let what = match window {
                    Window::LowFor => "the signal has not been low for long enough",
                    Window::AfterAdd => "a member entered service recently",
                    Window::Every => "a member was removed recently",
                    Window::Other => "a window has not passed",
                };
                write!(f, "{what}: waiting until {}", second(*until))?;
                window.setting().map_or(Ok(()), |setting| write!(f, " ({setting})"))
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
            Self::NotFresh => f.write_str("the instances or the nodes were read too long ago"),
            Self::ManyLost { until } => {
                write!(f, "many instances were lost at once: waiting until {}", second(*until))
            }
            Self::MaxUnhealthy { unhealthy, limit, allowed } => write!(
                f,
                "{unhealthy} members are unhealthy, more than {limit} (replace.max_unhealthy {allowed}): \
                 they go when replacements have warmed up"
            ),
            Self::ReplacementFirst { member, needed, serving, warmed } => {
                let (what, so_far) =
                    if *warmed { ("have warmed up", "have") } else { ("are in service", "are") };
                write!(f, "{member} goes when {needed} others {what}; {serving} {so_far}")
            }
            Self::ConfigLeft { config, needed, serving } => write!(
                f,
                "the group left config {config}: members are drained there when {needed} serve at its configs; {serving} do"
            ),
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
            Self::Other { text } if text.is_empty() => {
                f.write_str("a reason that this version does not know")
            }
            Self::Other { text } => f.write_str(text),
        }
    }
}

fn second(at: Timestamp) -> impl fmt::Display {
    at.strftime("%H:%M:%SZ")
}
