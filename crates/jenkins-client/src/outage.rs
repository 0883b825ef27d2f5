//! Patience with a Jenkins that is away: a restart takes minutes, and what is followed goes on after it.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

/// The pause between two looks while Jenkins is away.
const PAUSE: Duration = Duration::from_secs(2);

/// How long Jenkins has been away.
#[derive(Debug)]
pub(crate) struct Outage {
    patience: Duration,
    since: Option<Instant>,
}

impl Outage {
    pub(crate) const fn new(patience: Duration) -> Self {
        Self { patience, since: None }
    }

    /// Takes an error that may pass: how long to wait before the next look.
    ///
    /// # Errors
    /// The error itself, when it cannot pass or has lasted too long.
    pub(crate) fn bear(&mut self, error: Error) -> Result<Duration, Error> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if !error.is_retryable() || since.elapsed() >= self.patience {
            return Err(error);
        }
        Ok(error.retry_after().unwrap_or(PAUSE).max(PAUSE))
    }

    /// Jenkins answered: whether it was away before.
    pub(crate) const fn end(&mut self) -> bool {
        self.since.take().is_some()
    }

    /// How long it has been away.
    pub(crate) fn lasted(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
