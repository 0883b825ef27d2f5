//! What stands in the way, found before the start.

use std::sync::Arc;

use linode_api::models::{
    Check, CreateNodeBalancerConfig, FirewallId, NodeBalancerConfigSettings, NodeBalancerId, Protocol,
    Stickiness, UserData,
};
use linode_sim::{SeedBalancer, SeedConfig, Simulator};
use scaler_linode::{Backend, Concern, LinodeGroup, Weight, check};
use serde_json::{Value, json};

use super::{IMAGE, REGION, TYPE, World, client, client_of, settle};
use crate::canned::Canned;

async fn found(world: &World, group: LinodeGroup) -> Vec<Concern> {
    settle().await;
    check(&world.linode, &[group]).await
}

fn one(concerns: &[Concern], wanted: impl Fn(&Concern) -> bool) -> &Concern {
    let mut fitting = concerns.iter().filter(|concern| wanted(concern));
    let first = fitting.next().unwrap_or_else(|| panic!("not among {concerns:?}"));
    assert!(fitting.next().is_none(), "told twice: {concerns:?}");
    let said = first.to_string();
    assert!(said.contains(": ") || said.contains("; "), "it says what to do: {said}");
    first
}

#[tokio::test(start_paused = true)]
async fn a_sound_account_has_no_concern() {
    let world = World::new();
    let concerns = found(&world, world.web.clone()).await;
    // The simulator, as the API, turns passive checks on unless they are turned off.
    let worse: Vec<_> =
        concerns.iter().filter(|concern| !matches!(concern, Concern::PassiveCheck { .. })).collect();
    assert!(worse.is_empty(), "{worse:?}");
}

#[tokio::test(start_paused = true)]
async fn the_accounts_settings_that_break_things_are_told() {
    let off = World::new().with(|settings| settings.network_helper = false);
    let concerns = found(&off, off.web.clone()).await;
    assert_eq!(one(&concerns, |c| *c == Concern::NetworkHelperOff).weight(), Weight::Warning);
    let helped = off.web.clone().template(|template| template.network_helper(true));
    assert!(!found(&off, helped).await.contains(&Concern::NetworkHelperOff));

    let backups = World::new().with(|settings| settings.backups_enabled = true);
    let concerns = found(&backups, backups.web.clone()).await;
    assert_eq!(one(&concerns, |c| *c == Concern::BackupsByDefault).weight(), Weight::Hint);

    let interfaces =
        World::new().with(|settings| settings.interfaces_for_new_linodes = "linode_only".to_owned());
    let concerns = found(&interfaces, interfaces.web.clone()).await;
    let concern = one(&concerns, |c| matches!(c, Concern::Interfaces { .. }));
    assert_eq!(concern.weight(), Weight::Error);
    assert!(concern.to_string().contains("linode_only"), "{concern}");

    let restricted = World::new().with(|settings| settings.restricted = true);
    let concerns = found(&restricted, restricted.web.clone()).await;
    assert_eq!(one(&concerns, |c| matches!(c, Concern::Restricted { .. })).weight(), Weight::Error);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lacks_scopes_or_is_none_is_told() {
    let scopes = "linodes:read_write nodebalancers:read_only";
    let world = World::of(Simulator::builder().scoped_token("hush-hush", scopes).build());
    let concerns = found(&world, world.web.clone()).await;
    let concern = one(&concerns, |c| matches!(c, Concern::Scope { scope: "nodebalancers:read_write", .. }));
    assert_eq!(concern.weight(), Weight::Error);
    let concern = one(&concerns, |c| matches!(c, Concern::Scope { scope: "account:read_only", .. }));
    assert_eq!(concern.weight(), Weight::Hint);

    let world = World::of(Simulator::builder().token("another").build());
    let concerns = found(&world, world.web.clone()).await;
    let worst = concerns.iter().max_by_key(|concern| concern.weight()).unwrap();
    assert!(matches!(worst, Concern::Unanswered { needed: true, .. }), "{worst}");
    assert!(concerns.iter().any(|concern| concern.to_string().contains("give a token")), "{concerns:?}");
}

#[tokio::test(start_paused = true)]
async fn versions_that_hide_locks_are_told() {
    let world = World::new();
    let plain = linode_api::Client::builder(linode_api::Token::new("hush").unwrap())
        .service(Arc::new(api_transport::service::InProcess::new(world.simulator.router())))
        .build()
        .unwrap();
    settle().await;
    let concerns = check(&plain, std::slice::from_ref(&world.web)).await;
    one(&concerns, |c| *c == Concern::LocksUnseen);
}

#[tokio::test(start_paused = true)]
async fn configs_that_mislead_are_told() {
    let world = World::new();
    let balancer = world.backend.nodebalancer;
    let handle = world.linode.nodebalancer(balancer);
    let change = NodeBalancerConfigSettings::new()
        .check(Check::None)
        .stickiness(Stickiness::Table)
        .check_passive(true);
    handle.config(world.backend.config).update(change).await.unwrap();
    let udp = handle
        .configs()
        .create(CreateNodeBalancerConfig::new(53).with(|settings| settings.protocol(Protocol::Udp)))
        .await
        .unwrap();
    let group = world.web.clone().backend(Backend { config: udp.id, ..world.backend });
    let concerns = found(&world, group).await;
    let config = world.backend.config;
    for (wanted, weight) in [
        (Concern::PassiveCheck { config }, Weight::Warning),
        (Concern::Sticky { config, how: "for 30 minutes" }, Weight::Warning),
        (Concern::Udp { config: udp.id }, Weight::Error),
    ] {
        assert_eq!(one(&concerns, |concern| *concern == wanted).weight(), weight);
    }
    assert!(concerns.contains(&Concern::NoCheck { config }), "{concerns:?}");
}

#[tokio::test(start_paused = true)]
async fn nodebalancers_that_can_not_serve_the_group_are_told() {
    let world = World::new();
    let mut away = SeedBalancer::new("away").config(SeedConfig::new(80));
    away.region = "us-east".to_owned();
    let seeded = world.simulator.seed_nodebalancer(&away).unwrap();
    let id = NodeBalancerId::new(seeded.id).unwrap();
    let elsewhere = Backend {
        nodebalancer: id,
        config: linode_api::models::NodeBalancerConfigId::new(seeded.configs[0]).unwrap(),
        port: 80,
    };
    let gone = Backend { nodebalancer: NodeBalancerId::new(4_242).unwrap(), ..world.backend };
    let other =
        Backend { config: linode_api::models::NodeBalancerConfigId::new(4_243).unwrap(), ..world.backend };
    let body = json!({
        "entity_id": world.backend.nodebalancer.get(), "entity_type": "nodebalancer",
        "lock_type": "cannot_delete_with_subresources"
    });
    world.linode.post::<Value>("locks", &body).await.unwrap();
    let concerns = found(&world, world.web.clone().backend(elsewhere).backend(gone).backend(other)).await;
    one(&concerns, |c| matches!(c, Concern::OtherRegion { id: found, .. } if *found == id));
    one(&concerns, |c| matches!(c, Concern::NoNodeBalancer { id, .. } if id.get() == 4_242));
    one(&concerns, |c| matches!(c, Concern::NoConfig { config, .. } if config.get() == 4_243));
    one(&concerns, |c| *c == Concern::BalancerLocked { id: world.backend.nodebalancer });
}

#[tokio::test(start_paused = true)]
async fn templates_that_can_not_be_made_are_told() {
    let world = World::new();
    let wrong = LinodeGroup::new("web", "xx-nowhere", "g6-imaginary", "private/424242").unwrap();
    let wrong = wrong.template(|template| {
        template.user_data(UserData::new(vec![b'x'; 20_000])).firewall_id(FirewallId::new(7).unwrap())
    });
    let concerns = check(&world.linode, &[wrong]).await;
    one(&concerns, |c| matches!(c, Concern::Region { fatal: true, .. }));
    one(&concerns, |c| matches!(c, Concern::Type { unknown: true, .. }));
    one(&concerns, |c| matches!(c, Concern::Image { .. }));
    one(&concerns, |c| matches!(c, Concern::LongUserData { bytes: 20_000, .. }));
}

fn firewall(status: &str, policy: &str, rules: &Value) -> Value {
    json!({
        "id": 7, "label": "front", "created": "2026-01-01T00:00:00", "updated": "2026-01-01T00:00:00",
        "status": status, "tags": [],
        "rules": { "inbound": rules, "inbound_policy": policy, "outbound": [], "outbound_policy": "ACCEPT" }
    })
}

fn rule(action: &str, protocol: &str, ports: Option<&str>, network: &str) -> Value {
    json!({ "action": action, "protocol": protocol, "ports": ports, "addresses": { "ipv4": [network] } })
}

#[tokio::test(start_paused = true)]
async fn a_firewall_that_drops_what_comes_from_nodebalancers_is_told() {
    let near = "192.168.255.0/24";
    let rows = [
        ("nothing is accepted", firewall("enabled", "DROP", &json!([])), true),
        ("all is accepted", firewall("enabled", "ACCEPT", &json!([])), false),
        ("it is off", firewall("disabled", "DROP", &json!([])), false),
        (
            "exactly this",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("8080"), near)])),
            false,
        ),
        (
            "a wider network",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", None, "192.168.128.0/17")])),
            false,
        ),
        (
            "everybody",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("80, 8000-9000"), "0.0.0.0/0")])),
            false,
        ),
        (
            "one address",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("8080"), "192.168.255.7/32")])),
            true,
        ),
        (
            "another network",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("8080"), "10.0.0.0/8")])),
            true,
        ),
        (
            "another port",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("22,443"), near)])),
            true,
        ),
        (
            "another protocol",
            firewall("enabled", "DROP", &json!([rule("ACCEPT", "UDP", Some("8080"), near)])),
            true,
        ),
        (
            "dropped before",
            firewall(
                "enabled",
                "ACCEPT",
                &json!([rule("DROP", "TCP", None, "0.0.0.0/0"), rule("ACCEPT", "TCP", None, near)]),
            ),
            true,
        ),
        ("nonsense", firewall("enabled", "DROP", &json!([rule("ACCEPT", "TCP", Some("a-b"), "x/99")])), true),
    ];
    let backend = World::new().backend;
    let group = || {
        LinodeGroup::new("web", REGION, TYPE, IMAGE)
            .unwrap()
            .template(|template| template.firewall_id(FirewallId::new(7).unwrap()))
            .backend(backend)
    };
    let concerns = check(&client(Arc::new(Canned::default())), &[group()]).await;
    one(&concerns, |c| matches!(c, Concern::NoFirewall { .. }));
    for (what, body, dropped) in rows {
        let server = Canned::default().with("GET /v4beta/networking/firewalls/7", 200, body);
        let concerns = check(&client(Arc::new(server)), &[group()]).await;
        let told =
            concerns.iter().any(|concern| matches!(concern, Concern::FirewallDrops { port: 8080, .. }));
        assert_eq!(told, dropped, "{what}: {concerns:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_judged_by_its_rules_of_now() {
    let world = World::new();
    let rules = |policy: &str| json!({"inbound_policy": policy, "outbound_policy": "ACCEPT"});
    let body = json!({"label": "front", "rules": rules("DROP")});
    let made: Value = world.linode.post("networking/firewalls", &body).await.unwrap();
    let id: FirewallId = serde_json::from_value(made["id"].clone()).unwrap();
    let group = world.web.clone().template(|template| template.firewall_id(id));
    one(&found(&world, group.clone()).await, |c| matches!(c, Concern::FirewallDrops { .. }));
    let path = format!("networking/firewalls/{id}/rules");
    world.linode.put::<Value>(&path, &rules("ACCEPT")).await.unwrap();
    let concerns = found(&world, group).await;
    assert!(!concerns.iter().any(|c| matches!(c, Concern::FirewallDrops { .. })), "{concerns:?}");
    let all = world.linode.firewalls().list().await.unwrap();
    assert_eq!((all.len(), all[0].label.as_str(), all[0].rules.version), (1, "front", Some(2)));
}

#[tokio::test(start_paused = true)]
async fn an_api_that_does_not_answer_is_told_once_for_each_question() {
    let world = World::new();
    world.fault("any:503");
    let linode = client_of(&world.simulator);
    let concerns = check(&linode, std::slice::from_ref(&world.web)).await;
    assert!(concerns.iter().all(|concern| matches!(concern, Concern::Unanswered { .. })), "{concerns:?}");
    assert!(concerns.iter().any(|concern| concern.weight() == Weight::Error));
}
