//! The queue of builds that wait to start.

use jiff::Timestamp;

use super::action::{causes, parameters};
use super::{Action, BuildRef, Cause, Parameter, QueueId, TaskRef};

objects! {
    /// An item of the queue.
    pub struct QueueItem {
        /// Its id.
        pub id: Option<QueueId>,
        /// Parameters, causes, and what plugins add.
        pub actions: Vec<Action>,
        /// Whether something other than a missing executor holds it back.
        pub blocked: Option<bool>,
        /// Whether it only waits for an executor.
        pub buildable: Option<bool>,
        /// Whether it is buildable and about to start.
        pub pending: Option<bool>,
        /// Whether it has waited for suspiciously long.
        pub stuck: Option<bool>,
        /// Since when it has been in the queue.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub in_queue_since: Option<Timestamp>,
        /// When its quiet period ends, of a waiting item.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub timestamp: Option<Timestamp>,
        /// Since when it has been buildable or blocked.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub buildable_start_milliseconds: Option<Timestamp>,
        /// The parameters as text: lines of `name=value`.
        pub params: Option<String>,
        /// The job.
        pub task: Option<TaskRef>,
        /// Its URL below the root, such as `queue/item/5/`.
        pub url: Option<String>,
        /// Why it waits, in words; none once it has left.
        pub why: Option<String>,
        /// Whether it was cancelled; only an item that has left says it.
        pub cancelled: Option<bool>,
        /// The build that it became, of an item that has left.
        pub executable: Option<BuildRef>,
    }

    /// The items of the queue.
    pub struct QueueItems {
        /// Its items, the newest first.
        pub items: Vec<QueueItem>,
    }
}

/// Where an item of the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueueState {
    /// In its quiet period.
    Waiting,
    /// Held back, such as by a build of the same job.
    Blocked,
    /// Waits for an executor.
    Buildable,
    /// It became a build.
    Started,
    /// It was cancelled.
    Cancelled,
    /// A state that this version does not know.
    Unknown,
}

impl QueueItem {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> QueueState {
        let class = self.class.as_deref().map_or("", |class| class.rsplit(['.', '$']).next().unwrap_or(""));
        if self.executable.as_ref().is_some_and(|build| build.number.is_some()) {
            QueueState::Started
        } else if self.cancelled == Some(true) {
            QueueState::Cancelled
        } else if class == "WaitingItem" {
            QueueState::Waiting
        } else if class == "BlockedItem" || self.blocked == Some(true) {
            QueueState::Blocked
        } else if class == "BuildableItem" || self.buildable == Some(true) {
            QueueState::Buildable
        } else {
            QueueState::Unknown
        }
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        parameters(&self.actions)
    }

    /// What it was triggered by.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        causes(&self.actions)
    }
}
