//! What a log's entries say.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::{
    ConfigId, DrainWhy, GroupName, InstanceId, InstanceType, Mode, NodeId, Origin, Phase, PolicySignal,
    Position, Signal, Slot, TemplateHash,
};

/// What happened. The tag of each kind is part of the log's format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// An actor took over. The first one of a log fixes the incarnation.
    Began {
        /// Five random letters and digits, made once for a log.
        incarnation: String,
    },
    /// A new desired size.
    Decided {
        /// The size from now on.
        desired: u32,
        /// The size before; none at first and after a pause.
        previous: Option<u32>,
        /// Why, in words.
        reason: String,
        /// What held it back, in words.
        held: Vec<String>,
        /// What each policy said.
        signals: Vec<PolicySignal>,
        /// The load that was known, in thousandths of its unit.
        value_milli: Option<i64>,
        /// The request that it answers.
        asked: Option<Position>,
    },
    /// A removal was drawn from the ration. Stands in the group's log and in the installation's.
    Drawn {
        /// The group.
        group: GroupName,
        /// The member.
        slot: Slot,
        /// An operator allowed it over the ration.
        over: bool,
    },
    /// A step is about to be carried out.
    Intended {
        /// The step.
        #[serde(rename = "intent")]
        step: Step,
    },
    /// A step was carried out, or was not.
    Done {
        /// How it ended.
        outcome: Outcome,
    },
    /// A member's phase changed.
    Seen {
        /// The member.
        slot: Slot,
        /// Its phase from now on.
        phase: Phase,
    },
    /// An instance with our marks that the log did not know is a member from now on.
    Found {
        /// The slot that it gets, or had.
        slot: Slot,
        /// The instance.
        instance: InstanceId,
        /// Its label.
        label: String,
        /// Its type.
        instance_type: InstanceType,
        /// When the cloud says that it was created.
        created: Timestamp,
        /// How it came to us.
        origin: Origin,
        /// Its nodes did not accept when a lost log was rebuilt, so it was draining.
        draining: bool,
    },
    /// The list left it out and it answered 404 by id, for the first time.
    Missing {
        /// The member.
        slot: Slot,
    },
    /// It was only missing for a moment.
    Reappeared {
        /// The member.
        slot: Slot,
    },
    /// It is gone: missing twice, or its deletion was confirmed.
    Gone {
        /// The member.
        slot: Slot,
    },
    /// A member was marked.
    Marked {
        /// The member.
        slot: Slot,
        /// With what.
        mark: Mark,
    },
    /// The group's mode was set.
    ModeSet {
        /// The mode.
        mode: GroupMode,
        /// When it ends by itself.
        until: Option<Timestamp>,
        /// Who set it.
        who: String,
        /// Why.
        why: String,
    },
    /// Somebody asked for a size.
    SizeAsked {
        /// The size.
        desired: u32,
        /// It is a floor until then.
        floor_until: Option<Timestamp>,
        /// Removals for it may go over the ration.
        over_ration: bool,
    },
    /// What the policies say together changed.
    Turned {
        /// What they say from now on.
        signal: Signal,
    },
    /// The operation ended.
    Finished {
        /// How.
        verdict: Verdict,
    },
}

impl Fact {
    /// The tags of all kinds of format 1.
    pub const KINDS: &'static [&'static str] = &[
        "began",
        "decided",
        "drawn",
        "intended",
        "done",
        "seen",
        "found",
        "missing",
        "reappeared",
        "gone",
        "marked",
        "mode_set",
        "size_asked",
        "turned",
        "finished",
    ];
}

/// A mark on a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Its launch failed.
    Failed,
    /// It is being replaced.
    Replacing,
    /// It recovered, and its replacement failed.
    Kept,
    /// Never to be removed.
    Protected,
    /// Protected no more.
    Unprotected,
    /// Not counted, not touched.
    Standby,
    /// In the group's hands again.
    Active,
    /// No member any more, left as it is.
    Released,
    /// Its drain was not seen in time, so its ration lapsed.
    Lapsed,
}

/// What a group's actor may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupMode {
    /// Everything.
    #[default]
    On,
    /// Everything but removing.
    AddOnly,
    /// Decide and show.
    Observe,
    /// Nothing, and no deadline passes.
    Paused,
}

impl fmt::Display for GroupMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "on",
            Self::AddOnly => "add_only",
            Self::Observe => "observe",
            Self::Paused => "paused",
        })
    }
}

/// Something to be done: one or two calls of the API.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Create an instance.
    Create {
        /// For this slot.
        slot: Slot,
        /// With this label, which exists once on the account.
        label: String,
        /// Of this type.
        instance_type: InstanceType,
        /// From this template.
        template: TemplateHash,
        /// The same create was intended before: look it up first.
        again: bool,
    },
    /// Look up a create without an answer that is not needed any more: forget it where it does not exist.
    LookUp {
        /// For this slot.
        slot: Slot,
        /// The label that it would have.
        label: String,
        /// The type that it would have.
        instance_type: InstanceType,
        /// Its launch has failed by its deadline, rather than that fewer are wanted.
        overdue: bool,
    },
    /// Register a member at a config.
    Register {
        /// The member.
        slot: Slot,
        /// The config.
        config: ConfigId,
        /// Its instance.
        instance: InstanceId,
        /// Its address without the port.
        address: String,
        /// The label of the node.
        label: String,
    },
    /// Ask a member's node for a mode.
    SetMode {
        /// The member.
        slot: Slot,
        /// The config.
        config: ConfigId,
        /// The node.
        node: NodeId,
        /// The mode.
        mode: Mode,
        /// Why it drains, where it does.
        why: Option<DrainWhy>,
    },
    /// Remove a member's node. The first one is the point of no return.
    Deregister {
        /// The member.
        slot: Slot,
        /// The config.
        config: ConfigId,
        /// The node.
        node: NodeId,
        /// Its instance, read again before.
        instance: InstanceId,
    },
    /// Delete a member's instance.
    Delete {
        /// The member.
        slot: Slot,
        /// Its instance, read again before.
        instance: InstanceId,
    },
    /// Remove a node in our form whose instance is gone.
    Sweep {
        /// The config.
        config: ConfigId,
        /// The node.
        node: NodeId,
        /// Its label.
        label: String,
    },
}

impl Step {
    /// The member that it concerns; none where that is gone.
    #[must_use]
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::Create { slot, .. }
            | Self::LookUp { slot, .. }
            | Self::Register { slot, .. }
            | Self::SetMode { slot, .. }
            | Self::Deregister { slot, .. }
            | Self::Delete { slot, .. } => Some(*slot),
            Self::Sweep { .. } => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { label, instance_type, again: false, .. } => {
                write!(f, "create {label} ({instance_type})")
            }
            Self::Create { label, instance_type, .. } => {
                write!(f, "look {label} up, and create it ({instance_type}) if it does not exist")
            }
            Self::LookUp { label, .. } => write!(f, "look {label} up, and forget it if it does not exist"),
            Self::Register { label, config, address, .. } => {
                write!(f, "register {label} ({address}) at config {config}")
            }
            Self::SetMode { slot, config, mode, why, .. } => {
                let verb = match mode {
                    Mode::Accept => "let member",
                    Mode::Drain => "drain member",
                    Mode::Reject => "have member",
                    Mode::Other => "set member",
                };
                write!(f, "{verb} {slot}")?;
                match mode {
                    Mode::Accept => f.write_str(" accept again")?,
                    Mode::Reject => f.write_str(" reject")?,
                    Mode::Drain | Mode::Other => {}
                }
                write!(f, " at config {config}")?;
                match why {
                    Some(DrainWhy::Surplus) => f.write_str(" (surplus)"),
                    Some(DrainWhy::Replaced) => f.write_str(" (being replaced)"),
                    Some(DrainWhy::FailedLaunch) => f.write_str(" (its launch failed)"),
                    None => Ok(()),
                }
            }
            Self::Deregister { slot, config, node, .. } => {
                write!(f, "deregister member {slot} (node {node}) from config {config}")
            }
            Self::Delete { slot, instance } => write!(f, "delete member {slot} (instance {instance})"),
            Self::Sweep { config, node, label } => {
                write!(f, "remove node {node} ({label}), whose instance is gone, from config {config}")
            }
        }
    }
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// An instance was created, or found to have been.
    Created {
        /// The instance.
        instance: InstanceId,
        /// When the cloud says that it was created.
        created: Timestamp,
    },
    /// A node was created, or found to have been.
    Registered {
        /// The node.
        node: NodeId,
    },
    /// It is done, or was before.
    Ok,
    /// No answer that tells: it may have happened.
    Unanswered {
        /// What came back.
        why: String,
    },
    /// It did not happen.
    Refused {
        /// Of which kind.
        refusal: Refusal,
        /// What came back.
        why: String,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created { instance, .. } => write!(f, "created as instance {instance}"),
            Self::Registered { node } => write!(f, "registered as node {node}"),
            Self::Ok => f.write_str("done"),
            Self::Unanswered { why } => write!(f, "no answer, it may have happened: {why}"),
            Self::Refused { why, .. } => write!(f, "did not happen: {why}"),
        }
    }
}

/// Why a step did not happen, by what cures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// Time: busy, rate limited, out of order.
    Transient,
    /// Another type.
    SoldOut,
    /// A person: a limit of the account, its standing, the token.
    Account,
    /// A person: this request will never be accepted (a bad image, a wrong region).
    Request,
    /// The instance is locked, protected, or not the one that the log means.
    Guarded,
    /// It was never sent: the actor was overtaken or stopped, or another outcome made it moot.
    NotSent,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The desired size is in service.
    Reached,
    /// A person must cure it.
    Failed(String),
}
