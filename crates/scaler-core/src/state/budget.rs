//! The removal budget: one place that no cause can go around.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{GroupName, Slot, elapsed};

/// The installation's removal budget: of all members that may be serving at most the larger of 5 and 10 % per 10 minutes.
const INSTALLATION: (u32, u32, Duration) = (5, 10, Duration::from_secs(600));

/// A drain that is not seen so long after its permit was drawn lapses with it.
pub(crate) const LAPSE: Duration = Duration::from_secs(60);

/// A permit that was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DrawnPermit {
    /// When.
    pub at: Timestamp,
    /// For which group.
    pub group: GroupName,
    /// For which member.
    pub slot: Slot,
    /// An operator allowed it over the removal budget.
    pub over: bool,
}

/// Draws that `at_most` leaves in the window before `now`. A drain may come [`LAPSE`] after its draw, so a draw counts for
/// so much longer: the removal budget holds over any window of drains, too.
pub(crate) fn left(at_most: u32, every: Duration, permits: &[DrawnPermit], now: Timestamp) -> u32 {
    let drawn = permits.iter().filter(|draw| elapsed(draw.at, now) < every + LAPSE).count();
    at_most.saturating_sub(u32::try_from(drawn).unwrap_or(u32::MAX))
}

/// Draws left to the whole installation, of which `serving` members may be serving.
#[must_use]
pub fn installation_left(serving: u32, permits: &[DrawnPermit], now: Timestamp) -> u32 {
    let (least, percent, every) = INSTALLATION;
    left((serving.saturating_mul(percent) / 100).max(least), every, permits, now)
}
