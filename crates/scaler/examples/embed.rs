//! A service of yours that scales its own web tier: up for a release, down again when it is over.
//!
//! It runs against the simulator in this process, a hundred times as fast as life. Against Linode, `simulated::account` and
//! the clock go, and the client is `Client::from_env()?`.
//!
//! ```text
//! cargo run -p scaler --all-features --example embed
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod simulated;

use std::error::Error;
use std::time::Duration;

use scaler::{LinodeGroup, Outcome, Run};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = simulated::account()?;

    // What members are made of, how many there may be, where they serve, and the times that the group keeps.
    let web = LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")?
        .size(2..=6)
        .node_balancer(account.nodebalancer, account.config, 8080)
        .template(|create| create.root_pass("correct-Horse-battery-9".to_owned().into()))
        .configure(|group| {
            group.launch.warm_up = Duration::from_secs(30);
            group.remove.drain = Duration::from_secs(60);
        });

    // A store that lasts (`.store(sqlite::SqliteStore::open(path).await?)`) lets the next process go on where this one ends.
    let scaler = scaler::linode_builder(account.client, "shop", [web])?.clock(account.clock).build()?;
    let web = scaler.group("web")?;

    watch(web.scale_to(3).because("release 4.2").events()).await?;
    watch(web.scale_down(1).because("release 4.2 is out").events()).await?;

    println!("\nWhat was done, the latest first:");
    for activity in web.history(10).await? {
        let ended = activity.ended.map_or_else(|| "under way".to_owned(), |ended| ended.outcome.to_string());
        let (cause, desired, steps) = (activity.cause, activity.desired, activity.steps.len());
        println!("  generation {}: {desired} desired, {steps} steps, {ended} — {cause}", activity.generation);
    }
    let status = web.status().await?;
    println!("{} of {} in service", status.in_service, status.desired.unwrap_or_default());
    if status.in_service == 2 { Ok(()) } else { Err("two should be in service".into()) }
}

/// Prints the events on the way, and fails unless the end is reached.
async fn watch(mut run: Run) -> Result<(), Box<dyn Error>> {
    while let Some(event) = run.next().await {
        println!("{} {event}", event.at.strftime("%H:%M:%S"));
    }
    match run.outcome().await? {
        Outcome::Reached => Ok(()),
        other => Err(other.to_string().into()),
    }
}
