//! Arithmetic on times that never fails: the core is total.

use std::time::Duration;

use jiff::Timestamp;

/// `at` plus `by`, at most the end of representable time.
#[must_use]
pub fn after(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// How long ago `since` was at `now`; zero where `since` lies in the future (clocks differ, alerts may start later).
#[must_use]
pub fn elapsed(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or(Duration::ZERO)
}
