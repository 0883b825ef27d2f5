//! The scaler's view of the configuration.

use scaler_core::model::AlertFreshness;

use crate::Config;

impl Config {
    /// How the table of alerts is to be believed.
    #[must_use]
    pub fn alert_freshness(&self) -> AlertFreshness {
        AlertFreshness {
            poll: self.alertmanager.as_ref().map(|alertmanager| alertmanager.poll),
            confirm: self.confirm,
            heartbeat: self.heartbeat.clone(),
        }
    }
}
