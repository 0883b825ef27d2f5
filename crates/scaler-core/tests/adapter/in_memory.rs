//! The store in memory keeps every rule of stores, and the suite finds a store that breaks one.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use scaler_conformance::store::{StoreFixture, check};
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{AlertRow, AlertTable, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry};

type Boxed = Box<dyn Error + Send + Sync>;

/// What is wrong with the store under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    IgnoresConflicts,
    AppendsHalf,
    ReadsBeyondTheLimit,
    ForgetsThePoll,
    KeepsTheFirstWord,
    ListsBackwards,
    LosesEverything,
    LooksThenWrites,
}

struct Faulty {
    kept: InMemoryStore,
    fault: Fault,
}

#[async_trait]
impl Store for Faulty {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        match self.fault {
            Fault::IgnoresConflicts => match self.kept.append(log, after, entries).await {
                Err(StoreError::Conflict { last, .. }) => self.kept.append(log, last, entries).await,
                answer => answer,
            },
            Fault::AppendsHalf if entries.len() == 3 => {
                let end = self.kept.append(log, after, &entries[..1]).await?;
                tokio::task::yield_now().await;
                self.kept.append(log, end, &entries[1..]).await
            }
            Fault::LooksThenWrites => {
                self.kept.append(log, after, &[]).await?;
                tokio::task::yield_now().await;
                match self.kept.append(log, after, entries).await {
                    Err(StoreError::Conflict { last, .. }) => self.kept.append(log, last, entries).await,
                    answer => answer,
                }
            }
            _ => self.kept.append(log, after, entries).await,
        }
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let more = usize::from(self.fault == Fault::ReadsBeyondTheLimit);
        self.kept.read(log, from, limit.saturating_add(more)).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        let mut logs = self.kept.logs().await?;
        if self.fault == Fault::ListsBackwards {
            logs.reverse();
        }
        Ok(logs)
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        self.kept.alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        match self.fault {
            Fault::ForgetsThePoll => self.kept.keep_alerts(rows, None).await,
            Fault::KeepsTheFirstWord => {
                let known = self.kept.alerts().await?;
                let new: Vec<AlertRow> =
                    rows.iter().filter(|row| known.row(&row.alert.fingerprint).is_none()).cloned().collect();
                self.kept.keep_alerts(&new, polled).await
            }
            _ => self.kept.keep_alerts(rows, polled).await,
        }
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.kept.forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.kept.probe().await
    }
}

/// Hands the stores out, and keeps a handle on what the last one keeps.
struct Table {
    fault: Fault,
    last: std::sync::Mutex<InMemoryStore>,
}

impl Table {
    fn of(fault: Fault) -> Self {
        Self { fault, last: std::sync::Mutex::default() }
    }

    fn store(&self, kept: InMemoryStore) -> Arc<dyn Store> {
        *self.last.lock().unwrap() = kept.clone();
        Arc::new(Faulty { kept, fault: self.fault })
    }
}

#[async_trait]
impl StoreFixture for Table {
    async fn empty(&self) -> Result<Arc<dyn Store>, Boxed> {
        Ok(self.store(InMemoryStore::new()))
    }

    async fn plant(&self, _: &Arc<dyn Store>, log: &LogName, text: &str) -> Result<(), Boxed> {
        self.last.lock().unwrap().plant(log, text);
        Ok(())
    }

    async fn again(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Boxed> {
        drop(store);
        let kept = match self.fault {
            Fault::LosesEverything => InMemoryStore::new(),
            _ => self.last.lock().unwrap().clone(),
        };
        Ok(Some(self.store(kept)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_memory_conforms() {
    let rules = check(&Table::of(Fault::None)).await.unwrap();
    assert_eq!(rules.len(), 13);
}

#[tokio::test]
async fn a_store_that_breaks_a_rule_is_found() {
    let rows = [
        (Fault::IgnoresConflicts, "conflict"),
        (Fault::AppendsHalf, "no gap and no mixture"),
        (Fault::ReadsBeyondTheLimit, "up to any limit"),
        (Fault::ForgetsThePoll, "last poll"),
        (Fault::KeepsTheFirstWord, "rows of alerts"),
        (Fault::ListsBackwards, "listed in order"),
        (Fault::LosesEverything, "opened again"),
        (Fault::LooksThenWrites, "exactly one wins"),
    ];
    for (fault, rule) in rows {
        let found = check(&Table::of(fault)).await.expect_err("the fault must be found");
        assert!(found.rule.contains(rule), "{fault:?} was found by {found}");
    }
}
