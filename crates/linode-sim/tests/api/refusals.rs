//! What the API refuses, and in which words.

use linode_sim::{RateLimit, RateLimits, Settings, Simulator, Timings};
use serde_json::{Value, json};

use super::{Api, TOKEN, new_instance, pass, private_of};

fn with(name: &str, value: Value) -> Value {
    let mut request = new_instance("web-one");
    request[name] = value;
    request
}

#[tokio::test(start_paused = true)]
async fn creates_are_validated() {
    let api = Api::new(Timings::instant());
    api.create("web-taken").await;
    let label = Some("label");
    for (request, reason, field) in [
        (with("label", json!("web-taken")), "Label must be unique among your linodes", label),
        (with("label", json!("ab")), "Must be between 3 and 64 characters", label),
        (with("label", json!("1ab")), "Must begin with an alpha character", label),
        (with("label", json!("abc-")), "Must end with an alphanumeric character", label),
        (with("region", json!("moon-1")), "region is not valid", Some("region")),
        (with("region", json!(null)), "region is required", Some("region")),
        (with("region", json!(3)), "region must be a string", Some("region")),
        (with("type", json!("g6-huge")), "A valid plan type by that ID was not found", Some("type")),
        (with("image", json!("linode/beos")), "image is not valid", Some("image")),
        (
            with("root_pass", json!(null)),
            "Must provide valid root_pass, authorized_keys, or authorized_users",
            None,
        ),
        (
            with("root_pass", json!("aaaaaaaaaaa")),
            "Password does not meet strength requirement",
            Some("root_pass"),
        ),
        (with("tags", json!(["ab"])), "Tags must be between 3 and 50 characters", Some("tags")),
        (
            with("metadata", json!({"user_data": "no base64!"})),
            "user_data must be base64 encoded",
            Some("metadata.user_data"),
        ),
    ] {
        let refused = api.post("/linode/instances", request.clone()).await;
        assert_eq!(refused.reason(), (400, reason, field), "{request}");
    }
    for bad in ["web--one", "web__one", "web..one", "web one", "wéb"] {
        assert_eq!(api.post("/linode/instances", with("label", json!(bad))).await.reason().2, label, "{bad}");
    }
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 1);
    let keyed = json!({"region": "nl-ams", "type": "g6-nanode-1", "image": "linode/debian12",
        "authorized_keys": ["ssh-ed25519 AAAA"], "metadata": {"user_data": "aGVsbG8="}});
    assert_eq!(api.post("/linode/instances", keyed).await.ok()["has_user_data"], true);
    let nonsense = api.post("/linode/instances", json!("{\"label\": ")).await;
    assert_eq!(nonsense.reason().1, "Invalid JSON");
}

#[tokio::test(start_paused = true)]
async fn interfaces_follow_the_accounts_setting() {
    let mut settings = Settings::default();
    settings.interfaces_for_new_linodes = "linode_default_but_legacy_config_allowed".to_owned();
    let api = Api::of(Simulator::builder().profile(Timings::instant()).settings(settings).build());
    assert_eq!(api.create("web-one").await["interface_generation"], "linode");
    let rules = json!({"inbound_policy": "DROP", "outbound_policy": "ACCEPT"});
    let firewall = api.post("/networking/firewalls", json!({"label": "front", "rules": rules})).await.ok();
    let mut request = with("firewall_id", firewall["id"].clone());
    let refused = api.post("/linode/instances", request.clone()).await;
    let words = "Option cannot be set on a Linode that is configured to use Linode Interfaces";
    assert_eq!(refused.reason(), (400, words, Some("firewall_id")));
    request["interface_generation"] = "legacy_config".into();
    request["label"] = "web-two".into();
    assert_eq!(api.post("/linode/instances", request).await.ok()["interface_generation"], "legacy_config");
}

#[tokio::test(start_paused = true)]
async fn nodes_are_validated() {
    let api = Api::new(Timings::instant());
    let nodes = api.balancer().await;
    let taken = api.post("/nodebalancers", json!({"region": "nl-ams", "label": "web-lb"})).await;
    assert_eq!(taken.reason(), (400, "Label must be unique", Some("label")));
    let mut elsewhere = new_instance("far-one");
    elsewhere["region"] = "us-east".into();
    let far = format!("{}:80", private_of(&api.post("/linode/instances", elsewhere).await.ok()));
    for (node, field) in [
        (json!({"label": "web-one"}), "address"),
        (json!({"address": "192.168.200.1:80"}), "label"),
        (json!({"address": "10.0.0.1:80", "label": "web-one"}), "address"),
        (json!({"address": "192.168.200.1", "label": "web-one"}), "address"),
        (json!({"address": far, "label": "web-one"}), "address"),
        (json!({"address": "192.168.200.1:80", "label": "web one"}), "label"),
        (json!({"address": "192.168.200.1:80", "label": "web-one", "weight": 0}), "weight"),
        (json!({"address": "192.168.200.1:80", "label": "web-one", "mode": "sleep"}), "mode"),
    ] {
        let refused = api.post(&nodes, node.clone()).await;
        assert_eq!((refused.status, refused.reason().2), (400, Some(field)), "{node}");
    }
    let configs = nodes.rsplitn(3, '/').last().unwrap();
    for (config, field) in [
        (json!({"port": 80}), "port"),
        (json!({"port": 0}), "port"),
        (json!({"port": 81, "check_interval": 5, "check_timeout": 5}), "check_timeout"),
        (json!({"port": 81, "protocol": "https"}), "ssl_cert"),
        (json!({"port": 81, "proxy_protocol": "v1"}), "proxy_protocol"),
        (json!({"port": 81, "check": "http_body", "check_path": "/"}), "check_body"),
    ] {
        let refused = api.post(configs, config.clone()).await;
        assert_eq!((refused.status, refused.reason().2), (400, Some(field)), "{config}");
    }
    let secure = json!({"port": 443, "protocol": "https", "ssl_cert": "-----", "ssl_key": "-----"});
    assert_eq!(api.post(configs, secure).await.ok()["ssl_key"], "<REDACTED>");
}

#[tokio::test(start_paused = true)]
async fn tokens_and_scopes_are_told_apart() {
    let sim = Simulator::builder()
        .token(TOKEN)
        .scoped_token("reader", "linodes:read_only ips:read_only")
        .profile(Timings::instant());
    let api = Api::of(sim.build());
    let everything = api.get("/linode/instances").await;
    assert_eq!(
        (everything.header("x-oauth-scopes"), everything.header("x-accepted-oauth-scopes")),
        ("*", "linodes:read_only")
    );
    assert_eq!(
        api.with_token("stolen").get("/linode/instances").await.reason(),
        (401, "Invalid Token", None)
    );
    assert_eq!(api.with_token("").get("/linode/instances").await.reason(), (401, "Invalid Token", None));
    let open = api.with_token("").get("/linode/types").await;
    assert_eq!((open.status, open.header("x-oauth-scopes")), (200, "unknown"));
    let reader = api.with_token("reader");
    assert_eq!(reader.get("/linode/instances").await.status, 200);
    assert_eq!(reader.get("/profile").await.status, 200);
    let words = "Your OAuth token is not authorized to use this endpoint.";
    for refused in [
        reader.post("/linode/instances", new_instance("web-one")).await,
        reader.get("/account/events").await,
        reader.get("/nodebalancers").await,
    ] {
        assert_eq!(refused.reason(), (401, words, None));
        assert_eq!(refused.header("x-oauth-scopes"), "linodes:read_only ips:read_only");
    }
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 0, "nothing was created");
}

#[tokio::test(start_paused = true)]
async fn restricted_users_cannot_tag_and_have_grants() {
    let mut settings = Settings::default();
    settings.restricted = true;
    let api = Api::of(Simulator::builder().profile(Timings::instant()).settings(settings).build());
    assert_eq!(
        api.post("/linode/instances", new_instance("web-one")).await.reason(),
        (403, "Unauthorized", None)
    );
    assert_eq!(api.get("/profile").await.ok()["restricted"], true);
    assert_eq!(api.get("/profile/grants").await.ok()["global"]["add_linodes"], true);
    let free = Api::new(Timings::instant());
    let grants = free.get("/profile/grants").await;
    assert_eq!((grants.status, grants.text.as_str()), (204, ""));
}

#[tokio::test(start_paused = true)]
async fn rate_limits_count_per_operation_and_say_so() {
    let mut rates = RateLimits::documented();
    rates.creates = RateLimit::new(3, 15);
    rates.collections = RateLimit::new(5, 60);
    let api = Api::of(Simulator::builder().profile(Timings::instant()).rate_limits(rates).build());
    for at in 0..3 {
        let made = api.post("/linode/instances", new_instance(&format!("web-{at}"))).await;
        assert_eq!(
            (made.header("x-ratelimit-limit"), made.header("x-ratelimit-remaining")),
            ("3", (2 - at).to_string().as_str())
        );
    }
    pass(5).await;
    let refused = api.post("/linode/instances", new_instance("web-3")).await;
    assert_eq!(refused.reason(), (429, "Too many requests", None));
    assert_eq!(refused.header("retry-after"), "10");
    let reset: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    assert_eq!(reset - api.sim.now().as_second(), 10);
    for _ in 0..5 {
        assert_eq!(api.get("/linode/instances").await.status, 200);
    }
    assert_eq!(api.get("/linode/instances").await.status, 429);
    assert_eq!(api.get("/nodebalancers").await.status, 200, "another operation has a window of its own");
    assert_eq!(api.get("/profile").await.header("x-ratelimit-limit"), "1600");
    pass(10).await;
    assert_eq!(api.post("/linode/instances", new_instance("web-3")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn locks_keep_things_from_being_deleted() {
    let api = Api::new(Timings::instant());
    let beta = api.beta();
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one"});
    let node = format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]);
    let path = format!("/linode/instances/{}", instance["id"]);

    let lock = json!({"entity_type": "linode", "entity_id": instance["id"], "lock_type": "cannot_delete"});
    assert_eq!(api.post("/locks", lock.clone()).await.status, 404, "locks are in the beta version only");
    let made = beta.post("/locks", lock.clone()).await.ok();
    assert_eq!(made["entity"]["label"], "web-one");
    assert_eq!(api.get(&path).await.ok()["locks"], json!(["cannot_delete"]));
    assert_eq!(api.delete(&path).await.status, 400);
    let again = beta.post("/locks", lock).await;
    assert!(again.reason().1.starts_with("The cannot_delete lock (Lock ID:"), "{}", again.text);
    let unknown = json!({"entity_type": "linode", "entity_id": -5, "lock_type": "cannot_delete"});
    assert_eq!(
        beta.post("/locks", unknown).await.reason(),
        (400, "entity_id is not valid", Some("entity_id"))
    );

    let balancer: u64 = nodes.split('/').nth(2).unwrap().parse().unwrap();
    let kind = "cannot_delete_with_subresources";
    let lock = json!({"entity_type": "nodebalancer", "entity_id": balancer, "lock_type": kind});
    let second = beta.post("/locks", lock).await.ok();
    assert_eq!(api.delete(&node).await.status, 400, "its nodes are locked with it");
    beta.delete(&format!("/locks/{}", second["id"])).await.ok();
    api.delete(&node).await.ok();
    beta.delete(&format!("/locks/{}", made["id"])).await.ok();
    api.delete(&path).await.ok();
}

#[tokio::test(start_paused = true)]
async fn accounts_have_limits() {
    let api = Api::new(Timings::instant());
    api.sim.set_settings(|settings| settings.instance_limit = Some(1));
    api.create("web-one").await;
    let refused = api.post("/linode/instances", new_instance("web-two")).await;
    assert_eq!(refused.reason(), (400, "Account Limit reached. Please open a support ticket.", None));
    api.sim.set_settings(|settings| settings.activated = false);
    let refused = api.post("/linode/instances", new_instance("web-two")).await;
    assert_eq!(refused.reason().1, "Your account must be activated before you can use this endpoint");
}

#[tokio::test(start_paused = true)]
async fn images_are_found_with_and_without_an_escaped_slash() {
    let api = Api::new(Timings::instant());
    assert_eq!(api.get("/images/linode/debian12").await.ok()["id"], "linode/debian12");
    assert_eq!(api.get("/images/linode%2Fdebian12").await.ok()["id"], "linode/debian12");
    assert_eq!(api.get("/linode/kernels/linode%2Flatest-64bit").await.ok()["architecture"], "x86_64");
    assert_eq!(api.get("/images/not-found").await.reason(), (404, "Not found", None));
    assert_eq!(api.get("/nowhere").await.status, 404);
    assert_eq!(api.get("/linode/instances/abc").await.status, 404);
}
