//! What was done.

use scaler_core::view::Activity;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups/{group}/history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct History {
    /// The group.
    pub group: String,
    /// Its activities, the latest first.
    pub activities: Vec<Activity>,
}
