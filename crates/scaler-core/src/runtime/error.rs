//! Why a call of an embedding program failed.

use std::fmt;

use crate::model::{ActorId, ConfigId, GroupName, InstanceId};
use crate::ports::{Failure, StoreError, chain};
use crate::state::{Discarded, GroupMode, Stalled, StoreFailure};

/// A call did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such group.
    #[error("there is no group {group:?}; the configured ones are: {known}")]
    UnknownGroup {
        /// What was asked for.
        group: String,
        /// Those that exist, separated by commas.
        known: String,
    },
    /// The store failed, or a log can't be read.
    #[error("the store did not do what {} asked of it", asker(group.as_ref()))]
    Store {
        /// The group; none where it was asked for all of them.
        group: Option<GroupName>,
        /// What it said.
        source: StoreError,
    },
    /// Another actor took the group over: this one can append nothing more.
    #[error("group {group} was taken over by actor {by}: ask the process that runs it")]
    Overtaken {
        /// The group.
        group: GroupName,
        /// Who took over.
        by: ActorId,
    },
    /// The caller decided upon a generation that is no longer the current one.
    #[error("group {group} is at generation {current}, not {asked}: look at it again before asking")]
    Generation {
        /// The group.
        group: GroupName,
        /// What the caller thought.
        asked: u64,
        /// What it is.
        current: u64,
    },
    /// The group's mode does not let anything be carried out.
    #[error("group {group} is in mode {mode}, so nothing would be carried out: set its mode to on first")]
    Asleep {
        /// The group.
        group: GroupName,
        /// Its mode.
        mode: GroupMode,
    },
    /// The instance is not a member.
    #[error(
        "instance {instance} is not a member of group {group}: `status` lists the members, `adopt` makes it one"
    )]
    NoMember {
        /// The group.
        group: GroupName,
        /// The instance.
        instance: InstanceId,
    },
    /// What was asked can't be done as things are.
    #[error("{} group {group} was refused: {why}; {}", .why.asked(), .why.fix())]
    Refused {
        /// The group.
        group: GroupName,
        /// What can't be done, and why.
        why: CallRefusal,
    },
    /// The store is not ours, or the account is not known to be the store's.
    #[error("{why}")]
    Unverified {
        /// What is wrong.
        why: Discarded,
    },
    /// The cloud did not do what it was asked.
    #[error("{attempted} did not work")]
    Cloud {
        /// What was attempted.
        attempted: String,
        /// What came back.
        source: Failure,
    },
    /// The scaler is shutting down.
    #[error("the scaler is shutting down: ask again once it runs")]
    Stopping,
    /// The task that turns the group's loop panicked: a defect.
    #[error("the task of group {group} broke off, and begins anew: report it with what it said, {said:?}")]
    BrokeOff {
        /// The group.
        group: GroupName,
        /// What the panic said.
        said: String,
    },
    /// Others kept appending to the group's log.
    #[error("the log of group {group} changed at every attempt: ask again")]
    Busy {
        /// The group.
        group: GroupName,
    },
}

fn asker(group: Option<&GroupName>) -> String {
    group.map_or_else(|| "the scaler".to_owned(), |group| format!("group {group}"))
}

impl Error {
    /// What the store did not do for no group in particular.
    pub(super) fn of_no_group(source: StoreError) -> Self {
        Self::Store { group: None, source }
    }

    /// Why the loop does not go on.
    pub(super) fn trouble(&self) -> Stalled {
        match self {
            Self::Store { source, .. } => Stalled::Store { why: store_failure(source) },
            Self::Overtaken { by, .. } => Stalled::Overtaken { by: by.clone() },
            Self::Busy { .. } => Stalled::Busy,
            _ => Stalled::Failed { said: chain(self) },
        }
    }
}

/// Why a call can't be carried out as things are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallRefusal {
    /// The instance to adopt does not exist on the account.
    NoInstance {
        /// The instance.
        instance: InstanceId,
    },
    /// The instance to adopt is a member of another group.
    OtherGroup {
        /// The instance.
        instance: InstanceId,
        /// Its group.
        owner: GroupName,
    },
    /// The instance to adopt has no address that the group's NodeBalancers take.
    NoAddress {
        /// The instance.
        instance: InstanceId,
    },
    /// The instance to adopt is being deleted.
    Deleting {
        /// The instance.
        instance: InstanceId,
    },
    /// A member has the label of the instance to adopt.
    LabelTaken {
        /// The instance.
        instance: InstanceId,
    },
    /// The member to replace is protected.
    Protected {
        /// Its instance.
        instance: InstanceId,
    },
    /// The member to replace is on standby.
    Standby {
        /// Its instance.
        instance: InstanceId,
    },
    /// What a relative size starts from is not known.
    SizeUnknown {
        /// Why the cloud could not be read, where that is the reason.
        why: Option<Discarded>,
    },
}

impl CallRefusal {
    /// What was asked, up to the group's name.
    fn asked(&self) -> String {
        match self {
            Self::NoInstance { instance }
            | Self::OtherGroup { instance, .. }
            | Self::NoAddress { instance }
            | Self::Deleting { instance }
            | Self::LabelTaken { instance } => format!("adopting instance {instance} into"),
            Self::Protected { instance } | Self::Standby { instance } => {
                format!("replacing instance {instance} of")
            }
            Self::SizeUnknown { .. } => "a size relative to that of".to_owned(),
        }
    }

    /// What to do.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::NoInstance { .. } => "check the number",
            Self::OtherGroup { .. } => "release it there first",
            Self::NoAddress { .. } => {
                "it must be in their region and have a private IPv4 address (or one in their VPC): add one and reboot it"
            }
            Self::Deleting { .. } => "choose another one",
            Self::LabelTaken { .. } => "give it another label",
            Self::Protected { .. } => "unprotect it first",
            Self::Standby { .. } => "activate it first",
            Self::SizeUnknown { .. } => "ask for an absolute size, or again once the cloud answers",
        }
    }
}

impl fmt::Display for CallRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInstance { .. } => f.write_str("it does not exist on this account"),
            Self::OtherGroup { owner, .. } => write!(f, "it is a member of group {owner}"),
            Self::NoAddress { .. } => f.write_str("it has no address that the group's NodeBalancers take"),
            Self::Deleting { .. } => f.write_str("it is being deleted"),
            Self::LabelTaken { .. } => f.write_str("a member has its label"),
            Self::Protected { .. } => f.write_str("it is protected"),
            Self::Standby { .. } => f.write_str("it is on standby"),
            Self::SizeUnknown { why: Some(why) } => why.fmt(f),
            Self::SizeUnknown { why: None } => f.write_str("nobody knows how many serve"),
        }
    }
}

/// Why the store did not do what it was asked.
pub(super) fn store_failure(error: &StoreError) -> StoreFailure {
    let said = chain(error);
    match error {
        StoreError::Conflict { .. } => StoreFailure::Conflict { said },
        StoreError::Log { .. } => StoreFailure::Unreadable { said },
        StoreError::Broken { .. } => StoreFailure::Broken { said },
    }
}

/// A scaler can't be built from what it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A port was not given.
    #[error("no {0} was given: call the builder's method of that name")]
    Missing(&'static str),
    /// Whose the instances are can't be said so.
    #[error("owner {owner:?} is not usable: {why}")]
    Owner {
        /// What was given.
        owner: String,
        /// Why not, and what is.
        why: String,
    },
    /// Two groups have one name.
    #[error("group {0} was given twice: give each group a name of its own")]
    Twice(GroupName),
    /// A config belongs to two groups.
    #[error(
        "config {config} belongs to groups {first} and {second}: give each group NodeBalancer configs of its own"
    )]
    SharedConfig {
        /// The config.
        config: ConfigId,
        /// One group.
        first: GroupName,
        /// The other.
        second: GroupName,
    },
    /// A group can't be run as it is.
    #[error("group {group}: {why}")]
    Group {
        /// The group.
        group: GroupName,
        /// Why, and what to do.
        why: String,
    },
}
