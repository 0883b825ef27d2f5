//! Names and numbers of things.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

/// Numbers that a cloud gives: its client's own ids of the same things become these by `from`.
macro_rules! from_clients {
    ($($name:ident),*) => {$(
        impl<T: Into<u64>> From<T> for $name {
            fn from(number: T) -> Self {
                Self(number.into())
            }
        }
    )*};
}

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

number! {
    /// The cloud's number of an instance (a Linode).
    InstanceId,
    /// The number of a NodeBalancer config that members are registered at.
    ConfigId,
    /// The number of a node of a NodeBalancer config.
    NodeId,
    /// A member's place in its group: a counter of the log, never used again.
    Slot,
    /// A step's number: unique within its group's log.
    StepId,
    /// The place of an entry in its log, from 1; 0 is before the first.
    Position,
}

from_clients!(InstanceId, ConfigId, NodeId);

text! {
    /// The plan an instance is created with, as the cloud names it (`g6-standard-2`).
    InstanceType,
    /// Identifies the content of a template: members with another one are older.
    TemplateHash,
    /// Who appends: unique for each start of an actor.
    ActorId,
}

impl Position {
    /// Before the first entry.
    pub const START: Self = Self(0);

    /// The place behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The name of a group: 1 to 18 characters, a lower case letter first, then letters, digits and single hyphens, so that
/// `name-incarnation-slot` is a valid label of a Linode and of a node (at most 32 characters).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

/// A group's name breaks the rules of [`GroupName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "group name {0:?} is not usable: 1 to 18 characters, a lower case letter first, then lower case letters, digits and single hyphens, none at the end"
)]
pub struct InvalidGroupName(String);

impl GroupName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label of the member in `slot`, in the form `group-incarnation-slot`.
    #[must_use]
    pub fn label(&self, incarnation: &str, slot: Slot) -> String {
        format!("{}-{incarnation}-{slot}", self.0)
    }

    /// The slot that `label` names, where it has the form of this group's labels and that incarnation.
    #[must_use]
    pub fn slot_of(&self, incarnation: &str, label: &str) -> Option<Slot> {
        let rest = label.strip_prefix(self.0.as_str())?.strip_prefix('-')?;
        let slot = rest.strip_prefix(incarnation)?.strip_prefix('-')?;
        slot.parse().ok().map(Slot)
    }

    /// Whether `label` has the form in which this group labels its members, of any incarnation.
    #[must_use]
    pub fn owns_label(&self, label: &str) -> bool {
        label
            .strip_prefix(self.0.as_str())
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rest| rest.split_once('-'))
            .is_some_and(|(incarnation, slot)| {
                incarnation.len() == 5
                    && incarnation.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                    && !slot.is_empty()
                    && slot.bytes().all(|b| b.is_ascii_digit())
            })
    }
}

impl FromStr for GroupName {
    type Err = InvalidGroupName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if shape && starts && text.len() <= 18 && !text.ends_with('-') && !text.contains("--") {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidGroupName(text.to_owned()))
        }
    }
}

impl TryFrom<String> for GroupName {
    type Error = InvalidGroupName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> Self {
        name.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
