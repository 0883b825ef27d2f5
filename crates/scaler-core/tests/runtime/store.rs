//! A store in memory that fails when it is told to.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{AlertRow, AlertTable, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry, Fact};

/// What becomes of an append.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It lands, and the answer is lost.
    Landed,
    /// It does not land, and the answer is lost.
    Vanished,
    /// Somebody else's entry lands before it.
    Before(Box<Draft>),
}

/// A store that fails when it is told to; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Faulty {
    pub inner: InMemoryStore,
    faults: Arc<Mutex<VecDeque<(&'static str, Fault)>>>,
    pub keeps: Arc<AtomicUsize>,
    /// Rows of alerts that were written.
    pub rows: Arc<AtomicUsize>,
    pub broken: Arc<Mutex<bool>>,
}

fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Began { .. } => "began",
        Fact::Decided { .. } => "decided",
        Fact::PermitDrawn { .. } => "drawn",
        Fact::Intended { .. } => "intended",
        Fact::Done { .. } => "done",
        _ => "other",
    }
}

fn broken(attempted: &str) -> StoreError {
    StoreError::Broken {
        attempted: attempted.to_owned(),
        advice: "try again".to_owned(),
        source: "the disk is full".into(),
    }
}

impl Faulty {
    /// What becomes of the next append with an entry of this kind.
    pub fn fault(&self, kind: &'static str, fault: Fault) {
        self.faults.lock().unwrap().push_back((kind, fault));
    }

    pub async fn entries(&self, group: &str) -> Vec<Entry> {
        let log = LogName::Group(group.parse().unwrap());
        self.inner.read(&log, Position::START, usize::MAX).await.unwrap()
    }

    pub async fn installation(&self) -> Vec<Entry> {
        self.inner.read(&LogName::Installation, Position::START, usize::MAX).await.unwrap()
    }
}

#[async_trait]
impl Store for Faulty {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        if *self.broken.lock().unwrap() {
            return Err(broken("appending"));
        }
        tokio::task::yield_now().await;
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            let at = faults.iter().position(|(of, _)| entries.iter().any(|draft| kind(&draft.fact) == *of));
            at.and_then(|at| faults.remove(at))
        };
        match fault {
            Some((_, Fault::Landed)) => {
                self.inner.append(log, after, entries).await?;
                Err(broken("appending"))
            }
            Some((_, Fault::Vanished)) => Err(broken("appending")),
            Some((_, Fault::Before(draft))) => {
                self.inner.append(log, after, &[*draft]).await?;
                self.inner.append(log, after, entries).await
            }
            None => self.inner.append(log, after, entries).await,
        }
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        tokio::task::yield_now().await;
        self.inner.read(log, from, limit).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        self.inner.logs().await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        self.inner.alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        self.keeps.fetch_add(1, Ordering::SeqCst);
        self.rows.fetch_add(rows.len(), Ordering::SeqCst);
        tokio::task::yield_now().await;
        if *self.broken.lock().unwrap() {
            return Err(broken("keeping alerts"));
        }
        self.inner.keep_alerts(rows, polled).await
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.inner.forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.inner.probe().await
    }
}
