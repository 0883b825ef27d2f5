//! Real time, of which the simulation says how much it costs.

use std::time::Instant;

/// Begins to measure.
#[expect(clippy::disallowed_methods, reason = "what a test costs is real time")]
pub fn stopwatch() -> Instant {
    Instant::now()
}
