//! NodeBalancer nodes: modes, health, rebuilds.

use linode_sim::{Delay, NodeMode, NodeStatus, Settings, Simulator, Timings};
use serde_json::{Value, json};

use super::{Api, TOKEN, pass, private_of};

async fn served(timings: Timings) -> (Api, String, Value) {
    let api = Api::new(timings);
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one", "weight": 100});
    let node = format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]);
    pass(5).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
    (api, node, instance["id"].clone())
}

fn config_of(node: &str) -> u64 {
    node.split('/').nth(4).unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_mode_shows_at_once_and_acts_later() {
    let mut timings = Timings::instant();
    timings.mode = Delay::secs(60);
    let (api, node, _) = served(timings).await;
    let changed = api.put(&node, json!({"mode": "reject"})).await.ok();
    assert_eq!((&changed["mode"], &changed["status"]), (&json!("reject"), &json!("UP")));
    assert_eq!(
        (&changed["weight"], &changed["label"]),
        (&json!(100), &json!("web-one")),
        "what is left out stays"
    );
    let backend = api.sim.backends(config_of(&node)).remove(0);
    assert_eq!((backend.mode, backend.effective_mode), (NodeMode::Reject, NodeMode::Accept));
    assert!(backend.target.unwrap().ip().is_loopback());
    pass(59).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
    pass(1).await;
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN");
    assert_eq!(api.sim.backends(config_of(&node))[0].effective_mode, NodeMode::Reject);

    api.put(&node, json!({"mode": "accept"})).await.ok();
    pass(60).await;
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN", "a check has to pass first");
    pass(5).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
}

#[tokio::test(start_paused = true)]
async fn a_draining_node_stays_up() {
    let (api, node, _) = served(Timings::instant()).await;
    api.put(&node, json!({"mode": "drain"})).await.ok();
    pass(600).await;
    let shown = api.get(&node).await.ok();
    assert_eq!((&shown["mode"], &shown["status"]), (&json!("drain"), &json!("UP")));
    assert_eq!(api.sim.backends(config_of(&node))[0].effective_mode, NodeMode::Drain);
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_is_down_after_all_attempts() {
    let (api, node, instance) = served(Timings::instant()).await;
    assert!(api.sim.set_healthy(instance.as_u64().unwrap(), false));
    pass(9).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
    pass(1).await;
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN");
    api.send("PUT", &format!("/sim/instances/{instance}/health"), None, Some(&json!({"healthy": true})))
        .await
        .unwrap()
        .ok();
    pass(5).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
}

#[tokio::test(start_paused = true)]
async fn a_blip_shorter_than_the_attempts_goes_unnoticed() {
    let (api, node, instance) = served(Timings::instant()).await;
    let instance = instance.as_u64().unwrap();
    api.sim.set_healthy(instance, false);
    pass(6).await;
    api.sim.set_healthy(instance, true);
    pass(60).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
}

#[tokio::test(start_paused = true)]
async fn real_probes_take_the_place_of_the_model() {
    let (api, node, instance) = served(Timings::instant()).await;
    let id = node.rsplit('/').next().unwrap().parse().unwrap();
    assert!(api.sim.set_probe(id, false));
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN");
    assert!(api.sim.set_probe(id, true));
    api.sim.set_healthy(instance.as_u64().unwrap(), false);
    pass(60).await;
    assert_eq!(api.sim.backends(config_of(&node))[0].status, NodeStatus::Up);
    assert!(!api.sim.set_probe(1, true), "there is no such node");
}

#[tokio::test(start_paused = true)]
async fn without_a_check_a_node_is_up_at_once() {
    let api = Api::new(Timings::instant());
    let balancer = api.post("/nodebalancers", json!({"region": "nl-ams"})).await.ok();
    let configs = format!("/nodebalancers/{}/configs", balancer["id"]);
    let config = api.post(&configs, json!({"port": 80})).await.ok();
    for (name, value) in [
        ("protocol", json!("http")),
        ("stickiness", json!("none")),
        ("check", json!("none")),
        ("check_interval", json!(31)),
        ("check_timeout", json!(30)),
        ("check_attempts", json!(3)),
        ("check_passive", json!(true)),
    ] {
        assert_eq!(config[name], value, "{name}");
    }
    let node = json!({"address": "192.168.200.1:80", "label": "foreign"});
    let node = api.post(&format!("{configs}/{}/nodes", config["id"]), node).await.ok();
    assert_eq!(node["status"], "UP");
}

#[tokio::test(start_paused = true)]
async fn without_network_helper_nodes_stay_down() {
    let mut settings = Settings::default();
    settings.network_helper = false;
    let builder = Simulator::builder().token(TOKEN).profile(Timings::instant()).settings(settings);
    let api = Api::of(builder.build());
    assert_eq!(api.get("/account/settings").await.ok()["network_helper"], false);
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one"});
    let node = format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]);
    pass(600).await;
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN");
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_keeps_nodes_with_an_id_and_drops_the_rest() {
    let (api, node, _) = served(Timings::instant()).await;
    let (nodes, kept) = node.rsplit_once('/').unwrap();
    let second = api.post(nodes, json!({"address": "192.168.200.9:80", "label": "second"})).await.ok();
    let config = nodes.trim_end_matches("/nodes");
    let kept: u64 = kept.parse().unwrap();
    let body = json!({"nodes": [{"id": kept}, {"address": "192.168.200.10:80", "label": "third"}]});
    api.post(&format!("{config}/rebuild"), body).await.ok();
    let list = api.get(nodes).await.ok();
    assert_eq!(super::labels(&list), ["web-one", "third"]);
    assert_eq!(list["data"][0]["id"], kept);
    assert_eq!(api.get(&format!("{nodes}/{}", second["id"])).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_node_goes_and_returns_with_its_linode() {
    let mut timings = Timings::instant();
    timings.shutdown = Delay::secs(20);
    let (api, node, instance) = served(timings).await;
    let path = format!("/linode/instances/{instance}");
    api.post(&format!("{path}/shutdown"), json!(null)).await.ok();
    pass(9).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
    pass(1).await;
    assert_eq!(
        api.get(&node).await.ok()["status"],
        "DOWN",
        "two checks failed, and it is shutting down still"
    );
    assert_eq!(api.status(&instance).await, "shutting_down");
    pass(10).await;
    assert_eq!(api.status(&instance).await, "offline");
    api.post(&format!("{path}/boot"), json!({})).await.ok();
    pass(5).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
}
