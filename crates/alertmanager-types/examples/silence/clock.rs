//! The only place of this package where the wall clock is read.

use jiff::Timestamp;

/// The time now.
#[allow(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
