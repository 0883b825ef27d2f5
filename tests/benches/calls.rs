//! What a round of 1,000 groups of 10 members asks of the API: counted at the simulator, not timed.
//!
//! ```text
//! cargo bench -p integration --bench calls
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use linode_api::{Client, InProcess, Retry, Token};
use linode_sim::{RateLimits, SeedBalancer, SeedConfig, SeedInstance, Simulator, Timings};
use scaler_core::clock::TokioClock;
use scaler_linode::{LinodeGroup, OwnerTags};

const GROUPS: usize = 1_000;
const MEMBERS: usize = 10;
const OWNER: &str = "k3x9w2";

fn main() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(rounds());
}

/// Calls by what they ask for: numbers in paths left out.
fn calls(sim: &Simulator) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (call, count) in sim.snapshot().calls {
        let plain: Vec<&str> =
            call.split('/').map(|part| if part.parse::<u64>().is_ok() { "{id}" } else { part }).collect();
        *sums.entry(plain.join("/")).or_default() += count;
    }
    sums
}

async fn rounds() {
    let timings = Timings::instant();
    let sim = Simulator::builder().token("t").profile(timings).rate_limits(RateLimits::off()).build();
    let marks = OwnerTags::new(OWNER).unwrap();
    let mut groups = Vec::new();
    for g in 0..GROUPS {
        let name: scaler_core::model::GroupName = format!("web{g}").parse().unwrap();
        let labels: Vec<String> = (0..MEMBERS).map(|m| format!("web{g}-abcde-{m}")).collect();
        for label in &labels {
            let instance = SeedInstance::new(label).tag(marks.owner_tag()).tag(OwnerTags::group_tag(&name));
            sim.seed_instance(&instance).unwrap();
        }
        let config = SeedConfig::new(80).nodes(8080, labels.iter().map(String::as_str));
        let front = sim.seed_nodebalancer(&SeedBalancer::new(format!("front{g}")).config(config)).unwrap();
        let group = LinodeGroup::new(name.as_str(), "nl-ams", "g6-standard-2", "linode/debian12").unwrap();
        groups.push(group.size(2..=20).node_balancer(front.id, front.configs[0], 8080));
    }
    let linode = Client::builder(Token::new("t").unwrap())
        .version("v4beta")
        .service(Arc::new(InProcess::new(sim.router())))
        .retry(Retry::default().seed(1))
        .build()
        .unwrap();
    let scaler = scaler_linode::builder(linode, OWNER, groups)
        .unwrap()
        .clock(TokioClock::new(sim.now()))
        .build()
        .unwrap();
    let mut actors = Vec::new();
    for group in scaler.groups() {
        actors.push(scaler.group(group.name.as_str()).unwrap().actor().await.unwrap());
    }
    let mut before = calls(&sim);
    for round in 1..=20 {
        for actor in &mut actors {
            actor.turn().await.unwrap();
        }
        let after = calls(&sim);
        let new: Vec<String> = after
            .iter()
            .map(|(call, count)| (call, count - before.get(call).unwrap_or(&0)))
            .filter(|(_, count)| *count > 0)
            .map(|(call, count)| format!("{count} × {call}"))
            .collect();
        if [1, 2, 20].contains(&round) {
            let calls = if new.is_empty() { "none".to_owned() } else { new.join(", ") };
            println!("round {round} of {GROUPS} groups of {MEMBERS}: {calls}");
        }
        before = after;
        tokio::time::advance(Duration::from_secs(10)).await;
    }
}
