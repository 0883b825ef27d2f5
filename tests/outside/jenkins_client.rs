//! The client, with the default features.

use jenkins_client::Client;

pub async fn scale(client: &Client) -> Result<bool, Box<dyn std::error::Error>> {
    let trigger = client.job("infra/scale-web")?.build_with([("DESIRED", "5"), ("REQUEST_ID", "op-17")]);
    Ok(trigger.identified_by("REQUEST_ID").follow().await?.is_success())
}

/// The client's own service over the network.
pub fn client() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(Client::from_env()?)
}
