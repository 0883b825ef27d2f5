//! What is to be done, and how it ended.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{ConfigId, DrainWhy, InstanceId, InstanceType, Mode, NodeId, Slot, TemplateHash};
use crate::state::{Refusal, StepReason};

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
    },
    /// Look up a create without an answer.
    LookUp {
        /// For this slot.
        slot: Slot,
        /// The label that it would have.
        label: String,
        /// The type that it would have.
        instance_type: InstanceType,
        /// Its time is over: where it does not exist, its launch has failed, and its slot is closed.
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
    /// ScaleRequest a member's node for a mode.
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
    /// Remove a member's node. The first one is the point of no return, unless the member stays.
    Deregister {
        /// The member.
        slot: Slot,
        /// The config.
        config: ConfigId,
        /// The node.
        node: NodeId,
        /// Its instance, read again before.
        instance: InstanceId,
        /// The group left the config, and the member serves at the group's configs and stays.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stays: bool,
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
        /// The member at whose address it is, beside that member's own node: it goes though it is up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<Slot>,
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
            Self::Create { label, instance_type, .. } => write!(f, "create {label} ({instance_type})"),
            Self::LookUp { label, overdue: false, .. } => {
                write!(f, "look {label} up: its create had no answer")
            }
            Self::LookUp { label, .. } => write!(f, "look {label} up, and give it up if it does not exist"),
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
                    Some(DrainWhy::Moved) => f.write_str(", which the group left"),
                    None => Ok(()),
                }
            }
            Self::Deregister { slot, config, node, stays, .. } => {
                write!(f, "deregister member {slot} (node {node}) from config {config}")?;
                if *stays { f.write_str(", which the group left") } else { Ok(()) }
            }
            Self::Delete { slot, instance } => write!(f, "delete member {slot} (instance {instance})"),
            Self::Sweep { config, node, label, beside } => {
                write!(f, "remove node {node} ({label}), whose instance is gone, from config {config}")?;
                beside.map_or(Ok(()), |slot| write!(f, ": it is at the address of member {slot}"))
            }
        }
    }
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepOutcome {
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
        /// Why.
        why: StepReason,
    },
    /// It did not happen.
    Refused {
        /// Of which kind.
        refusal: Refusal,
        /// Why.
        why: StepReason,
        /// It is not to be sent again before, where that was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
    },
}

impl fmt::Display for StepOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created { instance, .. } => write!(f, "created as instance {instance}"),
            Self::Registered { node } => write!(f, "registered as node {node}"),
            Self::Ok => f.write_str("done"),
            Self::Unanswered { why } => write!(f, "it may have happened: {why}"),
            Self::Refused { why, .. } => write!(f, "did not happen: {why}"),
        }
    }
}
