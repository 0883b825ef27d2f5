//! What the handlers share.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{GroupName, after};
use scaler_core::ports::{Clock, chain};
use scaler_core::runtime::{Error, Scaler};
use scaler_core::view::Status;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::time::Instant;

use crate::ApiCredential;
use crate::events::EventLog;
use crate::http::refusal::Refusal;
use crate::lanes::Lanes;
use crate::local::LeftKey;
use crate::metrics::Metrics;
use crate::scrape::Directory;
use crate::sentinel::{Gathered, Sentinel};

/// A store that takes longer than this to say how a group stands does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer to whether the store can be written holds.
const PROBED: Duration = Duration::from_secs(1);
/// How often all groups are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// When the store was written to see whether it can be, and what came of it.
pub(crate) type Probed = (Instant, Result<(), String>);

pub(crate) struct State {
    pub(crate) scaler: Scaler,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) credential: Option<ApiCredential>,
    pub(crate) webhook_credential: Option<ApiCredential>,
    /// Names under which it is called without a credential, beside addresses and `localhost`.
    pub(crate) hosts: Vec<String>,
    /// Gone from beside the store before another process can hold that.
    pub(crate) key: Option<LeftKey>,
    /// Where this machine reaches it, once it listens.
    pub(crate) address: OnceLock<String>,
    pub(crate) events: EventLog,
    pub(crate) metrics: Metrics,
    pub(crate) sentinel: Sentinel,
    pub(crate) directory: Option<Directory>,
    /// The last such look.
    pub(crate) probed: Arc<Mutex<Option<Probed>>>,
    pub(crate) lanes: Lanes,
    /// Bodies that are large enough to be counted, read at once.
    pub(crate) large_bodies: Semaphore,
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) started: Timestamp,
    pub(crate) names: Vec<GroupName>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("groups", &self.names).finish_non_exhaustive()
    }
}

impl State {
    /// The names of the configured groups.
    pub(crate) fn group_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(GroupName::as_str)
    }

    /// How a group stands, with what was gathered about it.
    pub(crate) async fn status(&self, group: &str) -> Result<(Status, Gathered), Refusal> {
        let status = self.patiently(self.scaler.group(group)?.status()).await?;
        let gathered = self.sentinel.see(&status);
        Ok((status, gathered))
    }

    /// Looks at all groups again and again: some of what is gathered shows by that alone.
    pub(crate) async fn keep_looking(&self) {
        loop {
            for group in self.group_names() {
                // One that can't be read is said by whoever asks for it.
                let _ = self.status(group).await;
            }
            self.clock.sleep_until(after(self.clock.now(), LOOK)).await;
        }
    }

    /// Whether a step of any group may be under way. Where the store does not say, nothing is waited for: what is broken
    /// off is taken up from the log as after a crash.
    pub(crate) async fn steps_under_way(&self) -> bool {
        for group in self.group_names() {
            if self.status(group).await.is_ok_and(|(status, _)| !status.in_flight.is_empty()) {
                return true;
            }
        }
        false
    }

    /// Waits for the store, but not for ever: it may hang while everything else works.
    pub(crate) async fn patiently<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refusal> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done.map_err(Refusal::from),
            Err(_) => Err(Refusal::slow_store(PATIENCE)),
        }
    }

    /// The same for what the store is to take: it may still do so.
    pub(crate) async fn written<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refusal> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done.map_err(Refusal::from),
            Err(_) => Err(Refusal::unwritten(PATIENCE)),
        }
    }

    /// Whether the store takes what is written now; else in words why not. Those who ask at once share the answer, which
    /// nobody can ask for so often that the disk feels it.
    pub(crate) async fn writable(self: &Arc<Self>) -> Result<(), String> {
        let mut last = Arc::clone(&self.probed).lock_owned().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < PROBED
        {
            return answer.clone();
        }
        let state = Arc::clone(self);
        // Apart from whoever asks: one who goes away must not let the next one write again.
        let probe = tokio::spawn(async move {
            let answer = match tokio::time::timeout(PATIENCE, state.scaler.alerts().probe()).await {
                Ok(done) => done.map_err(|error| chain(&error)),
                Err(_) => Err(Refusal::slow_store(PATIENCE).to_string()),
            };
            *last = Some((Instant::now(), answer.clone()));
            answer
        });
        probe.await.unwrap_or_else(|ended| Err(ended.to_string()))
    }

    /// Over once the daemon stops.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.subscribe();
        async move {
            // Without a sender the daemon is gone, which is the same.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}
