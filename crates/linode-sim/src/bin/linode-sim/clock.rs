//! The one place that reads the wall clock.

use jiff::Timestamp;

/// Now. Clients of a served simulator have clocks of their own, and ask for events since a time of theirs.
#[allow(clippy::disallowed_methods, reason = "the program's clock; everything else is told the time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
