//! The whole life of a group's member, and of what stands beside it.

use linode_sim::{Delay, Timings};
use serde_json::json;

use super::{Api, labels, new_instance, pass, private_of};

/// Fixed times, so that each state can be met.
fn timings() -> Timings {
    let mut timings = Timings::instant();
    timings.provision = Delay::secs(40);
    timings.provision_bare = Delay::secs(5);
    timings.boot = Delay::secs(30);
    timings.service = Delay::secs(4);
    timings.shutdown = Delay::secs(10);
    timings.delete = Delay::secs(3);
    timings.lassie = Delay::secs(10);
    timings
}

#[tokio::test(start_paused = true)]
async fn a_member_is_created_serves_and_goes() {
    let api = Api::new(timings());
    let nodes = api.balancer().await;
    let created = api.create("web-a1b2c-1").await;
    assert_eq!(created["status"], "provisioning");
    let (id, private) = (created["id"].clone(), private_of(&created));
    assert!(created["ipv4"][0].as_str().unwrap().starts_with("127.64."));
    assert!(private.starts_with("192.168."));
    let node = json!({"address": format!("{private}:8080"), "label": "web-a1b2c-1"});
    let node = api.post(&nodes, node).await.ok();
    assert_eq!(
        (&node["status"], &node["weight"], &node["mode"]),
        (&json!("Unknown"), &json!(50), &json!("accept"))
    );
    let node = format!("{nodes}/{}", node["id"]);
    let node_status = async || api.get(&node).await.ok()["status"].as_str().unwrap().to_owned();

    pass(39).await;
    assert_eq!(api.status(&id).await, "provisioning");
    assert_eq!(node_status().await, "DOWN", "its first checks failed");
    pass(1).await;
    assert_eq!(api.status(&id).await, "booting");
    pass(30).await;
    assert_eq!(api.status(&id).await, "running");
    pass(4 + 4).await;
    assert_eq!(node_status().await, "DOWN", "the service answers, but no check has passed");
    pass(1).await;
    assert_eq!(node_status().await, "UP");
    let config = nodes.trim_end_matches("/nodes");
    assert_eq!(api.get(config).await.ok()["nodes_status"], json!({"up": 1, "down": 0}));

    let events =
        api.filtered("/account/events", json!({"entity.id": id, "entity.type": "linode"})).await.ok();
    let seen: Vec<(&str, &str)> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["action"].as_str().unwrap(), event["status"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, [("linode_boot", "finished"), ("linode_create", "finished")]);

    api.delete(&format!("/linode/instances/{id}")).await.ok();
    assert_eq!(api.status(&id).await, "deleting");
    assert_eq!(api.get(&node).await.status, 404, "a Linode takes its nodes along");
    assert_eq!(api.delete(&format!("/linode/instances/{id}")).await.status, 404);
    let list = api.get("/linode/instances").await.ok();
    assert_eq!(list["data"][0]["status"], "deleting");
    pass(3).await;
    assert_eq!(api.get(&format!("/linode/instances/{id}")).await.status, 404);
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 0);
}

#[tokio::test(start_paused = true)]
async fn without_an_image_or_when_not_booted_it_ends_offline() {
    let api = Api::new(timings());
    let bare = api.post("/linode/instances", json!({"region": "nl-ams", "type": "g6-nanode-1"})).await.ok();
    assert_eq!(bare["label"], format!("linode{}", bare["id"]));
    let mut request = new_instance("cold-one");
    request["booted"] = false.into();
    let cold = api.post("/linode/instances", request).await.ok();
    pass(5).await;
    assert_eq!(api.status(&bare["id"]).await, "offline");
    pass(40).await;
    assert_eq!(api.status(&cold["id"]).await, "offline");
    api.post(&format!("/linode/instances/{}/boot", cold["id"]), json!({})).await.ok();
    assert_eq!(api.status(&cold["id"]).await, "booting");
    pass(30).await;
    assert_eq!(api.status(&cold["id"]).await, "running");
}

#[tokio::test(start_paused = true)]
async fn jobs_are_refused_while_another_runs_and_shortly_after() {
    let mut slow = timings();
    slow.busy_tail = Delay::secs(5);
    let api = Api::new(slow);
    let path = format!("/linode/instances/{}", api.create("busy-one").await["id"]);
    let busy = api.post(&format!("{path}/reboot"), json!({})).await;
    assert_eq!(busy.reason(), (400, "Linode busy.", None));
    pass(70).await;
    assert_eq!(api.get(&path).await.ok()["status"], "running");
    assert_eq!(api.post(&format!("{path}/reboot"), json!({})).await.reason().1, "Linode busy.", "the tail");
    pass(5).await;
    api.post(&format!("{path}/reboot"), json!({})).await.ok();
    assert_eq!(api.get(&path).await.ok()["status"], "rebooting");
    pass(40).await;
    assert_eq!(api.get(&path).await.ok()["status"], "running");
    pass(5).await;
    api.post(&format!("{path}/shutdown"), json!(null)).await.ok();
    assert_eq!(api.get(&path).await.ok()["status"], "shutting_down");
    pass(10).await;
    assert_eq!(api.get(&path).await.ok()["status"], "offline");
}

#[tokio::test(start_paused = true)]
async fn lassie_boots_a_guest_that_powered_itself_off_five_times_at_most() {
    let mut quick = timings();
    quick.boot = Delay::secs(20);
    quick.provision = Delay::secs(1);
    let api = Api::new(quick);
    let id = api.create("loyal-one").await["id"].clone();
    pass(21).await;
    for _ in 0..5 {
        assert!(api.sim.power_off_guest(id.as_u64().unwrap()));
        assert_eq!(api.status(&id).await, "offline");
        pass(10).await;
        assert_eq!(api.status(&id).await, "booting");
        pass(20).await;
        assert_eq!(api.status(&id).await, "running");
    }
    assert!(api.sim.power_off_guest(id.as_u64().unwrap()));
    pass(3600).await;
    assert_eq!(api.status(&id).await, "offline", "it gives up");
    let reboots = api.filtered("/account/events", json!({"action": "lassie_reboot"})).await.ok();
    assert_eq!(reboots["results"], 5);
}

#[tokio::test(start_paused = true)]
async fn an_address_returns_on_another_instance() {
    let api = Api::new(timings());
    let first = api.create("first-one").await;
    api.create("other-one").await;
    api.delete(&format!("/linode/instances/{}", first["id"])).await.ok();
    let next = api.create("next-one").await;
    assert_eq!(next["ipv4"], first["ipv4"]);
    assert_ne!(next["id"], first["id"]);
    pass(3600).await;
    let address = api.get(&format!("/networking/ips/{}", private_of(&next))).await.ok();
    assert_eq!(address["linode_id"], next["id"]);
}

#[tokio::test(start_paused = true)]
async fn tags_are_made_by_use_and_stay_when_unused() {
    let api = Api::new(timings());
    let id = api.create("tagged-one").await["id"].clone();
    let path = format!("/linode/instances/{id}");
    assert_eq!(labels(&api.get("/tags").await.ok()), ["group:web", "owner:k3x9w2"]);
    api.put(&path, json!({"tags": ["group:api"]})).await.ok();
    assert_eq!(api.get("/tags/group:web").await.ok()["results"], 0);
    let tagged = api.get("/tags/group%3Aapi").await.ok();
    assert_eq!((&tagged["data"][0]["type"], &tagged["data"][0]["data"]["id"]), (&json!("linode"), &id));
    let body =
        json!({"label": "night", "linodes": [id], "nodebalancers": null, "domains": null, "volumes": null});
    api.post("/tags", body).await.ok();
    assert_eq!(api.get(&path).await.ok()["tags"], json!(["group:api", "night"]));
    api.delete("/tags/night").await.ok();
    assert_eq!(api.get(&path).await.ok()["tags"], json!(["group:api"]));
    assert_eq!(api.get("/tags/night").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn prometheus_finds_the_first_public_address_of_each_linode() {
    let api = Api::new(timings());
    for at in 0..3 {
        api.create(&format!("member-{at}")).await;
    }
    let ips = api.get("/networking/ips?page=1&page_size=500").await.ok();
    let instances = api.get("/linode/instances?page=1&page_size=500").await.ok();
    for instance in instances["data"].as_array().unwrap() {
        let of_this = |ip: &&serde_json::Value| ip["linode_id"] == instance["id"];
        let first = ips["data"].as_array().unwrap().iter().find(of_this).unwrap();
        assert_eq!((&first["address"], &first["public"]), (&instance["ipv4"][0], &json!(true)));
        assert!(instance["specs"].is_object() && instance["backups"].is_object());
    }
    assert_eq!(api.get("/networking/ipv6/ranges?page=1&page_size=500").await.ok()["results"], 0);
}

#[tokio::test(start_paused = true)]
async fn the_balancers_of_a_linode_are_named() {
    let api = Api::new(timings());
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let path = format!("/linode/instances/{}/nodebalancers", instance["id"]);
    assert_eq!(api.get(&path).await.ok()["results"], 0);
    let address = format!("{}:80", private_of(&instance));
    api.post(&nodes, json!({"address": address, "label": "web-one"})).await.ok();
    assert_eq!(labels(&api.get(&path).await.ok()), ["web-lb"]);
}
