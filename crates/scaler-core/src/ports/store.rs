//! Where the logs and the table of alerts are kept.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{AlertRow, AlertTable, GroupName, Position};
use crate::state::{Draft, Entry, LogError};

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogName {
    /// The installation's: permits drawn by all groups.
    Installation,
    /// A group's.
    Group(GroupName),
}

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str("installation"),
            Self::Group(group) => write!(f, "group/{group}"),
        }
    }
}

/// A store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else appended: read on before trying again. Nothing was appended.
    #[error("the log of {log} goes on to position {last}, not {after}: somebody else appended")]
    Conflict {
        /// The log.
        log: LogName,
        /// Where the caller thought that it ended.
        after: Position,
        /// Where it ends.
        last: Position,
    },
    /// A log can't be read, so nobody may act on it.
    #[error("the log of {log} can't be read")]
    Log {
        /// The log.
        log: LogName,
        /// Why.
        source: LogError,
    },
    /// The store itself failed. An append may have landed: read on before trying again.
    #[error("the store failed while {attempted}: {advice}")]
    Broken {
        /// What was attempted.
        attempted: String,
        /// What to do.
        advice: String,
        /// What lies beneath.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Keeps logs and the table of alerts. That compare-and-append is the fence: whoever was overtaken can append nothing.
#[async_trait]
pub trait Store: Send + Sync {
    /// Appends `entries` behind `after` all together, and durably, if the log ends there; returns the new end.
    /// Appending nothing checks only.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the log ends elsewhere; [`StoreError::Broken`] if it may or may not have landed.
    async fn append(&self, log: &LogName, after: Position, entries: &[Draft])
    -> Result<Position, StoreError>;

    /// The entries behind `from`, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Log`] at the first entry that this build can't read, [`StoreError::Broken`].
    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// The logs that exist, in order.
    ///
    /// # Errors
    /// [`StoreError::Broken`].
    async fn logs(&self) -> Result<Vec<LogName>, StoreError>;

    /// The table of alerts.
    ///
    /// # Errors
    /// [`StoreError::Broken`].
    async fn alerts(&self) -> Result<AlertTable, StoreError>;

    /// Keeps rows of the table, all together and durably, and the time of the last poll where one is given.
    ///
    /// # Errors
    /// [`StoreError::Broken`]: nothing was kept, or all of it.
    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError>;

    /// Removes rows of the table.
    ///
    /// # Errors
    /// [`StoreError::Broken`].
    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError>;

    /// Writes durably what changes nothing: it fails where [`keep_alerts`](Self::keep_alerts) would. Keeping no alerts is not
    /// enough: databases write nothing then.
    ///
    /// # Errors
    /// [`StoreError::Broken`].
    async fn probe(&self) -> Result<(), StoreError>;
}
