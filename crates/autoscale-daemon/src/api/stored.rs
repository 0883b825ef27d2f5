//! What a notification is answered with.

use serde::{Deserialize, Serialize};

/// `POST /webhook`: what the notification says is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stored {
    /// Alerts that were stored.
    pub stored: usize,
    /// Groups that alerts name by the label `autoscale_group` and that are not configured: no policy hears them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<String>,
    /// Alerts that the sender left out by its `max_alerts`: nothing is known of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}
