//! A service of yours that scales its own web tier: up for a release, down again when it is over.
//!
//! It runs against the simulator in this process, a hundred times as fast as life. Against Linode only the lines marked
//! below are different.
//!
//! ```text
//! cargo run -p scaler --all-features --example embed
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use api_transport::service::InProcess;
use linode_api::models::{NodeBalancerConfigId, NodeBalancerId};
use linode_api::{Client, Token};
use linode_sim::{SeedBalancer, SeedConfig, Simulator};
use scaler_core::clock::TokioClock;
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{Amount, Group, Size, Template};
use scaler_core::runtime::{Ending, Run, Scaler};
use scaler_core::state::Cause;
use scaler_linode::{Backend, LinodeBalancers, LinodeCompute, LinodeGroup, OwnerTags};

const SPEED: f64 = 100.0;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Yours: `Client::from_env()?`, the numbers of your NodeBalancer and its config, and `clock::SystemClock`.
    let simulator = Simulator::builder().speed(SPEED).build();
    let front = simulator.seed_nodebalancer(&SeedBalancer::new("front").config(SeedConfig::new(80)))?;
    let backend = Backend {
        nodebalancer: NodeBalancerId::new(front.id).ok_or("a NodeBalancer has a number")?,
        config: front
            .configs
            .first()
            .and_then(|id| NodeBalancerConfigId::new(*id))
            .ok_or("a config has a number")?,
        port: 8080,
    };
    let linode = Client::builder(Token::new("simulated")?)
        .version("v4beta")
        .service(Arc::new(InProcess::new(simulator.router())))
        .build()?;
    let clock = TokioClock::new(simulator.now()).with_speed(SPEED);

    // What members are made of, and where they serve.
    let name: scaler_core::model::GroupName = "web".parse()?;
    let members = LinodeGroup::new(name.clone(), "nl-ams", "linode/debian12")
        .template(|template| template.root_pass("correct-Horse-battery-9".to_owned().into()))
        .backend(backend);

    // How many there may be, and the times that the group keeps.
    let config = scaler_core::model::ConfigId(backend.config.get());
    let template = Template { hash: "release-4.2".into(), types: vec!["g6-standard-2".into()] };
    let mut group = Group::new(name, Size { min: 2, max: 6 }, vec![config], template);
    group.launch.warm_up = Duration::from_secs(30);
    group.remove.drain = Duration::from_secs(60);

    // A store that lasts (`sqlite::SqliteStore::open`) lets the next process go on where this one ends.
    let scaler = Scaler::builder()
        .compute(LinodeCompute::new(linode.clone(), OwnerTags::new("example")?, [members.clone()]))
        .balancer(LinodeBalancers::new(linode, [&members]))
        .store(InMemoryStore::new())
        .clock(clock)
        .group(group)
        .build()?;

    println!("What would be done for two members:\n{}\n", scaler.plan("web").await?);
    told(scaler.scale_to("web", 3, Cause::operator("release 4.2"))).await?;
    told(scaler.scale_down("web", Amount::Count(1), Cause::operator("release 4.2 is out"))).await?;

    println!("\nWhat was done, the latest first:");
    for activity in scaler.history("web", 10).await? {
        let ended = activity.ended.map_or_else(|| "under way".to_owned(), |ended| ended.to_string());
        let (cause, desired, steps) = (activity.cause, activity.desired, activity.steps.len());
        println!("  generation {}: {desired} desired, {steps} steps, {ended} — {cause}", activity.generation);
    }
    let status = scaler.status("web").await?;
    println!("{} of {} in service", status.in_service, status.desired.unwrap_or_default());
    if status.in_service == 2 { Ok(()) } else { Err("two should be in service".into()) }
}

/// Prints the events on the way, and fails unless the end is reached.
async fn told(mut run: Run) -> Result<(), Box<dyn Error>> {
    while let Some(event) = run.next().await {
        println!("{} {event}", event.at.strftime("%H:%M:%S"));
    }
    match run.outcome().await? {
        Ending::Reached => Ok(()),
        other => Err(other.to_string().into()),
    }
}
