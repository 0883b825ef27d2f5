use api_transport::{Client, Request};

use super::call::Call;
use crate::api::AlertmanagerStatus;

/// The state of an Alertmanager: `/status`.
#[derive(Debug, Clone)]
pub struct StatusHandle(Client);

impl StatusHandle {
    pub(super) fn new(http: &Client) -> Self {
        Self(http.clone())
    }

    /// Its version, configuration and cluster: `GET /status`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// let status = client.status().get().await?;
    /// println!("{} up since {}", status.version_info.version, status.uptime);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<AlertmanagerStatus> {
        Call::json(&self.0, Request::get("getting the status of Alertmanager").path(AlertmanagerStatus::PATH))
    }
}
