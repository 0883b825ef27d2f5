//! Mistakes about the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use scaler_core::model::{ActorId, AlertRow, AlertTable, Position, StepId};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry, Fact, GroupMode, Mark, Step, StepOutcome};

/// What is done wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Writes an intent down only together with what came of it.
    ForgetsIntents,
    /// Appends whatever others appended.
    IgnoresConflicts,
    /// Shows no other actor's beginning.
    HidesActors,
    /// Shows what was before the start as long ago.
    DropsWindows,
    /// Shows every mode as on.
    ForgetsModes,
    /// Shows no protection.
    ForgetsProtection,
    /// Writes the answer to a create down as of its intent.
    StampsIntents,
}

/// A store that does it.
pub struct WrongStore {
    inner: Arc<dyn Store>,
    wrong: Wrong,
    own: Mutex<Option<ActorId>>,
    held: Mutex<Option<(Position, Vec<Draft>)>>,
    /// Creates without an answer, and when each was intended.
    intended: Mutex<BTreeMap<StepId, Timestamp>>,
}

impl WrongStore {
    pub fn new(inner: Arc<dyn Store>, wrong: Wrong) -> Self {
        Self { inner, wrong, own: Mutex::default(), held: Mutex::default(), intended: Mutex::default() }
    }

    fn own(&self) -> Option<ActorId> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take_held(&self) -> Option<(Position, Vec<Draft>)> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn append_late(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        let (from, mut all) = self.take_held().unwrap_or((after, Vec::new()));
        all.extend(entries.iter().cloned());
        if entries.iter().any(|draft| matches!(draft.fact, Fact::Intended { .. })) {
            *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((from, all));
            return Ok(Position(after.0 + entries.len() as u64));
        }
        self.inner.append(log, from, &all).await
    }

    /// The entries as of their intents, where there is an answer to a create among them.
    fn stamped(&self, entries: &[Draft]) -> Option<Vec<Draft>> {
        let mut intended = self.intended.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stamped = entries.to_vec();
        for draft in &mut stamped {
            match (&draft.fact, draft.step) {
                (Fact::Intended { step: Step::Create { .. } }, Some(id)) => {
                    intended.insert(id, draft.at);
                }
                (Fact::Done { outcome: StepOutcome::Created { .. } }, Some(id)) => {
                    draft.at = intended.remove(&id).unwrap_or(draft.at);
                }
                _ => {}
            }
        }
        (stamped != entries).then_some(stamped)
    }

    fn told(&self, mut entry: Entry) -> Entry {
        let own = self.own();
        let draft = &mut entry.draft;
        match (self.wrong, &mut draft.fact) {
            (Wrong::HidesActors, Fact::Began { .. }) => {
                draft.actor = own.unwrap_or_else(|| draft.actor.clone());
            }
            (Wrong::DropsWindows, _) if own.is_none() => {
                draft.at = draft.at.checked_sub(SignedDuration::from_mins(90)).unwrap_or(draft.at);
            }
            (Wrong::ForgetsModes, Fact::ModeSet { mode, .. }) => *mode = GroupMode::On,
            (Wrong::ForgetsProtection, Fact::Marked { mark, .. }) if *mark == Mark::Protected => {
                *mark = Mark::Unprotected;
            }
            _ => {}
        }
        entry
    }
}

#[async_trait]
impl Store for WrongStore {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        if let Some(began) = entries.iter().find(|draft| matches!(draft.fact, Fact::Began { .. })) {
            *self.own.lock().unwrap_or_else(PoisonError::into_inner) = Some(began.actor.clone());
        }
        let group = *log != LogName::Installation;
        if self.wrong == Wrong::ForgetsIntents && group && !entries.is_empty() {
            return self.append_late(log, after, entries).await;
        }
        if self.wrong == Wrong::StampsIntents
            && group
            && let Some(stamped) = self.stamped(entries)
        {
            let last = self.inner.append(log, after, &stamped).await?;
            // Who reads what landed goes by it.
            return Err(StoreError::Conflict { log: log.clone(), after, last });
        }
        let appended = self.inner.append(log, after, entries).await;
        match (self.wrong, appended) {
            (Wrong::IgnoresConflicts, Err(StoreError::Conflict { last, .. })) => {
                self.inner.append(log, last, entries).await
            }
            (_, appended) => appended,
        }
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let entries = self.inner.read(log, from, limit).await?;
        Ok(entries.into_iter().map(|entry| self.told(entry)).collect())
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        self.inner.logs().await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        self.inner.alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        self.inner.keep_alerts(rows, polled).await
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.inner.forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.inner.probe().await
    }
}
