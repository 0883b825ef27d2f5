//! The store and the clock of one process: each call is a point, and what lands is shown to the judge.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use scaler_core::clock::TokioClock;
use scaler_core::model::{AlertRow, AlertTable, Position, elapsed};
use scaler_core::ports::{Clock, LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry};

use super::invariants::Judge;
use super::kill_switch::{Blow, Fate, Fuse, Gate, Kind};

/// A store as one process sees it.
pub struct Keep {
    pub inner: Arc<dyn Store>,
    pub judge: Arc<Judge>,
    pub fuse: Arc<Fuse>,
    pub process: u32,
}

impl Keep {
    async fn land(&self, log: &LogName, after: Position, entries: &[Draft]) -> Result<Position, StoreError> {
        let landed = self.inner.append(log, after, entries).await;
        if landed.is_ok() {
            self.judge.landed(self.process, log, after, entries);
        }
        landed
    }
}

/// A point at which nothing can land.
async fn pass(fuse: &Fuse, kind: Kind, what: &str) {
    match fuse.enter(kind, || what.to_owned()) {
        Gate::Pass => {}
        Gate::Dead => pending().await,
        Gate::Struck(blow, _) => {
            fuse.blow();
            match blow {
                Blow::Overtake => fuse.released().await,
                Blow::Kill => pending().await,
            }
        }
    }
}

#[async_trait]
impl Store for Keep {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        let what = || {
            let kinds: Vec<String> = entries.iter().map(|draft| format!("{:?}", draft.fact)).collect();
            format!("append to {log}: {}", kinds.join(", "))
        };
        match self.fuse.enter(Kind::Append, what) {
            Gate::Pass => self.land(log, after, entries).await,
            Gate::Dead => pending().await,
            Gate::Struck(blow, fate) => {
                let mut in_flight = self.inner.append(log, after, entries);
                let landed = match fate {
                    Fate::Never => None,
                    Fate::Landed => Some(self.land(log, after, entries).await),
                    Fate::Late => {
                        // Begun and dropped with its process: it may land or not.
                        let _ = poll_fn(|cx| Poll::Ready(in_flight.as_mut().poll(cx))).await;
                        None
                    }
                };
                self.fuse.blow();
                if blow == Blow::Kill {
                    pending::<()>().await;
                }
                self.fuse.released().await;
                match landed {
                    Some(landed) => landed,
                    None => self.land(log, after, entries).await,
                }
            }
        }
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        pass(&self.fuse, Kind::Read, "read").await;
        let entries = self.inner.read(log, from, limit).await?;
        self.judge.read(self.process, log, &entries);
        Ok(entries)
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        self.inner.logs().await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        pass(&self.fuse, Kind::Read, "read the alerts").await;
        self.inner.alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        pass(&self.fuse, Kind::Read, "keep alerts").await;
        self.inner.keep_alerts(rows, polled).await
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.inner.forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.inner.probe().await
    }
}

/// Limits of calls are as long as this; waits are shorter.
const LIMIT: Duration = Duration::from_secs(59);

/// The world's clock as one process sees it.
pub struct Watch {
    pub clock: TokioClock,
    pub fuse: Arc<Fuse>,
}

#[async_trait]
impl Clock for Watch {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        // A limit stands beside a call that is a point itself.
        if elapsed(self.now(), at) < LIMIT {
            pass(&self.fuse, Kind::Sleep, "sleep").await;
        }
        self.clock.sleep_until(at).await;
    }
}
