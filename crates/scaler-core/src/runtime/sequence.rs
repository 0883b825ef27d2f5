//! The order of calls.

use std::sync::atomic::{AtomicU64, Ordering};

/// Puts calls of this process in an order that no clock can blur: what began after a number was drawn is later.
#[derive(Debug, Default)]
pub(super) struct Sequence(AtomicU64);

impl Sequence {
    /// The next number.
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }
}
