//! One writer: changes queue up, and those that wait together share a transaction.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use crate::error::Trouble;
use crate::{Shared, schema};
use scaler_core::model::Position;

/// A change of what the file holds.
#[derive(Debug)]
pub(super) enum Change {
    /// Append the texts if the log ends at `after`.
    Append { log: String, after: Position, texts: Vec<String> },
    /// Keep rows of the table of alerts by fingerprint, and the time of a poll.
    Keep { rows: Vec<(String, String)>, polled: Option<Timestamp> },
    /// Remove rows of the table of alerts.
    Forget(Vec<String>),
    /// Write a page as it is.
    Probe,
}

/// What became of a change whose transaction was committed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Landed {
    /// The log ends here now.
    At(Position),
    /// The log ends elsewhere, and nothing was appended.
    Conflict(Position),
    /// It is in the table.
    Kept,
}

type Answer = oneshot::Sender<Result<Landed, Trouble>>;

/// Changes that wait for the writer.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Vec<(Change, Answer)>,
    closing: Vec<oneshot::Sender<()>>,
    closed: bool,
    draining: bool,
}

/// Puts a change at the end of the queue. It is carried out also when nobody waits for the answer any more.
pub(super) fn push(shared: &Arc<Shared>, change: Change, answer: Answer) {
    let mut queue = locked(&shared.queue);
    if queue.closed {
        let _ = answer.send(Err(Trouble::Closed));
        return;
    }
    queue.waiting.push((change, answer));
    drain(shared, queue);
}

/// Has the file closed behind what waits.
pub(super) fn close(shared: &Arc<Shared>, answer: oneshot::Sender<()>) {
    let mut queue = locked(&shared.queue);
    queue.closed = true;
    queue.closing.push(answer);
    drain(shared, queue);
}

/// A lock whose holder panicked is taken all the same: a transaction that was not committed is rolled back.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees to it that one task empties the queue.
fn drain(shared: &Arc<Shared>, mut queue: MutexGuard<'_, Queue>) {
    if mem::replace(&mut queue.draining, true) {
        return;
    }
    drop(queue);
    let mut drain = Drain { shared: Arc::clone(shared), finished: false };
    spawn_blocking(move || drain.run());
}

struct Drain {
    shared: Arc<Shared>,
    finished: bool,
}

impl Drain {
    fn run(&mut self) {
        loop {
            let mut queue = locked(&self.shared.queue);
            let batch = mem::take(&mut queue.waiting);
            let closing = mem::take(&mut queue.closing);
            if batch.is_empty() && closing.is_empty() {
                queue.draining = false;
                self.finished = true;
                return;
            }
            drop(queue);
            match locked(&self.shared.writer).as_mut() {
                // What is written to a file that was removed is gone with this process, and another one may act on a new
                // file meanwhile.
                Some(_) if !self.shared.file.is_at(&self.shared.path) => refuse(batch, &Trouble::Vanished),
                Some(connection) => commit(connection, batch),
                None => refuse(batch, &Trouble::Closed),
            }
            if !closing.is_empty() {
                drop(locked(&self.shared.reader).take());
                drop(locked(&self.shared.writer).take());
                drop(locked(&self.shared.held).take());
                for answer in closing {
                    let _ = answer.send(());
                }
            }
        }
    }
}

impl Drop for Drain {
    /// A runtime that ends drops tasks that it did not begin; without this the next one's changes would wait for ever.
    fn drop(&mut self) {
        if !self.finished {
            let mut queue = locked(&self.shared.queue);
            queue.draining = false;
            queue.waiting.clear();
            queue.closing.clear();
        }
    }
}

fn refuse(batch: Vec<(Change, Answer)>, trouble: &Trouble) {
    for (_, answer) in batch {
        let _ = answer.send(Err(trouble.clone()));
    }
}

/// Carries out a batch in one transaction, and answers after its commit.
fn commit(connection: &mut Connection, batch: Vec<(Change, Answer)>) {
    if batch.is_empty() {
        return;
    }
    let (changes, answers): (Vec<Change>, Vec<Answer>) = batch.into_iter().unzip();
    match carry_out(connection, &changes) {
        Ok(landed) => {
            for (answer, landed) in answers.into_iter().zip(landed) {
                // Whoever stopped waiting finds it by reading on.
                let _ = answer.send(Ok(landed));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for answer in answers {
                let _ = answer.send(Err(Arc::clone(&error).into()));
            }
        }
    }
}

fn carry_out(connection: &mut Connection, changes: &[Change]) -> Result<Vec<Landed>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let landed = changes.iter().map(|change| change.carry_out(&transaction)).collect::<Result<_, _>>()?;
    transaction.commit()?;
    Ok(landed)
}

impl Change {
    fn carry_out(&self, transaction: &Transaction<'_>) -> Result<Landed, rusqlite::Error> {
        match self {
            Self::Append { log, after, texts } => append(transaction, log, *after, texts),
            Self::Keep { rows, polled } => {
                let mut keep = transaction.prepare_cached(
                    "INSERT INTO alert (fingerprint, text) VALUES (?1, ?2)
                     ON CONFLICT (fingerprint) DO UPDATE SET text = excluded.text",
                )?;
                for (fingerprint, text) in rows {
                    keep.execute(params![fingerprint, text])?;
                }
                if let Some(at) = polled {
                    transaction.execute(
                        "INSERT INTO poll (only, at) VALUES (1, ?1) ON CONFLICT (only) DO UPDATE SET at = excluded.at",
                        [at.to_string()],
                    )?;
                }
                Ok(Landed::Kept)
            }
            Self::Forget(fingerprints) => {
                let mut forget = transaction.prepare_cached("DELETE FROM alert WHERE fingerprint = ?1")?;
                for fingerprint in fingerprints {
                    forget.execute([fingerprint])?;
                }
                Ok(Landed::Kept)
            }
            Self::Probe => {
                schema::touch(transaction)?;
                Ok(Landed::Kept)
            }
        }
    }
}

fn append(
    transaction: &Transaction<'_>,
    log: &str,
    after: Position,
    texts: &[String],
) -> Result<Landed, rusqlite::Error> {
    let mut position: i64 = transaction
        .prepare_cached("SELECT position FROM entry WHERE log = ?1 ORDER BY position DESC LIMIT 1")?
        .query_row([log], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let last = Position(u64::try_from(position).unwrap_or(0));
    if last != after {
        return Ok(Landed::Conflict(last));
    }
    let mut insert =
        transaction.prepare_cached("INSERT INTO entry (log, position, text) VALUES (?1, ?2, ?3)")?;
    for text in texts {
        position += 1;
        insert.execute(params![log, position, text])?;
    }
    Ok(Landed::At(Position(u64::try_from(position).unwrap_or(0))))
}
