//! Time.

use async_trait::async_trait;
use jiff::Timestamp;

/// The one source of time. Everything that waits, waits here, so that a test can turn it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;

    /// Returns at `at`, or at once where that has passed.
    async fn sleep_until(&self, at: Timestamp);
}
