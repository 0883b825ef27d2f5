use api_transport::{Client, Request};

use super::call::Call;
use crate::api::Receiver;

/// The receivers of an Alertmanager's configuration: `/receivers`.
#[derive(Debug, Clone)]
pub struct Receivers(Client);

impl Receivers {
    pub(super) fn new(http: &Client) -> Self {
        Self(http.clone())
    }

    /// All of them: `GET /receivers`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// for receiver in client.receivers().list().await? {
    ///     println!("{}", receiver.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<Vec<Receiver>> {
        Call::json(&self.0, Request::get("listing the receivers of Alertmanager").path(Receiver::PATH))
    }
}
