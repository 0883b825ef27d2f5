//! Random histories: whatever is asked, in whatever order, the world stays whole.

use std::collections::BTreeSet;

use linode_sim::{Simulator, Timings};
use serde_json::{Value, json};

use super::{Api, TOKEN, new_instance, pass};

const SEEDS: u64 = 20;
const STEPS: usize = 150;

/// Any of some ids, or one that doesn't exist.
fn any(rng: &mut fastrand::Rng, ids: &[String]) -> String {
    rng.choice(ids).cloned().unwrap_or_else(|| "77".to_owned())
}

async fn ids(api: &Api, path: &str) -> Vec<String> {
    let list = api.get(path).await;
    let found = list.json["data"].as_array().cloned().unwrap_or_default();
    found.iter().map(|one| one["id"].to_string()).collect()
}

async fn step(api: &Api, rng: &mut fastrand::Rng, nodes: &str) {
    let instances = ids(api, "/linode/instances").await;
    let instance = format!("/linode/instances/{}", any(rng, &instances));
    let node_ids = ids(api, nodes).await;
    let node = format!("{nodes}/{}", any(rng, &node_ids));
    let reply = match rng.u32(0..14) {
        0 | 1 => api.post("/linode/instances", new_instance(&format!("web-{}", rng.u32(0..40)))).await,
        2 => api.delete(&instance).await,
        3 => {
            api.post(
                &format!("{instance}/{}", rng.choice(["boot", "reboot", "shutdown"]).unwrap()),
                json!({}),
            )
            .await
        }
        4 | 5 => {
            let private = api.get(&instance).await.json["ipv4"][1].clone();
            let address = format!("{}:80", private.as_str().unwrap_or("192.168.200.3"));
            api.post(nodes, json!({"address": address, "label": "some-node"})).await
        }
        6 => {
            let mode = rng.choice(["accept", "drain", "reject", "backup"]).unwrap();
            api.put(&node, json!({"mode": mode})).await
        }
        7 => api.delete(&node).await,
        8 => {
            api.sim.set_healthy(instances.first().map_or(0, |id| id.parse().unwrap()), rng.bool());
            api.get("/profile").await
        }
        9 => {
            api.sim.power_off_guest(instances.last().map_or(0, |id| id.parse().unwrap()));
            api.get("/account/events").await
        }
        10 => {
            api.put(&instance, json!({"tags": ["group:other"], "label": format!("web-{}", rng.u32(0..40))}))
                .await
        }
        11 => api.put(nodes.trim_end_matches("/nodes"), json!({"check_attempts": rng.u64(1..5)})).await,
        _ => {
            pass(rng.u64(0..90)).await;
            api.get("/networking/ips").await
        }
    };
    assert!(reply.status < 500, "{}", reply.text);
}

/// What must hold of every world.
async fn check(api: &Api, seed: u64) {
    let snapshot = api.sim.snapshot();
    let alive = || snapshot.instances.iter().filter(|one| one.status != "deleting");
    let addresses: Vec<_> = alive().flat_map(|one| [Some(one.ipv4), one.private_ipv4]).flatten().collect();
    assert_eq!(
        addresses.iter().collect::<BTreeSet<_>>().len(),
        addresses.len(),
        "seed {seed}: an address is held twice"
    );
    let labels: BTreeSet<_> = snapshot.instances.iter().map(|one| &one.label).collect();
    assert_eq!(labels.len(), snapshot.instances.len(), "seed {seed}: a label is held twice");
    let listed = api.get("/linode/instances").await.ok();
    assert_eq!(listed["results"], snapshot.instances.len(), "seed {seed}");
    for backend in &snapshot.nodebalancers[0].configs[0].nodes {
        let owner = backend.instance.and_then(|id| alive().find(|one| one.id == id));
        assert_eq!(
            owner.is_some(),
            backend.instance.is_some(),
            "seed {seed}: a node of an instance that is gone"
        );
        assert_eq!(owner.map(|one| one.ipv4), backend.target.map(|target| *target.ip()), "seed {seed}");
    }
    let running = snapshot.instances.iter().filter(|one| one.status == "running").count();
    assert_eq!(api.sim.guests().len(), running, "seed {seed}");
    assert!(snapshot.bill.lines.iter().all(|line| line.hours >= 1), "seed {seed}");
}

/// When nothing is asked any more, everything settles: nodes say what their services do.
async fn settle(api: &Api, nodes: &str, seed: u64) {
    pass(2 * 3600).await;
    let before = api.sim.snapshot();
    pass(2 * 3600).await;
    let mut after = api.sim.snapshot();
    for backend in &after.nodebalancers[0].configs[0].nodes {
        let serving = after.instances.iter().any(|one| Some(one.id) == backend.instance && one.serving);
        let up = serving && backend.effective_mode != linode_sim::NodeMode::Reject;
        let shown = api.get(&format!("{nodes}/{}", backend.node)).await.ok();
        assert_eq!(shown["status"], if up { "UP" } else { "DOWN" }, "seed {seed}: {backend:?}");
        assert_eq!(backend.mode, backend.effective_mode, "seed {seed}");
    }
    (after.now, after.bill, after.calls) = (before.now, before.bill.clone(), before.calls.clone());
    assert_eq!(before, after, "seed {seed}: a world at rest changes nothing");
}

#[tokio::test(start_paused = true)]
async fn random_histories_leave_the_world_whole() {
    let timings = Timings::realistic();
    for seed in 0..SEEDS {
        let builder = Simulator::builder().token(TOKEN).seed(seed).profile(timings.clone());
        let api = Api::of(builder.rate_limits(linode_sim::RateLimits::off()).build());
        let mut rng = fastrand::Rng::with_seed(seed);
        let nodes = api.balancer().await;
        for _ in 0..STEPS {
            step(&api, &mut rng, &nodes).await;
            check(&api, seed).await;
        }
        settle(&api, &nodes, seed).await;
        let events = api.get("/account/events?page_size=500").await.ok();
        let open = |event: &&Value| event["status"] == "started" || event["status"] == "scheduled";
        assert_eq!(events["data"].as_array().unwrap().iter().filter(open).count(), 0, "seed {seed}");
    }
    println!("{SEEDS} histories of {STEPS} steps");
}
