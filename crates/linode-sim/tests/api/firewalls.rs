//! Firewalls: made, changed and deleted, their rules, and what they are assigned to.

use linode_sim::{Settings, Simulator, Timings};
use serde_json::{Value, json};

use super::{Api, TOKEN, labels, new_instance};

const FIREWALLS: &str = "/networking/firewalls";

fn rule() -> Value {
    json!({
        "action": "ACCEPT", "label": "ssh", "ports": "22", "protocol": "TCP",
        "addresses": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]},
    })
}

fn rules() -> Value {
    json!({"inbound": [rule()], "inbound_policy": "DROP", "outbound": null, "outbound_policy": "ACCEPT"})
}

fn firewall(label: &str) -> Value {
    json!({"label": label, "rules": rules(), "tags": ["testing"]})
}

async fn make(api: &Api, label: &str) -> String {
    format!("{FIREWALLS}/{}", api.post(FIREWALLS, firewall(label)).await.ok()["id"])
}

async fn actions(api: &Api) -> Vec<String> {
    let events = api.filtered("/account/events", json!({"entity.type": "firewall"})).await.ok();
    let rows = events["data"].as_array().unwrap().iter().rev();
    rows.map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_made_changed_and_deleted() {
    let api = Api::new(Timings::instant());
    let made = api.post(FIREWALLS, firewall("front")).await.ok();
    assert_eq!(
        (&made["status"], &made["tags"], &made["entities"]),
        (&json!("enabled"), &json!(["testing"]), &json!([]))
    );
    assert_eq!((&made["rules"]["version"], &made["rules"]["outbound"]), (&json!(1), &Value::Null));
    assert_eq!(made["rules"]["inbound"], json!([rule()]));
    let path = format!("{FIREWALLS}/{}", made["id"]);
    assert_eq!(api.get(&path).await.ok(), made);
    assert_eq!(labels(&api.get(FIREWALLS).await.ok()), ["front"]);

    let changed = api.put(&path, json!({"label": "front-2", "status": "disabled", "tags": []})).await.ok();
    assert_eq!(
        (&changed["label"], &changed["status"], &changed["tags"]),
        (&json!("front-2"), &json!("disabled"), &json!([]))
    );
    assert_eq!(changed["rules"], made["rules"]);
    assert_eq!(labels(&api.filtered(FIREWALLS, json!({"status": "enabled"})).await.ok()), Vec::<&str>::new());
    assert_eq!(api.put(&path, json!({"status": "enabled"})).await.ok()["status"], "enabled");

    assert_eq!(api.delete(&path).await.ok(), json!({}));
    assert_eq!(api.get(&path).await.reason(), (404, "Not found", None));
    assert_eq!(
        actions(&api).await,
        ["firewall_create", "firewall_update", "firewall_disable", "firewall_enable", "firewall_delete"]
    );
}

#[tokio::test(start_paused = true)]
async fn rules_are_replaced_whole_and_counted() {
    let api = Api::new(Timings::instant());
    let path = format!("{}/rules", make(&api, "front").await);
    let first = api.get(&path).await.ok();
    let mut wanted = rules();
    wanted["inbound"][0]["action"] = "DROP".into();
    let second = api.put(&path, wanted.clone()).await.ok();
    assert_eq!((&second["version"], &second["inbound"]), (&json!(2), &wanted["inbound"]));
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    assert_eq!(api.put(&path, wanted).await.ok(), second, "the same again makes no new version");
    // The fingerprint is that of the rules, whatever their version, as recorded.
    let third = api.put(&path, rules()).await.ok();
    assert_eq!((&third["version"], &third["fingerprint"]), (&json!(3), &first["fingerprint"]));
    assert_eq!(api.get(&path).await.ok(), third);
}

#[tokio::test(start_paused = true)]
async fn firewalls_are_validated() {
    let api = Api::new(Timings::instant());
    make(&api, "taken").await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = firewall("front");
        change(&mut request);
        request
    };
    let of_rule = |name: &'static str, value: Value| {
        with(&move |request| request["rules"]["inbound"][0][name] = value.clone())
    };
    let many = |count: usize| json!({"ipv4": vec!["192.0.2.1/32"; count]});
    for (request, reason, field) in [
        (with(&|r| r["label"] = json!(null)), "label is required", "label"),
        (with(&|r| r["label"] = json!("ab")), "Must be between 3 and 32 characters", "label"),
        (with(&|r| r["label"] = json!("1ab")), "Must begin with an alpha character", "label"),
        (with(&|r| r["label"] = json!("taken")), "Label must be unique among your Cloud Firewalls", "label"),
        (with(&|r| r["rules"] = json!(null)), "rules is required", "rules"),
        (
            with(&|r| r["rules"]["inbound_policy"] = json!(null)),
            "inbound_policy is required",
            "rules.inbound_policy",
        ),
        (
            with(&|r| r["rules"]["outbound_policy"] = json!(null)),
            "outbound_policy is required",
            "rules.outbound_policy",
        ),
        (
            with(&|r| r["rules"]["inbound_policy"] = json!("REJECT")),
            "Must be one of ACCEPT, DROP",
            "rules.inbound_policy",
        ),
        (
            with(&|r| r["rules"]["outbound"] = json!(vec![rule(); 25])),
            "A Firewall may have up to 25 rules",
            "rules",
        ),
        (of_rule("action", json!(null)), "action is required", "rules.inbound[0].action"),
        (of_rule("protocol", json!("GRE")), "protocol is not valid", "rules.inbound[0].protocol"),
        (
            of_rule("protocol", json!("ICMP")),
            "ports are not allowed with this protocol",
            "rules.inbound[0].ports",
        ),
        (of_rule("ports", json!("0")), "ports is not valid", "rules.inbound[0].ports"),
        (of_rule("ports", json!("90-80")), "ports is not valid", "rules.inbound[0].ports"),
        (
            of_rule("ports", json!("1-2,3-4,5-6,7-8,9-10,11-12,13-14,15-16")),
            "Must have at most 15 pieces",
            "rules.inbound[0].ports",
        ),
        (of_rule("addresses", json!(null)), "addresses is required", "rules.inbound[0].addresses"),
        (
            of_rule("addresses", json!({"ipv4": ["10.0.0.0/33"]})),
            "10.0.0.0/33 is not valid",
            "rules.inbound[0].addresses.ipv4",
        ),
        (
            of_rule("addresses", json!({"ipv6": ["10.0.0.0/8"]})),
            "10.0.0.0/8 is not valid",
            "rules.inbound[0].addresses.ipv6",
        ),
        (
            of_rule("addresses", many(256)),
            "Too many addresses submitted. Max allowed is 255",
            "rules.inbound[0].addresses",
        ),
        (with(&|r| r["tags"] = json!(["ab"])), "Tags must be between 3 and 50 characters", "tags"),
        (
            with(&|r| r["devices"] = json!({"linodes": [1]})),
            "linodes contains an invalid id",
            "devices.linodes",
        ),
    ] {
        let refused = api.post(FIREWALLS, request.clone()).await;
        assert_eq!(refused.reason(), (400, reason, Some(field)), "{request}");
    }
    for fits in [
        json!({"protocol": "UDP", "ports": "21, 993,995,2000-3000"}),
        json!({"protocol": "6"}),
        json!({"protocol": "IPENCAP", "ports": null}),
        json!({"addresses": many(255)}),
        json!({"addresses": {"ipv4": ["192.0.2.1"]}}),
    ] {
        let request = with(&|request| {
            for (name, value) in fits.as_object().unwrap() {
                request["rules"]["inbound"][0][name] = value.clone();
            }
        });
        let made = api.post(FIREWALLS, request).await.ok();
        api.delete(&format!("{FIREWALLS}/{}", made["id"])).await.ok();
    }
    assert_eq!(labels(&api.get(FIREWALLS).await.ok()), ["taken"]);

    let path = make(&api, "front").await;
    assert_eq!(api.put(&path, json!({"label": "taken"})).await.reason().2, Some("label"));
    assert_eq!(api.put(&path, json!({"status": "off"})).await.reason().2, Some("status"));
    let refused = api.put(&format!("{path}/rules"), json!({"inbound": [{}], "inbound_policy": "DROP"})).await;
    assert_eq!(refused.reason().2, Some("inbound[0].action"));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_assigned_to_instances_and_nodebalancers() {
    let api = Api::new(Timings::instant());
    let one = api.create("web-one").await;
    let balancer = api.post("/nodebalancers", json!({"region": "nl-ams", "label": "web-lb"})).await.ok();
    let mut request = firewall("front");
    request["devices"] = json!({"linodes": [one["id"]]});
    let made = api.post(FIREWALLS, request).await.ok();
    assert_eq!(made["entities"][0]["label"], "web-one");
    let path = format!("{FIREWALLS}/{}", made["id"]);
    let devices = format!("{path}/devices");
    let device = api.post(&devices, json!({"id": balancer["id"], "type": "nodebalancer"})).await.ok();
    assert_eq!(device["entity"]["url"], json!(format!("/v4/nodebalancers/{}", balancer["id"])));
    assert_eq!(api.get(&devices).await.ok()["results"], 2);
    for owner in [format!("/linode/instances/{}", one["id"]), format!("/nodebalancers/{}", balancer["id"])] {
        assert_eq!(labels(&api.get(&format!("{owner}/firewalls")).await.ok()), ["front"], "{owner}");
    }
    // What is assigned is shown by its label of now.
    api.put(&format!("/linode/instances/{}", one["id"]), json!({"label": "web-uno"})).await.ok();
    assert_eq!(api.get(&path).await.ok()["entities"][0]["label"], "web-uno");

    let device = format!("{devices}/{}", device["id"]);
    assert_eq!(api.get(&device).await.ok()["entity"]["type"], "nodebalancer");
    assert_eq!(api.delete(&device).await.ok(), json!({}));
    assert_eq!(api.get(&device).await.reason(), (404, "Not found", None));
    api.delete(&format!("/linode/instances/{}", one["id"])).await.ok();
    assert_eq!(api.get(&devices).await.ok()["results"], 0, "it goes with what it was assigned to");
    assert_eq!(
        actions(&api).await,
        ["firewall_create", "firewall_device_add", "firewall_device_add", "firewall_device_remove"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_has_an_enabled_firewall_gets_no_second_one() {
    let api = Api::new(Timings::instant());
    let one = api.create("web-one").await;
    let (front, back) = (make(&api, "front").await, make(&api, "back").await);
    let device = json!({"id": one["id"], "type": "linode"});
    api.post(&format!("{front}/devices"), device.clone()).await.ok();
    let taken = "Has an enabled firewall already";
    for path in [&front, &back] {
        let refused = api.post(&format!("{path}/devices"), device.clone()).await;
        assert_eq!(refused.reason(), (400, taken, Some("id")), "{path}");
    }
    // One that is off may be assigned, and not be turned on.
    api.put(&back, json!({"status": "disabled"})).await.ok();
    api.post(&format!("{back}/devices"), device).await.ok();
    assert_eq!(api.put(&back, json!({"status": "enabled"})).await.reason(), (400, taken, Some("status")));
    api.delete(&front).await.ok();
    assert_eq!(api.put(&back, json!({"status": "enabled"})).await.ok()["status"], "enabled");

    for (body, field) in [
        (json!({"id": 1, "type": "linode"}), "id"),
        (json!({"id": one["id"]}), "type"),
        (json!({"id": one["id"], "type": "linode_interface"}), "type"),
    ] {
        assert_eq!(api.post(&format!("{back}/devices"), body).await.reason().2, Some(field));
    }
}

#[tokio::test(start_paused = true)]
async fn instances_and_nodebalancers_are_made_with_a_firewall() {
    let api = Api::new(Timings::instant());
    let path = make(&api, "front").await;
    let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let mut request = new_instance("web-one");
    request["firewall_id"] = 1.into();
    let refused = api.post("/linode/instances", request.clone()).await;
    assert_eq!(refused.reason(), (400, "firewall_id is not valid", Some("firewall_id")));
    request["firewall_id"] = id.into();
    api.post("/linode/instances", request).await.ok();
    let balancer = json!({"region": "nl-ams", "label": "web-lb", "firewall_id": id});
    api.post("/nodebalancers", balancer).await.ok();
    let entities = api.get(&path).await.ok()["entities"].clone();
    assert_eq!((&entities[0]["label"], &entities[1]["label"]), (&json!("web-one"), &json!("web-lb")));

    let mut settings = Settings::default();
    settings.interfaces_for_new_linodes = "linode_only".to_owned();
    let api =
        Api::of(Simulator::builder().token(TOKEN).profile(Timings::instant()).settings(settings).build());
    let one = api.create("web-one").await;
    let path = make(&api, "front").await;
    let refused = api.post(&format!("{path}/devices"), json!({"id": one["id"], "type": "linode"})).await;
    let words = "Option cannot be set on a Linode that is configured to use Linode Interfaces";
    assert_eq!(refused.reason(), (400, words, Some("id")));
}
