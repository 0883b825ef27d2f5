//! The wall clock against one that nobody can set.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::after;
use crate::ports::Clock;

/// What is less is a clock that is brought into step.
const SET: Duration = Duration::from_secs(30);

/// What both clocks showed last.
#[derive(Debug)]
pub(super) struct ClockWatch {
    wall: Timestamp,
    monotonic: Duration,
}

impl ClockWatch {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), monotonic: clock.monotonic() }
    }

    /// What both show now, and by how many seconds the wall clock was set since the last look, forward or back, where it was.
    pub(super) fn look(&self, clock: &dyn Clock) -> (Self, Option<i64>) {
        let now = Self::new(clock);
        let expected = after(self.wall, now.monotonic.saturating_sub(self.monotonic));
        let by = now.wall.duration_since(expected);
        let set = (by.unsigned_abs() >= SET).then_some(by.as_secs());
        (now, set)
    }

    /// Whether the wall clock showed `at` between the look before and this one, as it runs since it was set.
    pub(super) fn shown_since(&self, before: &Self, at: Timestamp) -> bool {
        let passed = self.monotonic.saturating_sub(before.monotonic);
        at <= self.wall && after(at, passed) >= self.wall
    }
}
