//! A create whose answer is lost: it may have happened, so it is looked for before it is tried again.
//!
//! ```text
//! linode-sim --listen 127.0.0.1:8080 --fault 'create:lost*1'
//! LINODE_TOKEN=any LINODE_URL=http://127.0.0.1:8080 cargo run -p linode-api --example lost_answer
//! ```
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::error::Error;
use std::time::Duration;

use linode_api::models::{CreateInstance, Instance};
use linode_api::{Client, Filter};
use tokio::time::sleep;

/// A list lags behind writes: only after six looks, 5 s apart, it counts that nothing is there.
const LOOKS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let label = "example-lost-answer";
    let create = CreateInstance::new("nl-ams", "g6-nanode-1").label(label).booted(false);

    let instance = create_once(&client, &create, label).await?;
    println!("instance {} has label {}", instance.id, instance.label);

    let all = client.instances().list().filter(Filter::label(label)).await?;
    let same = all.iter().filter(|instance| instance.label == label).count();
    client.instance(instance.id).delete().await?;
    if same == 1 { Ok(()) } else { Err(format!("{same} instances have label {label}").into()) }
}

/// Creates the instance, or finds the one that an earlier attempt created. The label makes it safe: it is unique on the
/// account, so that a second create with it is refused.
async fn create_once(
    client: &Client,
    create: &CreateInstance,
    label: &str,
) -> Result<Instance, linode_api::Error> {
    loop {
        let error = match client.instances().create(create).await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        };
        println!("{error}");
        if !error.may_have_happened() && !error.is_label_taken() {
            return Err(error);
        }
        for _ in 0..LOOKS {
            if let Some(found) = find(client, label).await? {
                return Ok(found);
            }
            sleep(PAUSE).await;
        }
        println!("it did not happen: once more");
    }
}

async fn find(client: &Client, label: &str) -> Result<Option<Instance>, linode_api::Error> {
    let listed = client.instances().list().filter(Filter::label(label)).await?;
    // Filters were seen to be ignored, so the label is compared here too.
    Ok(listed.into_iter().find(|instance| instance.label == label))
}
