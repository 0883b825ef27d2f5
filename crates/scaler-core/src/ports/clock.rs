//! Time.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::elapsed;

/// The one source of time. Everything that waits, waits here, so that a test can turn it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;

    /// How long it is since some fixed time, which nobody can change by setting the clock. A clock that is never set tells it by
    /// [`now`](Self::now).
    fn monotonic(&self) -> Duration {
        elapsed(Timestamp::UNIX_EPOCH, self.now())
    }

    /// Returns at `at`, or at once where that has passed.
    async fn sleep_until(&self, at: Timestamp);
}
