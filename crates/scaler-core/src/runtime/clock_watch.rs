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

    /// By how many seconds the wall clock was set since the last look, forward or back, where it was.
    pub(super) fn set_by(&mut self, clock: &dyn Clock) -> Option<i64> {
        let before = std::mem::replace(self, Self::new(clock));
        let expected = after(before.wall, self.monotonic.saturating_sub(before.monotonic));
        let by = self.wall.duration_since(expected);
        (by.unsigned_abs() >= SET).then_some(by.as_secs())
    }
}
