//! Reads a long listing in flat memory, and a short one with a filter.
//!
//! ```text
//! LINODE_TOKEN=… [LINODE_URL=…] cargo run -p linode-api --example filter_and_stream [TAG]
//! ```
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::collections::BTreeMap;
use std::env;
use std::error::Error;

use futures_util::TryStreamExt;
use linode_api::{Client, Filter, Order};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;

    // Page after page: the next one is fetched while this one is read, and at most two are in memory.
    let mut by_region: BTreeMap<String, usize> = BTreeMap::new();
    let mut instances = Box::pin(client.instances().list().page_size(25).stream());
    while let Some(instance) = instances.try_next().await? {
        *by_region.entry(instance.region).or_default() += 1;
    }
    for (region, count) in &by_region {
        println!("{count:>5} in {region}");
    }

    // The API narrows and orders. What it returns is compared again, since filters were seen to be ignored.
    let Some(tag) = env::args().nth(1) else { return Ok(()) };
    let filter = Filter::tag(&tag).order_by("label", Order::Ascending);
    let tagged = client.instances().list().filter(filter).await?;
    if !tagged.is_consistent() {
        println!("something appeared or vanished between two pages: this may not be all");
    }
    for instance in tagged.iter().filter(|instance| instance.has_tag(&tag)) {
        println!("{:>10}  {:<32} {}", instance.id, instance.label, instance.status);
    }

    // Filters combine: what happened to the newest of them since it was created.
    if let Some(newest) = tagged.iter().max_by_key(|instance| instance.created) {
        let about = Filter::about_instance(newest.id).and(Filter::created_since(newest.created));
        for event in client.events().list().filter(about).await? {
            println!("{} {} {}", event.created, event.action, event.status);
        }
    }
    Ok(())
}
