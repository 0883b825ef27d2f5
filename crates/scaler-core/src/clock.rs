//! Time: the machine's, and tokio's, which a test can turn. The one place where the wall clock is read.

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::model::{after, elapsed};
use crate::ports::Clock;

/// The longest sleep without another look at the wall clock, which may be set or may stand still while a machine sleeps.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "here the clock port meets the wall clock, and nowhere else"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        FIRST.get_or_init(Instant::now).elapsed()
    }

    async fn sleep_until(&self, at: Timestamp) {
        sleep_by(at, || self.now()).await;
    }
}

/// Sleeps until the wall clock shows `at`, but no longer than that was away at first: one that is put back by an hour must not
/// make anybody sleep for an hour.
async fn sleep_by(at: Timestamp, wall: impl Fn() -> Timestamp + Send) {
    let latest = Instant::now() + elapsed(wall(), at);
    loop {
        let left = elapsed(wall(), at).min(latest.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return;
        }
        sleep(left.min(LOOK_AGAIN)).await;
    }
}

/// A clock that begins at a given time and follows tokio's, faster or slower: a paused runtime turns it at will, and a
/// demonstration lets an hour pass in a minute.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    start: Timestamp,
    origin: Instant,
    speed: f64,
}

impl TokioClock {
    /// A clock that shows `start` now and goes as fast as tokio's.
    ///
    /// Under a paused clock it must be made inside the runtime.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start, origin: Instant::now(), speed: 1.0 }
    }

    /// The same clock, `speed` times as fast; a speed that is not a positive number counts as 1.
    #[must_use]
    pub fn with_speed(self, speed: f64) -> Self {
        let start = self.now();
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { start, origin: Instant::now(), speed }
    }

    /// How long tokio's clock takes for `span` of this one.
    #[must_use]
    pub fn real(&self, span: Duration) -> Duration {
        Duration::try_from_secs_f64(span.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

#[async_trait]
impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let passed = self.origin.elapsed();
        // Without a factor no floating point, so that a deterministic run shows the same digits on every machine.
        let passed = if self.speed == 1.0 {
            passed
        } else {
            Duration::try_from_secs_f64(passed.as_secs_f64() * self.speed).unwrap_or(Duration::MAX)
        };
        after(self.start, passed)
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = elapsed(self.now(), at);
            if left.is_zero() {
                return;
            }
            // Division may round down to nothing, and then time would stand still.
            sleep(self.real(left).max(Duration::from_millis(1))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_was_put_back_made_the_loop_sleep_for_an_hour() {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let began = Instant::now();
        let wall = |jump: i64| {
            move || {
                let passed = began.elapsed();
                let now = after(noon, passed);
                if passed > Duration::from_secs(3) {
                    now + jiff::SignedDuration::from_secs(jump)
                } else {
                    now
                }
            }
        };
        sleep_by(after(noon, Duration::from_secs(10)), wall(-3_600)).await;
        assert_eq!(began.elapsed(), Duration::from_secs(10));
        sleep_by(after(noon, Duration::from_secs(7_200)), wall(7_200)).await;
        assert_eq!(began.elapsed(), Duration::from_secs(10), "what has passed by the wall clock has passed");
    }
}
