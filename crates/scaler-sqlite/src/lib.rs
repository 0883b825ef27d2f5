#![doc = include_str!("../README.md")]

mod error;
mod file;
mod read;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::{fmt, io};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

pub use crate::error::OpenError;
use crate::error::{Closed, Interrupted, broken, unhurt};
use crate::file::{Held, Identity};
pub use crate::file::{check_free, read_address};
use crate::write::{Change, Landed, Queue};
use scaler_core::model::{AlertRow, AlertTable, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry};

/// A store in one SQLite file (WAL, `synchronous=FULL`: what was answered survives a loss of power). Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

/// The order of the fields matters: the lock is let go after the connections are closed.
struct Shared {
    path: PathBuf,
    file: Identity,
    queue: Mutex<Queue>,
    writer: Mutex<Option<Connection>>,
    reader: Mutex<Option<Connection>>,
    held: Mutex<Option<Held>>,
}

impl SqliteStore {
    /// Opens the file at `path`, or makes it, and holds it until the last clone is gone or [`close`](Self::close) was
    /// called.
    ///
    /// # Errors
    /// An [`OpenError`] that says what to do: another process holds it, a newer build wrote it, it is not a store.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        let attempted = path.clone();
        spawn_blocking(move || Self::open_here(&path))
            .await
            .unwrap_or_else(|source| Err(OpenError::Io { path: attempted, source: io::Error::other(source) }))
    }

    fn open_here(path: &Path) -> Result<Self, OpenError> {
        let held = Held::take(path)?;
        let path = held.database().to_owned();
        let writer = schema::open_writer(&path)?;
        let reader = schema::open_reader(&path)?;
        let file = Identity::of(&path).map_err(|source| OpenError::Io { path: path.clone(), source })?;
        Ok(Self {
            shared: Arc::new(Shared {
                path,
                file,
                queue: Mutex::default(),
                writer: Mutex::new(Some(writer)),
                reader: Mutex::new(Some(reader)),
                held: Mutex::new(Some(held)),
            }),
        })
    }

    /// Finishes what was begun, closes the file and lets its lock go. Whatever is asked of a clone later fails.
    pub async fn close(&self) {
        let (answer, closed) = oneshot::channel();
        write::close(&self.shared, answer);
        // Without an answer the runtime ends, and all goes with it.
        let _ = closed.await;
    }

    /// Where the file is, links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Writes where the holder of this store can be reached beside it, for [`read_address`]; gone with the lock.
    ///
    /// # Errors
    /// As the file system says, or when the store is closed.
    pub fn write_address(&self, address: &str) -> io::Result<()> {
        match write::locked(&self.shared.held).as_mut() {
            Some(held) => held.write_address(address),
            None => Err(io::Error::other(Closed)),
        }
    }

    async fn change(&self, attempted: &str, change: Change) -> Result<Landed, StoreError> {
        let (answer, answered) = oneshot::channel();
        write::push(&self.shared, change, answer);
        match answered.await {
            Ok(Ok(landed)) => Ok(landed),
            Ok(Err(source)) => Err(broken(&self.shared.path, attempted, source)),
            Err(_) => Err(unhurt(attempted, Interrupted)),
        }
    }

    async fn look<T: Send + 'static>(
        &self,
        attempted: String,
        look: impl FnOnce(&Connection) -> Result<T, read::Unreadable> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let done = spawn_blocking(move || match write::locked(&shared.reader).as_ref() {
            Some(connection) => look(connection),
            None => Err(read::Unreadable::Closed),
        });
        match done.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(read::Unreadable::Log { log, source })) => Err(StoreError::Log { log, source }),
            Ok(Err(read::Unreadable::Sqlite(source))) => {
                Err(broken(&self.shared.path, &attempted, Arc::new(source).into()))
            }
            Ok(Err(read::Unreadable::Row(source))) => Err(StoreError::Broken {
                attempted,
                advice:
                    "the table of alerts holds a row that this build can't read: use the build that wrote it"
                        .into(),
                source: source.into(),
            }),
            Ok(Err(read::Unreadable::Closed)) => Err(unhurt(&attempted, Closed)),
            Err(source) => Err(unhurt(&attempted, source)),
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        let texts = entries
            .iter()
            .map(Draft::encode)
            .collect::<Result<_, _>>()
            .map_err(|source| StoreError::Log { log: log.clone(), source })?;
        let change = Change::Append { log: log.to_string(), after, texts };
        match self.change(&format!("appending to the log of {log}"), change).await? {
            Landed::Conflict(last) => Err(StoreError::Conflict { log: log.clone(), after, last }),
            Landed::At(end) => Ok(end),
            Landed::Kept => Ok(after),
        }
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let name = log.clone();
        self.look(format!("reading the log of {log}"), move |connection| {
            read::log(connection, &name, from, limit)
        })
        .await
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        self.look("listing the logs".into(), read::logs).await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        self.look("reading the table of alerts".into(), read::alerts).await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        let attempted = "keeping alerts";
        let rows = rows
            .iter()
            .map(|row| Ok((row.alert.fingerprint.clone(), serde_json::to_string(row)?)))
            .collect::<Result<_, serde_json::Error>>()
            .map_err(|source| unhurt(attempted, source))?;
        self.change(attempted, Change::Keep { rows, polled }).await.map(drop)
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.change("forgetting alerts", Change::Forget(fingerprints.to_vec())).await.map(drop)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.change("writing to see whether it can be written", Change::Probe).await.map(drop)
    }
}
