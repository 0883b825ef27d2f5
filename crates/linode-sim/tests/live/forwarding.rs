//! NodeBalancers that forward.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Method;
use linode_sim::live::{LiveOptions, Unhealthy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::stage::{Door, Member, Stage};

/// Two members UP behind a config, with the paths of their nodes.
async fn pair(loopback: u8, config: Value) -> (Stage, Door, [Member; 2], [String; 2]) {
    let options =
        LiveOptions::default().request_cost(Duration::from_millis(1)).unhealthy(Unhealthy::Answers500);
    let stage = Stage::new(loopback, options).await;
    let (first, second) = (stage.member("first").await, stage.member("second").await);
    let door = stage.balancer("door", config).await;
    let nodes = [stage.register(&door, &first).await, stage.register(&door, &second).await];
    for node in &nodes {
        stage.node_is(node, "UP").await;
    }
    (stage, door, [first, second], nodes)
}

fn http_checked() -> Value {
    json!({
        "port": 80, "protocol": "http", "algorithm": "roundrobin", "check": "http", "check_path": "/healthz",
        "check_interval": 2, "check_timeout": 1, "check_attempts": 2, "check_passive": false,
    })
}

#[tokio::test]
async fn requests_spread_and_a_health_check_takes_a_member_out_and_back() {
    let (stage, door, [first, _], nodes) = pair(81, http_checked()).await;
    let counts = stage.served(&door, 10).await;
    assert_eq!((counts["first"], counts["second"]), (5, 5));

    stage.simulator.set_healthy(first.id, false);
    stage.node_is(&nodes[0], "DOWN").await;
    assert_eq!(stage.served(&door, 4).await["second"], 4);

    stage.simulator.set_healthy(first.id, true);
    stage.node_is(&nodes[0], "UP").await;
    assert_eq!(stage.served(&door, 4).await["first"], 2);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_body_check_looks_at_the_page() {
    let mut config = http_checked();
    config["check"] = json!("http_body");
    config["check_path"] = json!("/");
    config["check_body"] = json!("first served");
    let stage = Stage::new(82, LiveOptions::default()).await;
    let (first, second) = (stage.member("first").await, stage.member("second").await);
    let door = stage.balancer("door", config).await;
    let (good, bad) = (stage.register(&door, &first).await, stage.register(&door, &second).await);
    stage.node_is(&good, "UP").await;
    stage.node_is(&bad, "DOWN").await;
    assert_eq!(stage.served(&door, 3).await["first"], 3);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn draining_and_rejecting_lets_an_open_request_end_and_sends_no_new_one() {
    let (stage, door, _, nodes) = pair(83, http_checked()).await;
    stage.set_mode(&nodes[1], "reject").await;
    stage.until("only the first", async || !stage.served(&door, 2).await.contains_key("second")).await;
    let url = door.url("/?hold_ms=700");
    let (page, ()) = tokio::join!(stage.get(&url), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.set_mode(&nodes[1], "accept").await;
        stage.node_is(&nodes[1], "UP").await;
        stage.set_mode(&nodes[0], "drain").await;
        stage.until("only the second", async || !stage.served(&door, 2).await.contains_key("first")).await;
        stage.set_mode(&nodes[0], "reject").await;
        stage.node_is(&nodes[0], "DOWN").await;
    });
    let page = page.unwrap();
    assert_eq!((page.status, page.served_by.as_deref()), (200, Some("first")));
    stage.server.shutdown().await;
}

#[tokio::test]
async fn deleting_a_member_that_was_not_drained_loses_the_request_it_had() {
    let (stage, door, [first, _], nodes) = pair(84, http_checked()).await;
    stage.set_mode(&nodes[1], "reject").await;
    stage.until("only the first", async || !stage.served(&door, 2).await.contains_key("second")).await;
    let url = door.url("/?hold_ms=700");
    let (page, ()) = tokio::join!(stage.get(&url), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.api(Method::DELETE, &format!("/linode/instances/{}", first.id), Value::Null).await;
    });
    assert_eq!(page.unwrap().status, 502);
    stage.until("503 without nodes", async || stage.get(&door.url("/")).await.unwrap().status == 503).await;
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_tcp_connection_goes_to_one_member_and_outlives_its_rejection() {
    let config = json!({
        "port": 443, "protocol": "tcp", "algorithm": "leastconn", "check": "connection", "check_interval": 2,
        "check_timeout": 1, "check_attempts": 2,
    });
    let (stage, door, _, nodes) = pair(85, config).await;
    let ask = async |stream: &mut TcpStream| -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut text = String::new();
        while !text.contains("served this page") {
            let mut buffer = [0; 512];
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the connection was closed after {text:?}");
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        text.rsplit("\r\n\r\n").next().unwrap().to_owned()
    };
    let mut one = TcpStream::connect(door.address).await.unwrap();
    let served = ask(&mut one).await;
    let mut other = TcpStream::connect(door.address).await.unwrap();
    assert_ne!(ask(&mut other).await, served, "leastconn sent both connections to one member");
    for node in &nodes {
        stage.set_mode(node, "reject").await;
        stage.node_is(node, "DOWN").await;
    }
    assert_eq!(ask(&mut one).await, served);
    let mut refused = TcpStream::connect(door.address).await.unwrap();
    assert_eq!(refused.read(&mut [0; 8]).await.unwrap_or(0), 0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_cookie_makes_a_client_stick_also_to_a_draining_member() {
    let mut config = http_checked();
    config["stickiness"] = json!("http_cookie");
    let (stage, door, _, nodes) = pair(86, config).await;
    let page = stage.get(&door.url("/")).await.unwrap();
    let (member, cookie) = (page.served_by.unwrap(), page.cookie.unwrap());
    let cookie = cookie.split(';').next().unwrap();
    let at = usize::from(member == "second");
    stage.set_mode(&nodes[at], "drain").await;
    stage.until("drain", async || !stage.served(&door, 2).await.contains_key(&member)).await;
    for _ in 0..4 {
        let page = stage.get_with(&door.url("/"), Some(cookie)).await.unwrap();
        assert_eq!(page.served_by.as_deref(), Some(member.as_str()));
    }
    stage.server.shutdown().await;
}

#[tokio::test]
async fn passive_checks_take_a_member_out_at_its_first_error() {
    let mut config = http_checked();
    config["check_passive"] = json!(true);
    // So seldom that only the request itself can have taken the member out.
    config["check_interval"] = json!(600);
    let (stage, door, [first, _], nodes) = pair(87, config).await;
    stage.simulator.set_healthy(first.id, false);
    stage.until("error", async || stage.get(&door.url("/")).await.unwrap().status == 500).await;
    assert_eq!(stage.served(&door, 10).await["second"], 10);
    stage.node_is(&nodes[0], "DOWN").await;
    stage.server.shutdown().await;
}

/// Asks without a pause until told to stop; returns how many requests were served and how many were not.
async fn load(stage: &Stage, door: &Door, stop: &AtomicBool) -> (usize, usize) {
    let url = door.url("/?hold_ms=20");
    let one = async || {
        let (mut served, mut lost) = (0, 0);
        while !stop.load(Ordering::Relaxed) {
            match stage.get(&url).await {
                Ok(page) if page.status == 200 => served += 1,
                _ => lost += 1,
            }
        }
        (served, lost)
    };
    let all = futures_util::future::join_all((0..8).map(|_| one())).await;
    all.into_iter().fold((0, 0), |(served, lost), (more, failed)| (served + more, lost + failed))
}

#[tokio::test]
async fn under_load_a_removal_in_order_loses_nothing_and_one_out_of_order_loses_requests() {
    let (stage, door, [first, second], nodes) = pair(88, http_checked()).await;
    let delete = |member: &Member| format!("/linode/instances/{}", member.id);
    let stop = AtomicBool::new(false);
    let ((served, lost), ()) = tokio::join!(load(&stage, &door, &stop), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.set_mode(&nodes[0], "drain").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.set_mode(&nodes[0], "reject").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.api(Method::DELETE, &nodes[0], Value::Null).await;
        stage.api(Method::DELETE, &delete(&first), Value::Null).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.store(true, Ordering::Relaxed);
    });
    assert!(served > 50, "only {served} served");
    assert_eq!(lost, 0, "lost although drained first");

    stop.store(false, Ordering::Relaxed);
    let ((_, lost), ()) = tokio::join!(load(&stage, &door, &stop), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.api(Method::DELETE, &delete(&second), Value::Null).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.store(true, Ordering::Relaxed);
    });
    assert!(lost > 0, "a member disappeared under load and nobody noticed");
    stage.server.shutdown().await;
}
