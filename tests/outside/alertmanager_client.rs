//! The client of the API, behind its feature.

use alertmanager_types::api::GettableAlert;
use alertmanager_types::{Client, Error};

pub async fn alerts(client: &Client) -> Result<Vec<GettableAlert>, Error> {
    client.alerts().list().await
}

/// The client's own service over the network.
pub fn client() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(Client::builder("https://example.com/alertmanager").build()?)
}
