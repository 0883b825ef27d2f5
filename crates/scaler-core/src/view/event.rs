//! What happens, as typed events that a caller may print, log or ignore.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{GroupName, Position, StepId, printable};
use crate::reconcile::Wait;
use crate::state::{Cause, Entry, Fact, GroupState, Hold, Mark, Outcome, Stalled, Step};
use crate::view::Shown;

/// Something happened to a group. Its Display is what a person would say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// To which group.
    pub group: GroupName,
    /// The generation of its desired size.
    pub generation: u64,
    /// The operation that it belongs to; 0 before the first.
    pub operation: Position,
    /// The place in the group's log; none where it is not in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Why, where the log says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Shown<Cause>>,
    /// The label of the member that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The number of the step that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_id: Option<StepId>,
    /// The step that ended, for an outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Shown<Step>>,
    /// What.
    pub what: What,
}

/// What happened: in the log or not, so programs may match on both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum What {
    /// Something that the log tells.
    Logged(Fact),
    /// Something of the moment, which the log does not keep.
    Now(Moment),
}

/// Something of the moment, which the log does not keep. Told when it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moment {
    /// What is being waited for.
    Waiting {
        /// For what, each until when.
        waits: Vec<Wait>,
    },
    /// What is held back, and why; nothing any more where empty.
    Held {
        /// The reasons.
        holds: Vec<Hold>,
    },
    /// The loop could not go on and will try again.
    Trouble {
        /// What went wrong.
        why: Stalled,
    },
    /// Something that this version does not know; a fact of the log as well.
    #[serde(other)]
    Other,
}

impl Event {
    /// What `entry` tells, given the state before it was folded.
    pub(crate) fn logged(group: &GroupName, entry: &Entry, before: &GroupState) -> Self {
        let draft = &entry.draft;
        let step = match &draft.fact {
            Fact::Done { .. } => draft.step.and_then(|id| before.open.get(&id).cloned()),
            _ => None,
        };
        let slot = match &draft.fact {
            Fact::PermitDrawn { slot, .. }
            | Fact::Seen { slot, .. }
            | Fact::Found { slot, .. }
            | Fact::Missing { slot }
            | Fact::Reappeared { slot }
            | Fact::NodeSeen { slot, .. }
            | Fact::Gone { slot }
            | Fact::Marked { slot, .. } => Some(*slot),
            Fact::Intended { step } => step.slot(),
            Fact::Done { .. } => step.as_ref().and_then(Step::slot),
            _ => None,
        };
        let label = slot.map(|slot| match (before.members.get(&slot), &draft.fact) {
            (Some(member), _) => member.label.clone(),
            (None, Fact::Found { label, .. } | Fact::Intended { step: Step::Create { label, .. } }) => {
                label.clone()
            }
            (None, _) => group.label(&before.incarnation, slot),
        });
        Self {
            at: draft.at,
            group: group.clone(),
            generation: draft.generation,
            operation: draft.operation,
            position: Some(entry.position),
            cause: Some(draft.cause.clone().into()),
            label,
            step_id: draft.step,
            step: step.map(Shown::Known),
            what: What::Logged(draft.fact.clone()),
        }
    }

    /// Something of the moment.
    pub(crate) fn now(group: &GroupName, state: &GroupState, at: Timestamp, moment: Moment) -> Self {
        Self {
            at,
            group: group.clone(),
            generation: state.generation,
            operation: state.operation.as_ref().map_or(Position::START, |operation| operation.id),
            position: None,
            cause: None,
            label: None,
            step_id: None,
            step: None,
            what: What::Now(moment),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.group)?;
        match &self.what {
            What::Logged(fact) => self.tell(fact, f),
            What::Now(moment) => moment.fmt(f),
        }
    }
}

impl Event {
    fn tell(&self, fact: &Fact, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.label.as_deref().unwrap_or("a member");
        match fact {
            Fact::Began { .. } => f.write_str("an actor took over"),
            Fact::ClockSet { by } => write!(
                f,
                "the clock was set by {by} s: no deadline passes for a while, and what had begun takes its full time"
            ),
            Fact::Decided { desired, previous, reason, holds, .. } => {
                match previous {
                    Some(previous) if previous != desired => {
                        write!(f, "desired size {previous} → {desired} (generation {})", self.generation)?;
                    }
                    _ => write!(f, "desired size {desired} (generation {})", self.generation)?,
                }
                if let Some(reason) = reason {
                    write!(f, ": {reason}")?;
                }
                holds.iter().try_for_each(|hold| write!(f, "; held back: {hold}"))
            }
            Fact::PermitDrawn { over: false, .. } => {
                write!(f, "a permit to remove was drawn for {label}")
            }
            Fact::PermitDrawn { .. } => {
                write!(f, "a removal over the removal budget was allowed for {label}")
            }
            Fact::PermitReturned { .. } => {
                write!(f, "the permit to remove {label} was not used and went back")
            }
            Fact::StoreOlder { incarnation } => write!(
                f,
                "the store is older than the group's members: nothing is removed until a size or a mode is set; \
                 new members are labelled with {incarnation}"
            ),
            Fact::Intended { step } => {
                write!(f, "{step}")?;
                self.cause.as_ref().map_or(Ok(()), |cause| write!(f, " — {cause}"))
            }
            Fact::Done { outcome } => match &self.step {
                Some(step) => write!(f, "{step}: {outcome}"),
                None => write!(f, "{outcome}"),
            },
            Fact::Seen { phase, .. } => write!(f, "{label} is {phase}"),
            Fact::Found { instance, draining, .. } => {
                write!(f, "found {label} (instance {instance}), which the log did not know")?;
                if *draining { f.write_str("; it was draining") } else { Ok(()) }
            }
            Fact::Missing { .. } => write!(f, "{label} is missing"),
            Fact::Reappeared { .. } => write!(f, "{label} is there again"),
            Fact::NodeSeen { config, node: Some(node), .. } => {
                write!(f, "{label} has node {node} at config {config}")
            }
            Fact::NodeSeen { config, .. } => write!(f, "{label} has no node at config {config} any more"),
            Fact::Gone { .. } => write!(f, "{label} is gone"),
            Fact::Marked { mark, .. } => match mark {
                Mark::Failed => write!(f, "the launch of {label} failed"),
                Mark::Replacing => write!(f, "{label} is being replaced"),
                Mark::Kept => write!(f, "{label} is kept after all"),
                Mark::Protected => write!(f, "{label} is protected"),
                Mark::Unprotected => write!(f, "{label} is no longer protected"),
                Mark::Standby => write!(f, "{label} is on standby"),
                Mark::Active => write!(f, "{label} comes back from standby"),
                Mark::Released => write!(f, "{label} was released"),
                Mark::Untagged => write!(f, "{label} lost its tags"),
                Mark::Tagged => write!(f, "{label} has its tags again"),
                Mark::Lapsed => write!(f, "the drain of {label} was not seen in time and lapsed"),
            },
            Fact::ModeSet { mode, until, who, why } => {
                write!(f, "{} set mode {mode}", printable(who))?;
                if let Some(until) = until {
                    write!(f, " until {}", second(*until))?;
                }
                if why.is_empty() { Ok(()) } else { write!(f, ": {}", printable(why)) }
            }
            Fact::SizeAsked { desired, floor_until, over_budget } => {
                write!(f, "size {desired} was asked for")?;
                if let Some(until) = floor_until {
                    write!(f, ", as a floor until {}", second(*until))?;
                }
                if *over_budget {
                    f.write_str(", over the removal budget if need be")?;
                }
                self.cause.as_ref().map_or(Ok(()), |cause| write!(f, " — {cause}"))
            }
            Fact::SignalChanged { signal, .. } => write!(f, "the signals are {signal}"),
            Fact::Belongs { to } => write!(f, "the store belongs to the owner {}", to.owner),
            Fact::Finished { outcome } => match outcome {
                Outcome::Failed { why } => {
                    write!(f, "generation {} can't be reached: {why}", self.generation)
                }
                outcome => write!(f, "generation {} is {outcome}", self.generation),
            },
        }
    }
}

/// A time as a person would say it, UTC.
fn second(at: Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%d %H:%M:%SZ")
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, items: &mut dyn Iterator<Item = String>| {
            f.write_str(&items.collect::<Vec<_>>().join("; "))
        };
        match self {
            Self::Waiting { waits } if waits.is_empty() => f.write_str("waiting for nothing"),
            Self::Waiting { waits } => {
                f.write_str("waiting for ")?;
                list(
                    f,
                    &mut waits
                        .iter()
                        .map(|wait| format!("{wait} until {}", wait.until.strftime("%H:%M:%SZ"))),
                )
            }
            Self::Held { holds } if holds.is_empty() => f.write_str("nothing is held back any more"),
            Self::Held { holds } => {
                f.write_str("held back: ")?;
                list(f, &mut holds.iter().map(ToString::to_string))
            }
            Self::Trouble { why } => write!(f, "trying again: {why}"),
            Self::Other => f.write_str("something that this version does not know"),
        }
    }
}
