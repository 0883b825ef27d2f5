//! What a log's entries say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    ConfigId, GroupName, Installation, InstanceId, InstanceType, NodeId, Origin, Phase, PolicySignal,
    Position, Signal, Slot,
};
use crate::state::{GroupMode, Hold, Outcome, SizeReason, Step, StepOutcome};

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
    /// The wall clock was set while the actor ran: it counts as one that has just begun, and deadlines and windows that had begun
    /// take no less time for it.
    ClockSet {
        /// By so many seconds, forward or back.
        by: i64,
    },
    /// A new desired size.
    Decided {
        /// The size from now on.
        desired: u32,
        /// The size before; none at first.
        previous: Option<u32>,
        /// Why it is this size.
        reason: Option<SizeReason>,
        /// What held it back.
        holds: Vec<Hold>,
        /// What each policy said.
        signals: Vec<PolicySignal>,
        /// The load that was known, in thousandths of its unit.
        value_milli: Option<i64>,
        /// The request that it answers.
        asked: Option<Position>,
    },
    /// A removal was drawn from the removal budget. Stands in the group's log and in the installation's.
    PermitDrawn {
        /// The group.
        group: GroupName,
        /// The member.
        slot: Slot,
        /// An operator allowed it over the removal budget.
        over: bool,
    },
    /// A permit goes back: nothing that it allowed was sent, or all of it was refused. Stands in both logs, as the draw does.
    PermitReturned {
        /// The group.
        group: GroupName,
        /// The member.
        slot: Slot,
    },
    /// The group has members that the log never heard of, with labels that only it can have given: the store was restored
    /// from a backup.
    StoreOlder {
        /// The incarnation from now on, so that no label is used twice.
        incarnation: String,
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
        outcome: StepOutcome,
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
    /// A member's node at a config is another one than the log says, or is not there any more.
    NodeSeen {
        /// The member.
        slot: Slot,
        /// The config.
        config: ConfigId,
        /// The node; none where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
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
        /// Removals for it may go over the removal budget.
        over_budget: bool,
    },
    /// What the policies say together changed.
    SignalChanged {
        /// What they say from now on.
        signal: Signal,
        /// Since when, where they were only unknown for a moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// Whose the store is, and on which account it acts. Stands in the installation's log.
    Belongs {
        /// The installation.
        #[serde(flatten)]
        to: Installation,
    },
    /// The operation ended.
    Finished {
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
    },
}

impl Fact {
    /// The tags of all kinds of format 1.
    pub const KINDS: &'static [&'static str] = &[
        "began",
        "clock_set",
        "decided",
        "permit_drawn",
        "permit_returned",
        "store_older",
        "intended",
        "done",
        "seen",
        "found",
        "missing",
        "reappeared",
        "node_seen",
        "gone",
        "marked",
        "mode_set",
        "size_asked",
        "signal_changed",
        "belongs",
        "finished",
    ];
}

/// A mark on a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// Its launch failed.
    Failed,
    /// It is being replaced.
    Replacing,
    /// It recovered, and its replacement failed.
    Kept,
    /// Its instance exists and has lost our tags: it counts, and is not touched.
    Untagged,
    /// Its tags are back.
    Tagged,
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
    /// Its drain was not seen in time, so its permit lapsed.
    Lapsed,
}
