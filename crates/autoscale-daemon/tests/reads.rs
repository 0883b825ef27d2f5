//! How groups stand: JSON, events, http_sd, metrics.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use autoscale_daemon::Addresses;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use scaler_core::model::InstanceId;
use scaler_core::ports::Failure;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::stage::{Stage, notification};

#[tokio::test(start_paused = true)]
async fn groups_are_listed_and_unknown_ones_name_the_known() {
    let stage = Stage::new();
    stage.settle().await;
    let groups = stage.client().groups().await.unwrap();
    assert_eq!(groups.groups.len(), 1);
    assert_eq!(groups.groups[0].to_string(), "web: 2 in service of 2 desired (2 to 6), mode on");
    for path in ["", "/plan", "/history", "/events"] {
        let answer = stage.get(&format!("/api/v1/groups/wbe{path}")).await;
        let (status, why, _) = answer.refusal();
        assert_eq!(status, 404, "{path}");
        assert!(why.contains("wbe") && why.contains("web"), "{why}");
    }
    assert_eq!(stage.get("/sd/wbe").await.refusal().0, 404);
    assert_eq!(stage.get("/api/v1/groups/web/history?limit=x").await.refusal().0, 400);
    assert_eq!(stage.get("/nowhere").await.refusal().0, 404);
}

#[tokio::test(start_paused = true)]
async fn the_client_reads_what_the_daemon_writes() {
    let stage = Stage::new();
    stage.settle().await;
    let client = stage.client();
    let typed = serde_json::to_value(client.group("web").await.unwrap()).unwrap();
    assert_eq!(typed, stage.group().await);
    let typed = serde_json::to_value(client.history("web", 3).await.unwrap()).unwrap();
    assert_eq!(typed, stage.get("/api/v1/groups/web/history?limit=3").await.ok());
    let events = client.events("web", Some(0), Duration::ZERO).await.unwrap();
    let raw = stage.get("/api/v1/groups/web/events?after=0").await.ok();
    assert_eq!(serde_json::to_value(events).unwrap(), raw);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_plans_makes_no_call_to_the_cloud() {
    let stage = Stage::new();
    let early = stage.get("/api/v1/groups/web/plan").await;
    assert_eq!(early.refusal().0, 503, "nobody has seen anything yet");
    assert_eq!(stage.simulator.snapshot().calls.values().sum::<u64>(), 0);
    stage.settle().await;
    let before = stage.simulator.snapshot().calls;
    for _ in 0..500 {
        let plan = stage.get("/api/v1/groups/web/plan").await.ok();
        assert_eq!(plan["desired"], 2);
    }
    assert_eq!(stage.simulator.snapshot().calls, before, "the time stood still, so nobody else asked");
}

#[tokio::test(start_paused = true)]
async fn who_crowds_the_reads_holds_up_neither_the_webhook_nor_health_nor_an_operator() {
    let stage = Stage::new();
    let watch = || {
        let request = Request::get("/api/v1/groups/web/events").header("Accept", "application/x-ndjson");
        stage.daemon.router().oneshot(request.body(Body::empty()).unwrap())
    };
    let mut watching = Vec::new();
    let crowded = loop {
        let answer = watch().await.unwrap();
        if answer.status() != 200 {
            break answer;
        }
        watching.push(answer);
        assert!(watching.len() < 1_000, "there is no limit");
    };
    assert_eq!(crowded.status(), 503);
    assert_eq!(stage.get("/api/v1/groups").await.status, 503);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(stage.get(path).await.status, 200, "{path}");
    }
    // An operator's command asks for it before it shows a credential. This daemon has no key.
    assert_eq!(stage.get("/api/v1/proof?challenge=c").await.status, 404);
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    stage.change("POST", "/api/v1/groups/web/mode", json!({"mode": "add_only"})).await.ok();
    watching.pop();
    assert_eq!(stage.get("/api/v1/groups").await.status, 200, "who leaves makes room");
}

#[tokio::test(start_paused = true)]
async fn events_can_be_asked_for_again_and_again() {
    let stage = Stage::new();
    let client = stage.client();
    let begin = client.events("web", None, Duration::ZERO).await.unwrap().next;
    stage.run();
    let (mut after, mut texts, mut kinds) = (begin, Vec::new(), Vec::new());
    while !texts.iter().any(|text: &String| text.contains("is in service")) {
        let events = client.events("web", Some(after), Duration::from_secs(20)).await.unwrap();
        assert!(!events.missed);
        assert!(events.events.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        texts.extend(events.events.iter().map(ToString::to_string));
        for event in &events.events {
            let json = serde_json::to_value(event).unwrap();
            kinds.push(json["what"]["kind"].as_str().unwrap().to_owned());
        }
        after = events.next;
    }
    for kind in ["began", "decided", "intended", "done", "seen"] {
        assert!(kinds.iter().any(|seen| seen == kind), "{kind}: {kinds:?}");
    }
    // Numbers of an earlier start, or of one whose clock was ahead, are told to be.
    assert!(client.events("web", Some(1), Duration::ZERO).await.unwrap().missed);
    assert!(client.events("web", Some(u64::MAX), Duration::ZERO).await.unwrap().missed);
}

#[tokio::test(start_paused = true)]
async fn events_stream_one_a_line() {
    let stage = Stage::new();
    stage.settle().await;
    let request = Request::get("/api/v1/groups/web/events").header("Accept", "application/x-ndjson");
    let answer = stage.daemon.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let mut body = answer.into_body();
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    let mut kinds = Vec::new();
    while !kinds.iter().any(|kind| kind == "decided") {
        let line = body.frame().await.unwrap().unwrap().into_data().unwrap();
        if line.trim_ascii().is_empty() {
            continue;
        }
        let event: Value = serde_json::from_slice(&line).unwrap();
        kinds.push(event["what"]["kind"].as_str().unwrap().to_owned());
    }
}

#[tokio::test(start_paused = true)]
async fn targets_are_the_members_with_their_phase() {
    let stage = Stage::new();
    let early = stage.get("/sd/web").await;
    assert_eq!(early.refusal().0, 503, "an empty list would make Prometheus forget everything");
    stage.settle().await;
    let targets = stage.get("/sd/web").await.ok();
    let group = stage.group().await;
    let targets = targets.as_array().unwrap();
    assert_eq!(targets.len(), 2);
    for (target, member) in targets.iter().zip(group["members"].as_array().unwrap()) {
        let address = member["address"].as_str().unwrap();
        assert!(address.starts_with("192.168."), "{address}");
        assert_eq!(target["targets"], json!([format!("{address}:9100")]));
        assert_eq!(target["labels"]["group"], "web");
        assert_eq!(target["labels"]["phase"], "in_service");
        assert_eq!(target["labels"]["instance_label"], member["label"]);
        assert_eq!(target["labels"]["__meta_autoscaler_instance_id"], member["instance"].to_string());
    }
    let other = stage.get("/sd/web?port=8080").await.ok();
    assert!(other[0]["targets"][0].as_str().unwrap().ends_with(":8080"));
    assert_eq!(stage.get("/sd/web?port=http").await.refusal().0, 400);
    assert_eq!(stage.get("/sd/web?address=public").await.refusal().0, 400, "nobody knows them here");
}

/// Gives every instance an address of its own.
struct Book(linode_sim::Simulator);

#[async_trait]
impl Addresses for Book {
    async fn public(&self) -> Result<BTreeMap<InstanceId, IpAddr>, Failure> {
        let ids = self.0.snapshot().instances.into_iter().map(|instance| instance.id);
        Ok(ids.map(|n| (InstanceId(n), format!("2001:db8::{:x}", n % 0xffff).parse().unwrap())).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn targets_can_have_public_addresses() {
    let stage = Stage::with_account(|daemon, simulator| daemon.addresses(Book(simulator.clone())));
    stage.settle().await;
    let targets = stage.get("/sd/web?address=public").await.ok();
    assert_eq!(targets.as_array().unwrap().len(), 2);
    for target in targets.as_array().unwrap() {
        let target = target["targets"][0].as_str().unwrap();
        assert!(target.starts_with("[2001:db8::") && target.ends_with("]:9100"), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn metrics_tell_how_groups_stand() {
    let stage = Stage::new();
    stage.settle().await;
    // Six are the most: what is wanted beyond is time at max while high.
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    stage.until("six serve", |group| group["in_service"] == 6 && group["warming"] == 0).await;
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    tokio::time::sleep(Duration::from_secs(120)).await;
    let metrics = stage.get("/metrics").await;
    assert!(metrics.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = metrics.text;
    assert!(text.ends_with("# EOF\n"), "{text}");
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name}:\n{text}")).parse().unwrap()
    };
    for (name, expected) in [
        ("autoscaler_desired_members{group=\"web\"}", 6.0),
        ("autoscaler_wished_members{group=\"web\"}", 6.0),
        ("autoscaler_in_service_members{group=\"web\"}", 6.0),
        ("autoscaler_warming_members{group=\"web\"}", 0.0),
        ("autoscaler_arriving_members{group=\"web\"}", 0.0),
        ("autoscaler_draining_members{group=\"web\"}", 0.0),
        ("autoscaler_unhealthy_members{group=\"web\"}", 0.0),
        ("autoscaler_min_members{group=\"web\"}", 2.0),
        ("autoscaler_max_members{group=\"web\"}", 6.0),
        ("autoscaler_budget_left{group=\"web\"}", 1.0),
        ("autoscaler_observation_discarded{group=\"web\"}", 0.0),
        ("autoscaler_troubled{group=\"web\"}", 0.0),
        ("autoscaler_breaks_total{group=\"web\"}", 0.0),
        ("autoscaler_members{group=\"web\",phase=\"in_service\"}", 6.0),
        ("autoscaler_members{group=\"web\",phase=\"draining\"}", 0.0),
        ("autoscaler_held_back{group=\"web\",kind=\"at_max\",what=\"adding\"}", 1.0),
        ("autoscaler_mode{group=\"web\",mode=\"on\"}", 1.0),
        ("autoscaler_signal{group=\"web\",signal=\"high\"}", 1.0),
        ("autoscaler_notifications_total{result=\"stored\"}", 2.0),
        ("autoscaler_notification_stored_seconds_count", 2.0),
    ] {
        assert_eq!(value(name), expected, "{name}\n{text}");
    }
    assert!(value("autoscaler_at_max_while_high_seconds_total{group=\"web\"}") >= 115.0, "{text}");
    assert!(value("autoscaler_observation_age_seconds{group=\"web\"}") < 20.0);
    assert!(value("autoscaler_generation{group=\"web\"}") >= 2.0);
    assert!(value("autoscaler_cost_dollars_per_hour{group=\"web\"}") > 0.0);
    assert!(value("autoscaler_api_calls_total{api=\"linode\",method=\"POST\"}") >= 8.0);
    assert!(text.contains("autoscaler_build_info{version="), "{text}");
}
