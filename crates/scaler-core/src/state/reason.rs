//! Reasons that holds, outcomes and views tell: each is a type with its numbers.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::{Discriminant, discriminant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{ActorId, InstanceId, SignalReason};
use crate::state::Refusal;

/// Why an observation is discarded. Two are equal where the reason is the same, whatever was said: that may count seconds or
/// attempts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Discarded {
    /// The listing of instances changed while it was read, page by page.
    ListingChanged,
    /// Something could not be read.
    Unread {
        /// Why, by what cures it.
        refusal: Refusal,
        /// What was attempted, what came back, what to do.
        said: String,
    },
    /// The store belongs to another owner.
    OtherOwner {
        /// The store's.
        store: String,
        /// Ours.
        ours: String,
    },
    /// The store belongs to another account than the credential acts on.
    OtherAccount {
        /// The store's.
        store: String,
        /// The one that the credential acts on.
        shown: String,
    },
    /// Nothing tells on which account the credential acts.
    AccountUntold,
    /// The cloud did not answer in time.
    TimedOut {
        /// The time that it had.
        seconds: u64,
    },
    /// Its nodes were never read, and others had their turn first: the account's rate of lists is shared by all groups.
    NodesWait,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl Discarded {
    const fn reason(&self) -> (Discriminant<Self>, Option<Refusal>) {
        let refusal = match self {
            Self::Unread { refusal, .. } => Some(*refusal),
            _ => None,
        };
        (discriminant(self), refusal)
    }
}

impl PartialEq for Discarded {
    fn eq(&self, other: &Self) -> bool {
        self.reason() == other.reason()
    }
}

impl Eq for Discarded {}

impl Hash for Discarded {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.reason().hash(state);
    }
}

impl fmt::Display for Discarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ListingChanged => f.write_str("the listing of instances changed while it was read"),
            Self::Unread { said, .. } => f.write_str(said),
            Self::OtherOwner { store, ours } => write!(
                f,
                "the store belongs to the owner {store}, not to {ours}: configure the owner {store} or another store, or give \
                 it to {ours} by `autoscale store rebind --owner`"
            ),
            Self::OtherAccount { store, shown } => write!(
                f,
                "the store belongs to the account {store}, and the token is one of {shown}: use a token of {store} or \
                 another store, or give it to {shown} by `autoscale store rebind --account`"
            ),
            Self::AccountUntold => f.write_str(
                "nothing tells the account that the token is of: it may not read it, and no NodeBalancer answers that the \
                 store remembers; give it the scope account:read_only, or see `autoscale store rebind --account`"
            ),
            Self::TimedOut { seconds } => write!(
                f,
                "the cloud did not answer within {seconds} s: see whether its API can be reached from here"
            ),
            Self::NodesWait => f.write_str(
                "its nodes wait for their turn: all groups share the account's rate of lists, and this one is new",
            ),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreFailure {
    /// Somebody else appended.
    Conflict {
        /// What the store said.
        said: String,
    },
    /// A log can't be read, so nobody may act on it: a person must cure it.
    Unreadable {
        /// What is wrong with it.
        said: String,
    },
    /// The store itself failed.
    Broken {
        /// What was attempted, what came back, what to do.
        said: String,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { said } | Self::Unreadable { said } | Self::Broken { said } => f.write_str(said),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// Why the loop of a group does not go on at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stalled {
    /// The store did not do what it was asked.
    Store {
        /// Why.
        why: StoreFailure,
    },
    /// Another actor took the group over.
    Overtaken {
        /// Which one.
        by: ActorId,
    },
    /// Others kept appending to the group's log.
    Busy,
    /// Something else went wrong.
    Failed {
        /// What.
        said: String,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store { why } => fmt::Display::fmt(why, f),
            Self::Overtaken { by } => write!(f, "the group was taken over by actor {by}"),
            Self::Busy => f.write_str("the group's log changed at every attempt"),
            Self::Failed { said } => f.write_str(said),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// What kept a step from being done, or its answer from coming.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepReason {
    /// The cloud said so.
    Said {
        /// What was attempted, what came back, what to do.
        said: String,
    },
    /// No answer came in time.
    TimedOut {
        /// The time that it had.
        seconds: u64,
    },
    /// The scaler was shutting down.
    Stopping,
    /// The account refuses creates, of all groups.
    AccountRefuses {
        /// When it is asked again.
        until: Timestamp,
        /// What it said.
        said: String,
    },
    /// Its permit lapsed before it could be sent.
    PermitLapsed,
    /// No permit was drawn for the removal.
    NoPermit,
    /// The member is protected or on standby.
    Untouchable,
    /// The log does not know the instance as this member's.
    UnknownInstance {
        /// The instance.
        instance: InstanceId,
    },
    /// The instance is not the one that the log means, or not free to go.
    Differs {
        /// The instance.
        instance: InstanceId,
        /// In what.
        how: Difference,
    },
    /// What has the label is not what was asked for.
    LabelHeld {
        /// What has it.
        instance: InstanceId,
        /// The label.
        label: String,
        /// In what it differs.
        how: Difference,
    },
    /// The label of the node is not in our form.
    ForeignNode,
    /// The node has another label by now.
    NodeRelabelled,
    /// An instance has the label of the node, so it is not left over.
    InstanceExists {
        /// The instance.
        instance: InstanceId,
    },
    /// The node is up: something answers at its address.
    NodeServes,
    /// The member is not up and accepting at each of the group's configs.
    NotServing,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl StepReason {
    /// What the cloud said.
    #[must_use]
    pub fn said(said: impl Into<String>) -> Self {
        Self::Said { said: said.into() }
    }
}

/// In what an instance differs from what the log says, or from what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Difference {
    /// It lacks one of our tags.
    Tags,
    /// Its type is another one.
    Type,
    /// It is older than the intent of its create.
    Older,
    /// Its label is another one.
    Label,
    /// It was created at another time.
    Created,
    /// It is locked.
    Locked,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tags => "does not carry our tags",
            Self::Type => "is of another type",
            Self::Older => "is older than the intent",
            Self::Label => "has another label than the log says",
            Self::Created => "was created at another time than the log says",
            Self::Locked => "is locked",
            Self::Other => "differs in a way that this version does not know",
        })
    }
}

impl fmt::Display for StepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said { said } => f.write_str(said),
            Self::TimedOut { seconds } => write!(f, "no answer within {seconds} s"),
            Self::Stopping => f.write_str("the scaler is shutting down"),
            Self::AccountRefuses { until, said } => write!(f, "all groups wait until {until}: {said}"),
            Self::PermitLapsed => f.write_str("its permit lapsed before it could be sent"),
            Self::NoPermit => f.write_str("no permit was drawn for its removal"),
            Self::Untouchable => f.write_str("it is protected or on standby"),
            Self::UnknownInstance { instance } => {
                write!(f, "the log does not know instance {instance} as this member's")
            }
            Self::Differs { instance, how } => write!(f, "instance {instance} {how}: it is left alone"),
            Self::LabelHeld { instance, label, how } => {
                write!(f, "instance {instance} has the label {label} and {how}: it is left alone")
            }
            Self::ForeignNode => f.write_str("its label is not in our form"),
            Self::NodeRelabelled => f.write_str("it has another label by now"),
            Self::InstanceExists { instance } => write!(f, "instance {instance} has its label"),
            Self::NotServing => f.write_str("it does not serve at each of the group's configs"),
            Self::NodeServes => f.write_str("it is up: something answers at its address"),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// Why a desired size is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SizeReason {
    /// Somebody asked for it.
    Asked {
        /// The size asked for.
        desired: u32,
    },
    /// It is what is there, for nothing was decided before.
    Present {
        /// Members that serve or are on their way.
        members: u32,
    },
    /// Policies say high.
    High {
        /// Why they do.
        why: Vec<SignalReason>,
        /// Members that count as evidence.
        counted: u32,
        /// Members to add to them.
        add: u32,
    },
    /// The policies say low.
    Low {
        /// Why they do.
        why: Vec<SignalReason>,
        /// Members that count as evidence.
        counted: u32,
        /// Members to remove.
        remove: u32,
    },
    /// A signal is unknown, and the group asks for so many meanwhile.
    Unknown {
        /// Why it is.
        why: Vec<SignalReason>,
        /// The least size while it is.
        least: u32,
    },
    /// A floor holds.
    Floor {
        /// The least size.
        floor: u32,
        /// When it ends.
        until: Timestamp,
    },
    /// Fewer than `size.min` were wanted.
    Min {
        /// The limit.
        min: u32,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for SizeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { desired } => write!(f, "{desired} asked for"),
            Self::Present { members } => write!(f, "{members} serve or are on their way"),
            Self::High { why, counted, add } => {
                write!(f, "{}: {counted} counted + {add}", SignalReason::list(why))
            }
            Self::Low { why, counted, remove } => {
                write!(f, "{}: {counted} counted − {remove}", SignalReason::list(why))
            }
            Self::Unknown { why, least } => {
                write!(f, "at least {least} while signals are unknown: {}", SignalReason::list(why))
            }
            Self::Floor { floor, until } => write!(f, "a floor of {floor} until {until}"),
            Self::Min { min } => write!(f, "min is {min}"),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// What is wrong with a member, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthReason {
    /// Its launch did not reach service in time.
    LaunchFailed,
    /// It was unhealthy for longer than `replace.after`.
    UnhealthyTooLong,
    /// It is being replaced.
    BeingReplaced,
    /// It recovered, and the launch of its replacement failed.
    Recovered,
    /// Its drain was not seen in time.
    DrainUnseen,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for HealthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LaunchFailed => "its launch did not reach service in time",
            Self::UnhealthyTooLong => "it was unhealthy for too long",
            Self::BeingReplaced => "it is being replaced",
            Self::Recovered => "it recovered, and the launch of its replacement failed",
            Self::DrainUnseen => "its drain was not seen in time",
            Self::Other => "a reason that this version does not know",
        })
    }
}
