//! An instance's status.

use serde::Serialize;

/// An instance's status in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Provisioning,
    Booting,
    Running,
    Offline,
    ShuttingDown,
    Rebooting,
    Rebuilding,
    Deleting,
}

impl Status {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Booting => "booting",
            Self::Running => "running",
            Self::Offline => "offline",
            Self::ShuttingDown => "shutting_down",
            Self::Rebooting => "rebooting",
            Self::Rebuilding => "rebuilding",
            Self::Deleting => "deleting",
        }
    }
}
