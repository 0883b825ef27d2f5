//! How groups stand.

use scaler_core::view::Status;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/groups`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Groups {
    /// The configured groups, by name.
    pub groups: Vec<Status>,
    /// Groups that left the configuration: their members are kept, and not touched.
    pub unmanaged: Vec<String>,
}
