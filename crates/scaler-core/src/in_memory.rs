//! A store in memory: for tests, demonstrations, and programs that can afford to begin anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{AlertRow, AlertTable, Position};
use crate::ports::{LogName, Store, StoreError};
use crate::state::{Draft, Entry};

/// Keeps everything in memory; clones share it.
///
/// Entries are kept as the text that durable stores keep too, so that what can't be written or read shows here as well.
#[derive(Clone, Debug, Default)]
pub struct InMemoryStore {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    logs: BTreeMap<LogName, Vec<String>>,
    alerts: AlertTable,
}

impl InMemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the text of an entry at the end of a log as it is: a log that another build wrote, or a damaged one.
    pub fn plant(&self, log: &LogName, text: impl Into<String>) {
        self.kept().logs.entry(log.clone()).or_default().push(text.into());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing below leaves it half changed, so what a panicking holder left is whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for InMemoryStore {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        let texts: Vec<String> = entries
            .iter()
            .map(Draft::encode)
            .collect::<Result<_, _>>()
            .map_err(|source| StoreError::Log { log: log.clone(), source })?;
        let mut kept = self.kept();
        let last = Position(kept.logs.get(log).map_or(0, |texts| texts.len() as u64));
        if last != after {
            return Err(StoreError::Conflict { log: log.clone(), after, last });
        }
        if texts.is_empty() {
            return Ok(last);
        }
        let texts_kept = kept.logs.entry(log.clone()).or_default();
        texts_kept.extend(texts);
        Ok(Position(texts_kept.len() as u64))
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let kept = self.kept();
        let texts = kept.logs.get(log).map_or(&[][..], Vec::as_slice);
        let behind = usize::try_from(from.0).unwrap_or(usize::MAX).min(texts.len());
        let mut position = from;
        let mut entries = Vec::new();
        for text in texts[behind..].iter().take(limit) {
            position = position.next();
            let draft = Draft::decode(position, text)
                .map_err(|source| StoreError::Log { log: log.clone(), source })?;
            entries.push(Entry { position, draft });
        }
        Ok(entries)
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        Ok(self.kept().logs.keys().cloned().collect())
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        Ok(self.kept().alerts.clone())
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.alerts.extend(rows.iter().cloned());
        kept.alerts.polled = polled.or(kept.alerts.polled);
        Ok(())
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        for fingerprint in fingerprints {
            kept.alerts.remove(fingerprint);
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
