//! The client, with the default features.

use linode_api::models::{CreateInstance, Instance};
use linode_api::{Client, Error, Filter};

/// A create whose answer is lost is looked up, not sent again.
pub async fn launch(client: &Client) -> Result<Option<Instance>, Error> {
    let create = CreateInstance::new("nl-ams", "g6-nanode-1").label("web-7").image("linode/debian12").booted(true);
    match client.instances().create(&create).await {
        Err(error) if error.may_have_happened() => {
            let found = client.instances().list().filter(Filter::label("web-7")).await?;
            Ok(found.into_iter().next())
        }
        created => created.map(Some),
    }
}

/// The client's own service over the network.
pub fn client() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(Client::from_env()?)
}
