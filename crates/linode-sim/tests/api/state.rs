//! The simulator as a library: seeds, snapshots, watching.

use linode_sim::{Delay, NodeStatus, Seed, SeedBalancer, SeedConfig, SeedInstance, Simulator, Timings};
use serde_json::json;

use super::{Api, TOKEN, pass};

#[tokio::test(start_paused = true)]
async fn a_seed_file_fills_the_world() {
    let api = Api::new(Timings::realistic());
    let seed = json!({
        "images": [{"id": "private/24170", "label": "golden-web", "capabilities": ["cloud-init"], "is_public": false}],
        "instances": [
            {"label": "web-one", "tags": ["group:web"], "age_secs": 7200},
            {"label": "web-two", "running": false},
        ],
        "nodebalancers": [{
            "label": "web-lb",
            "configs": [{"port": 80, "nodes": [{"instance": "web-one", "port": 8080}]}],
        }],
        "faults": ["create:500*1"],
    });
    let seed: Seed = serde_json::from_value(seed).unwrap();
    let seeded = api.sim.seed(&seed).unwrap();
    let snapshot = api.sim.snapshot();
    assert_eq!(snapshot.instances[0].status, "running");
    assert_eq!(snapshot.instances[1].status, "provisioning");
    assert_eq!(snapshot.bill.lines[0].hours, 2);
    let backend = &api.sim.backends(seeded[0].configs[0])[0];
    assert_eq!((backend.status, backend.target.unwrap().port()), (NodeStatus::Up, 8080));
    assert_eq!(*backend.target.unwrap().ip(), snapshot.instances[0].ipv4);
    assert_eq!(api.sim.guests().len(), 1);
    assert_eq!(api.get("/images/private/24170").await.ok()["label"], "golden-web");
    assert_eq!(api.sim.faults().list().len(), 1);
    let error = api.sim.seed_instance(&SeedInstance::new("web-one")).unwrap_err().to_string();
    assert!(error.contains("web-one") && error.contains("unique"), "{error}");
    let lost = SeedBalancer::new("lost-lb").config(SeedConfig::new(80).nodes(80, ["nobody"]));
    assert!(api.sim.seed_nodebalancer(&lost).unwrap_err().to_string().contains("nobody"));
}

#[tokio::test(start_paused = true)]
async fn lists_show_at_once_what_was_seeded() {
    let mut timings = Timings::realistic();
    timings.list_lag = Delay::secs(60);
    let api = Api::new(timings);
    api.sim.seed_instance(&SeedInstance::new("web-one")).unwrap();
    let config = SeedConfig::new(80).nodes(8080, ["web-one"]);
    let balancer = api.sim.seed_nodebalancer(&SeedBalancer::new("web-lb").config(config)).unwrap();
    let nodes = format!("/nodebalancers/{}/configs/{}/nodes", balancer.id, balancer.configs[0]);
    for list in ["/linode/instances", "/nodebalancers", nodes.as_str()] {
        assert_eq!(api.get(list).await.ok()["results"], 1, "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_by_operation() {
    let api = Api::new(Timings::instant());
    let id = api.create("web-one").await["id"].clone();
    api.get(&format!("/linode/instances/{id}")).await;
    api.get("/linode/instances/77").await;
    let calls = api.sim.snapshot().calls;
    assert_eq!(calls["POST /linode/instances"], 1);
    assert_eq!(calls["GET /linode/instances/{id}"], 2);
}

#[tokio::test(start_paused = true)]
async fn watchers_hear_of_changes_and_of_what_time_brings() {
    let mut timings = Timings::instant();
    timings.boot = Delay::secs(60);
    let api = Api::of(Simulator::builder().token(TOKEN).profile(timings).build());
    let mut changes = api.sim.subscribe();
    let keeper = tokio::spawn({
        let sim = api.sim.clone();
        async move { sim.keep_time().await }
    });
    api.create("web-one").await;
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    let began = tokio::time::Instant::now();
    while api.sim.guests().is_empty() {
        changes.changed().await.unwrap();
    }
    let took = began.elapsed().as_secs_f64();
    assert!((60.0..61.0).contains(&took), "{took}");
    keeper.abort();
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_world() {
    let run = async || {
        let api = Api::of(Simulator::builder().token(TOKEN).seed(42).build());
        let nodes = api.balancer().await;
        for at in 0..5 {
            let instance = api.create(&format!("web-{at}")).await;
            let address = format!("{}:80", super::private_of(&instance));
            api.post(&nodes, json!({"address": address, "label": format!("web-{at}")})).await.ok();
            pass(13).await;
        }
        pass(60).await;
        serde_json::to_string(&api.sim.snapshot()).unwrap()
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test(start_paused = true)]
async fn a_jump_over_hours_gives_the_world_that_ticks_would() {
    let run = async |steps: u64, step: u64| {
        let api = Api::of(Simulator::builder().token(TOKEN).seed(3).build());
        let nodes = api.balancer().await;
        let instance = api.create("web-one").await;
        let address = format!("{}:80", super::private_of(&instance));
        api.post(&nodes, json!({"address": address, "label": "web-one"})).await.ok();
        for _ in 0..steps {
            pass(step).await;
            let _ = api.sim.snapshot();
        }
        let events = api.get("/account/events").await.ok();
        (serde_json::to_string(&api.sim.snapshot()).unwrap(), events)
    };
    assert_eq!(run(3600, 1).await, run(1, 3600).await);
}

#[tokio::test(start_paused = true)]
async fn loads_and_addresses_are_for_the_live_side() {
    let api = Api::of(Simulator::builder().token(TOKEN).loopback(99).profile(Timings::instant()).build());
    let id = api.create("web-one").await["id"].as_u64().unwrap();
    assert!(api.sim.set_load(id, 0.7));
    let view = &api.sim.snapshot().instances[0];
    assert_eq!((view.load, view.ipv4.octets()[..2].to_vec()), (0.7, vec![127, 99]));
    let balancer = api.post("/nodebalancers", json!({"region": "nl-ams"})).await.ok();
    assert!(balancer["ipv4"].as_str().unwrap().starts_with("127.99.240."));
    assert!(!api.sim.set_load(1, 0.5));
}
