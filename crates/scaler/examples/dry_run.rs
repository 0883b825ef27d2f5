//! What would be done, and why, before anything is: for a person who confirms, or a pipeline that shows it for approval.
//!
//! It runs against the simulator in this process and changes nothing in it.
//!
//! ```text
//! cargo run -p scaler --all-features --example dry_run
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod simulated;

use std::error::Error;

use scaler::LinodeGroup;
use scaler::state::Step;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = simulated::account()?;
    let web = LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")?
        .size(2..=6)
        .node_balancer(account.nodebalancer, account.config, 8080);
    let scaler =
        scaler::linode_builder(account.client.clone(), "shop", [web])?.clock(account.clock).build()?;
    let web = scaler.group("web")?;

    // What the loop would do by itself. A plan prints as a person reads it; its steps are values.
    let plan = web.plan().await?;
    println!("By itself:\n{plan}\n");

    // What a request would lead to. The same call, awaited instead, would make it.
    let call = web.scale_to(9).because("a sale");
    let plan = call.plan().await?;
    println!("If nine were asked for:\n{plan}\n");
    let creates =
        plan.steps.iter().filter(|planned| matches!(planned.step.known(), Some(Step::Create { .. }))).count();
    println!("{creates} instances would be created, for the group has at most 6");

    let instances = account.client.instances().list().await?;
    println!("{} instances exist", instances.len());
    if instances.is_empty() && creates > 0 { Ok(()) } else { Err("a dry run changes nothing".into()) }
}
