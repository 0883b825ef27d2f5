//! The simulators' one clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Simulated time: `tokio`'s clock mapped to a starting moment, times a speed.
///
/// Under tokio's paused clock it stands still until the test turns it.
#[derive(Debug, Clone)]
pub struct SimulatedClock {
    origin: Instant,
    start: Timestamp,
    speed: f64,
}

impl SimulatedClock {
    /// A clock that shows `start` now, and goes `speed` times as fast as tokio's, from a millionth to a million;
    /// anything else is 1.
    #[must_use]
    pub fn new(start: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed.clamp(1e-6, 1e6) } else { 1.0 };
        Self { origin: Instant::now(), start, speed }
    }

    /// Simulated time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        later(self.start, scaled(self.origin.elapsed(), self.speed))
    }

    /// How long `simulated` takes on tokio's clock.
    #[must_use]
    pub fn real(&self, simulated: Duration) -> Duration {
        scaled(simulated, 1.0 / self.speed)
    }
}

/// The machine's time, for a simulator whose clients have clocks of their own.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn wall_clock() -> Timestamp {
    Timestamp::now()
}

fn scaled(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// `at` plus `by`, held at the end of time rather than overflowing.
#[must_use]
pub fn later(at: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(at.as_millisecond().saturating_add(millis)).unwrap_or(Timestamp::MAX)
}

/// The time from `earlier` to `at`, zero when it is the other way round.
#[must_use]
pub fn between(earlier: Timestamp, at: Timestamp) -> Duration {
    let millis = at.as_millisecond().saturating_sub(earlier.as_millisecond());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
