//! How simulated time passes: one clock for the simulated cloud, the daemon and the rules.

use std::time::Duration;

use jiff::Timestamp;
use scaler_core::clock::TokioClock;
use scaler_core::ports::Clock as _;

/// When the story begins, in simulated time: always the same, so that runs read alike.
const START: &str = "2026-01-05T08:00:00Z";

/// Simulated time and how fast it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    clock: TokioClock,
    /// When the story began.
    pub(crate) start: Timestamp,
    /// Simulated seconds in a real one.
    pub(crate) speed: f64,
}

impl Pace {
    /// Time begins now.
    pub(crate) fn new(speed: f64) -> Self {
        let start = START.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        Self { clock: TokioClock::new(start).with_speed(speed), start, speed }
    }

    /// The clock, for the daemon.
    pub(crate) const fn clock(&self) -> TokioClock {
        self.clock
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long a simulated time really takes.
    pub(crate) fn real(&self, simulated: Duration) -> Duration {
        self.clock.real(simulated)
    }
}

/// Seconds from `earlier` to `later`, negative the other way round.
pub(crate) fn seconds(earlier: Timestamp, later: Timestamp) -> f64 {
    later.duration_since(earlier).as_secs_f64()
}
