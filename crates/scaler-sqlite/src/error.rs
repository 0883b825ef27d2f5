//! What goes wrong with the file, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;

use scaler_core::ports::StoreError;

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another part of this one, has it.
    #[error("{} is in use by {}: {}", path.display(), holder.as_deref().unwrap_or("another process"), reach(address.as_deref()))]
    Locked {
        /// The file.
        path: PathBuf,
        /// Its program and process, where known.
        holder: Option<String>,
        /// Where it answers, where known.
        address: Option<String>,
    },
    /// A newer build wrote it.
    #[error("{} has schema version {found}, this build knows {known}: use the build that wrote it, or a newer one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest version that this build knows.
        known: i64,
    },
    /// Something else made it.
    #[error("{} is a database, but no store of this program: name another file", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file system can't do what a store needs.
    #[error("{} can't be kept safely here (journal mode {mode}, needs WAL): put it on a local disk", path.display())]
    NoWal {
        /// The file.
        path: PathBuf,
        /// The journal mode in force.
        mode: String,
    },
    /// The file system refuses.
    #[error("{} can't be opened: the directory must exist and be writable for this user", path.display())]
    Io {
        /// The file that was asked for.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("{} can't be opened: {advice}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What to do.
        advice: String,
        /// What it says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn reach(address: Option<&str>) -> String {
    match address {
        Some(address) => format!("ask it at {address}, or end it"),
        None => "wait for it, or end it".to_owned(),
    }
}

impl OpenError {
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        Self::Sqlite { path: path.to_owned(), advice: advice(path, &source), source: source.into() }
    }
}

/// The store was closed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the store was closed")]
pub(super) struct Closed;

/// Another file, or none, is where the store's was.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the file that this process holds is no longer there")]
pub(super) struct Vanished;

/// The runtime ended, or the writer did, before it answered.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the write was interrupted before it was answered")]
pub(super) struct Interrupted;

/// Why a batch of changes was not answered with success; all its changes share one.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The store was closed.
    Closed,
    /// The file was removed, or another one put in its place.
    Vanished,
    /// SQLite failed.
    Sqlite(Arc<rusqlite::Error>),
}

impl From<Arc<rusqlite::Error>> for Trouble {
    fn from(error: Arc<rusqlite::Error>) -> Self {
        Self::Sqlite(error)
    }
}

pub(super) fn broken(path: &Path, attempted: &str, trouble: Trouble) -> StoreError {
    match trouble {
        Trouble::Closed => unhurt(attempted, Closed),
        Trouble::Vanished => StoreError::Broken {
            attempted: attempted.to_owned(),
            advice: format!(
                "{} was removed or replaced while it was in use: end this process and put the file back; without it the next start rebuilds what it can from the cloud",
                path.display()
            ),
            source: Box::new(Vanished),
        },
        Trouble::Sqlite(source) => StoreError::Broken {
            attempted: attempted.to_owned(),
            advice: advice(path, &source),
            source: Box::new(source),
        },
    }
}

/// Something failed that is not the file's fault.
pub(super) fn unhurt(attempted: &str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Broken {
        attempted: attempted.to_owned(),
        advice: "open the store again and read on before trying again".to_owned(),
        source: Box::new(source),
    }
}

fn advice(path: &Path, error: &rusqlite::Error) -> String {
    let path = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!(
                "another program holds a lock on {path}: end it, and use no other tool on the file while it is in use"
            )
        }
        Some(ErrorCode::DiskFull) => format!("free space on the disk of {path}"),
        Some(ErrorCode::SystemIoFailure) => format!("check the disk of {path}, then start again"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            format!("let this user write {path} and its directory")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!(
                "{path} is damaged or no database: restore it from a backup, or move it away to have it rebuilt from the cloud"
            )
        }
        _ => format!("try again; if it fails again, look at {path} with the sqlite3 tool"),
    }
}
