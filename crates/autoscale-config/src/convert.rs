//! The scaler's view of the configuration.

use scaler_core::model::AlertFreshness;

use crate::Config;

impl Config {
    /// How the table of alerts is to be believed.
    #[must_use]
    pub fn alert_freshness(&self) -> AlertFreshness {
        let mut freshness = AlertFreshness::pushed(self.confirm);
        freshness.poll = self.alertmanager.as_ref().map(|alertmanager| alertmanager.poll);
        freshness.heartbeat.clone_from(&self.heartbeat);
        freshness
    }
}
