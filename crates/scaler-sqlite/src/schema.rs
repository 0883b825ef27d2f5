//! What the file holds, by version.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction};

use crate::error::OpenError;

/// Thresholds the file as ours (`PRAGMA application_id`): "ascl".
const APPLICATION: i64 = 0x6173_636c;

/// How long to wait for another program that writes, such as the sqlite3 tool.
const BUSY: Duration = Duration::from_secs(5);

/// Each brings the file to the next version (`PRAGMA user_version`). Those that were released never change.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE entry (
        log TEXT NOT NULL,
        position INTEGER NOT NULL CHECK (position > 0),
        text TEXT NOT NULL,
        PRIMARY KEY (log, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE alert (
        fingerprint TEXT NOT NULL PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE poll (
        only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
        at TEXT NOT NULL
    ) STRICT;
"];

const VERSION: i64 = MIGRATIONS.len() as i64;

pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |source| OpenError::sqlite(path, source);
    let mut connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    connection.busy_timeout(BUSY).map_err(sqlite)?;

    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sqlite)?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sqlite)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sqlite)?;
    let empty = tables == 0 && application == 0 && found == 0;
    if application != APPLICATION && !empty {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    if found > VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: VERSION });
    }

    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(sqlite)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::NoWal { path: path.to_owned(), mode });
    }
    connection.pragma_update(None, "synchronous", "FULL").map_err(sqlite)?;
    migrate(&mut connection, found).map_err(sqlite)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, found: i64) -> Result<(), rusqlite::Error> {
    if found >= VERSION {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Writes what stands there already: a page goes to the disk, and nothing changes.
pub(super) fn touch(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction.pragma_update(None, "user_version", VERSION)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |source| OpenError::sqlite(path, source);
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    connection.busy_timeout(BUSY).map_err(sqlite)?;
    connection.pragma_update(None, "query_only", true).map_err(sqlite)?;
    Ok(connection)
}
