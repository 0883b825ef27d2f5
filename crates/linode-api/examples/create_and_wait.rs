//! Creates an instance, waits until it runs and can be reached, and deletes it again.
//!
//! ```text
//! LINODE_TOKEN=… [LINODE_URL=http://127.0.0.1:8080] cargo run -p linode-api --example create_and_wait
//! ```
//!
//! Against the real API it costs one started hour of the smallest type.
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::error::Error;
use std::time::Duration;

use linode_api::models::{CreateInstance, Instance};
use linode_api::{Client, Condition as _, InstanceId, WaitError, conditions};

const REGION: &str = "nl-ams";
const TYPE: &str = "g6-nanode-1";

/// The public half of a key that is thrown away: the instance lives for minutes, and is not logged in to.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKIgmzGPUqzxbFkKvJ5Uq7gGJtHyVLIjCvLYBYF6Oj example";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let price = client.instance_type(TYPE).get().await?.price_in(REGION).hourly;
    println!(
        "{TYPE} in {REGION}: {} US dollars an hour",
        price.map_or("?".to_owned(), |price| price.to_string())
    );

    // What is left out is the account's or the API's choice, so set what matters.
    let create = CreateInstance::new(REGION, TYPE)
        .label("example-create-and-wait")
        .image("linode/debian12")
        .authorized_keys(vec![KEY.to_owned()])
        .private_ip(true)
        .backups_enabled(false)
        .booted(true)
        .tags(vec!["example".to_owned()]);
    let created = client.instances().create(&create).await?;
    println!("instance {} is {}", created.id, created.status);

    // Whatever the wait brings, nothing is left behind.
    let waited = reachable(&client, created.id).await;
    client.instance(created.id).delete().await?;
    match waited {
        Ok(running) => {
            println!("it ran at {:?}, and is deleted", running.private_ipv4());
            Ok(())
        }
        Err(WaitError::Exceeded { last, .. }) => Err(format!("too slow: it was last {last:?}").into()),
        Err(error) => Err(error.into()),
    }
}

/// Waits until the instance runs and has the private address that a NodeBalancer needs.
async fn reachable(client: &Client, id: InstanceId) -> Result<Instance, WaitError> {
    let has_address = |instance: &Instance| instance.private_ipv4().is_some();
    client
        .instance(id)
        .wait()
        .until(conditions::running().and(has_address))
        .timeout(Duration::from_secs(10 * 60))
        .every(Duration::from_secs(2))
        .await
}
