//! The models of Alertmanager's API v2 (base path `/api/v2`), under the names that its `openapi.yaml` gives them.
//!
//! They hold what 0.25, 0.28 and 0.34 send; a field that only later versions have is an `Option`, so that what was
//! decoded encodes to what came. Unknown fields are passed over.

mod alert;
mod error;
mod query;
mod silence;
mod status;

pub use alert::{AlertGroup, AlertState, AlertStatus, GettableAlert, PostableAlert, Receiver};
pub use error::ErrorBody;
pub use query::{AlertGroupsQuery, AlertsQuery, SilencesQuery};
pub use silence::{
    GettableSilence, PostSilencesResponse, PostableSilence, SilenceId, SilenceMatcher, SilenceState,
    SilenceStatus,
};
pub use status::{
    AlertmanagerConfig, AlertmanagerStatus, ClusterState, ClusterStatus, PeerStatus, VersionInfo,
};
