//! A look at the account once at the start, for the log: what can't work, or will surprise somebody.

use linode_api::Client;
use scaler_linode::{LinodeGroup, Weight, check};

/// What is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Preflight {
    pub(crate) linode: Client,
    pub(crate) groups: Vec<LinodeGroup>,
}

impl Preflight {
    /// Looks, and says what it found.
    pub(crate) async fn look(&self) {
        for concern in check(&self.linode, &self.groups).await {
            match concern.weight() {
                Weight::Error => tracing::error!("{concern}"),
                Weight::Warning => tracing::warn!("{concern}"),
                Weight::Hint => tracing::info!("{concern}"),
            }
        }
    }
}
