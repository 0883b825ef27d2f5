//! What the file holds, back in the core's words.

use rusqlite::{Connection, OptionalExtension, params};

use scaler_core::model::{AlertRow, AlertTable, Position};
use scaler_core::ports::LogName;
use scaler_core::state::{Draft, Entry, LogError};

/// Something could not be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// The store was closed.
    Closed,
    /// An entry of a log.
    Log { log: LogName, source: LogError },
    /// A row of the table of alerts.
    Row(serde_json::Error),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Unreadable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

pub(super) fn log(
    connection: &Connection,
    log: &LogName,
    from: Position,
    limit: usize,
) -> Result<Vec<Entry>, Unreadable> {
    let mut select = connection.prepare_cached(
        "SELECT position, text FROM entry WHERE log = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
    )?;
    let from = i64::try_from(from.0).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![log.to_string(), from, limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let position = Position(u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0));
        let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let draft =
            Draft::decode(position, text).map_err(|source| Unreadable::Log { log: log.clone(), source })?;
        entries.push(Entry::new(position, draft));
    }
    Ok(entries)
}

pub(super) fn logs(connection: &Connection) -> Result<Vec<LogName>, Unreadable> {
    // A skip from log to log: `SELECT DISTINCT` would read every entry.
    let mut next = connection.prepare_cached("SELECT log FROM entry WHERE log > ?1 ORDER BY log LIMIT 1")?;
    let mut names: Vec<LogName> = Vec::new();
    let mut after = String::new();
    while let Some(name) = next.query_row([&after], |row| row.get::<_, String>(0)).optional()? {
        names.extend(named(&name));
        after = name;
    }
    names.sort();
    Ok(names)
}

/// The log of that name; none if this build has no such logs.
fn named(name: &str) -> Option<LogName> {
    if name == LogName::Installation.to_string() {
        return Some(LogName::Installation);
    }
    name.strip_prefix("group/").and_then(|group| group.parse().ok()).map(LogName::Group)
}

pub(super) fn alerts(connection: &Connection) -> Result<AlertTable, Unreadable> {
    // One snapshot for both tables.
    let transaction = connection.unchecked_transaction()?;
    let mut table = AlertTable::default();
    let mut select = transaction.prepare_cached("SELECT text FROM alert")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let row: AlertRow = serde_json::from_str(text).map_err(Unreadable::Row)?;
        table.put(row);
    }
    let polled: Option<String> =
        transaction.query_row("SELECT at FROM poll", [], |row| row.get(0)).optional()?;
    // A time that can't be read is dropped: the polls will give another.
    table.polled = polled.and_then(|at| at.parse().ok());
    Ok(table)
}
