//! Instances as servers.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::Method;
use linode_sim::live::{LiveOptions, Unhealthy};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::stage::Stage;

/// Reads Prometheus' text format strictly: every sample has a TYPE before it, a name, labels in quotes, and a number.
fn parse(text: &str) -> HashMap<String, f64> {
    let mut types = HashMap::new();
    let mut samples = HashMap::new();
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["gauge", "counter"].contains(&kind), "{line}");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "two TYPE lines: {line}");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        assert!(types.contains_key(name), "no TYPE before {line}");
        for label in labels.strip_suffix('}').unwrap().split(',').filter(|label| !label.is_empty()) {
            let (_, quoted) = label.split_once('=').unwrap();
            assert!(quoted.len() > 1 && quoted.starts_with('"') && quoted.ends_with('"'), "{line}");
        }
        assert!(samples.insert(series.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
    }
    samples
}

fn busy(samples: &HashMap<String, f64>) -> f64 {
    samples[r#"node_cpu_seconds_total{cpu="0",mode="user"}"#]
        + samples[r#"node_cpu_seconds_total{cpu="0",mode="system"}"#]
}

#[tokio::test]
async fn a_running_instance_serves_a_page_with_its_label_and_figures_that_parse() {
    let stage = Stage::new(71, LiveOptions::default()).await;
    let member = stage.member("page").await;
    let page = stage.get(&member.web("/")).await.unwrap();
    assert_eq!((page.status, page.served_by.as_deref()), (200, Some("page")));
    let samples = parse(&stage.get(&member.metrics()).await.unwrap().text);
    for name in [
        r#"node_cpu_seconds_total{cpu="0",mode="idle"}"#,
        "node_memory_MemAvailable_bytes",
        "node_load1",
        "node_boot_time_seconds",
        r#"node_filesystem_avail_bytes{device="/dev/sda",fstype="ext4",mountpoint="/"}"#,
        r#"node_network_receive_bytes_total{device="eth0"}"#,
    ] {
        assert!(samples[name] > 0.0, "{name} is {}", samples[name]);
    }
    assert_eq!(samples["node_memory_MemTotal_bytes"], 1024.0 * 1024.0 * 1024.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn the_cpu_figure_follows_the_work_and_latency_follows_the_queue() {
    let stage = Stage::new(72, LiveOptions::default().request_cost(Duration::from_millis(30))).await;
    let member = stage.member("worker").await;
    let figures = async || parse(&stage.get(&member.metrics()).await.unwrap().text);
    let calm = busy(&figures().await);
    let begin = Instant::now();
    let url = member.web("/");
    let pages = futures_util::future::join_all((0..20).map(|_| stage.get(&url))).await;
    let took = begin.elapsed();
    assert!(pages.iter().all(|page| page.as_ref().unwrap().status == 200));
    assert!(took >= Duration::from_millis(595), "20 pages of 30 ms on one core took only {took:?}");
    let after = figures().await;
    let spent = busy(&after) - calm;
    assert!((0.6..0.62).contains(&spent), "20 pages of 30 ms took {spent} s of CPU");
    let idle = after[r#"node_cpu_seconds_total{cpu="0",mode="idle"}"#];
    tokio::time::sleep(Duration::from_millis(200)).await;
    let later = figures().await;
    assert!(busy(&later) - busy(&after) < 0.01, "busy although nobody asks");
    let rested = later[r#"node_cpu_seconds_total{cpu="0",mode="idle"}"#] - idle;
    assert!(rested > 0.19, "idle for 0.2 s counted as {rested}");
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_queue_that_is_too_long_is_answered_503() {
    let options = LiveOptions::default()
        .request_cost(Duration::from_millis(100))
        .longest_wait(Duration::from_millis(150));
    let stage = Stage::new(73, options).await;
    let member = stage.member("swamped").await;
    let url = member.web("/");
    let pages = futures_util::future::join_all((0..6).map(|_| stage.get(&url))).await;
    let refused = pages.iter().filter(|page| page.as_ref().unwrap().status == 503).count();
    assert!((1..=4).contains(&refused), "{refused} of 6 were refused");
    stage.server.shutdown().await;
}

#[tokio::test]
async fn an_unhealthy_instance_refuses_or_answers_500_and_recovers() {
    for (loopback, unhealthy) in [(74, Unhealthy::Refuses), (77, Unhealthy::Answers500)] {
        let stage = Stage::new(loopback, LiveOptions::default().unhealthy(unhealthy)).await;
        let member = stage.member("sick").await;
        let url = member.web("/healthz");
        stage.simulator.set_healthy(member.id, false);
        stage
            .until("illness", async || match stage.get(&url).await {
                Ok(page) => unhealthy == Unhealthy::Answers500 && page.status == 500,
                Err(_) => unhealthy == Unhealthy::Refuses,
            })
            .await;
        assert_eq!(stage.get(&member.metrics()).await.unwrap().status, 200);
        stage.simulator.set_healthy(member.id, true);
        stage.until("recovery", async || stage.get(&url).await.is_ok_and(|page| page.status == 200)).await;
        stage.server.shutdown().await;
    }
}

#[tokio::test]
async fn shutting_down_lets_an_open_request_end_and_deleting_cuts_it() {
    let stage = Stage::new(75, LiveOptions::default()).await;
    let polite = stage.member("polite").await;
    let (polite_url, polite_path) = (polite.web("/?hold_ms=400"), format!("/linode/instances/{}", polite.id));
    let (page, ()) = tokio::join!(stage.get(&polite_url), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.api(Method::POST, &format!("{polite_path}/shutdown"), json!({})).await;
    });
    assert_eq!(page.unwrap().status, 200);
    stage.until("refusal", async || stage.get(&polite.web("/healthz")).await.is_err()).await;
    stage.api(Method::POST, &format!("{polite_path}/boot"), json!({})).await;
    stage.until("page after a boot", async || stage.get(&polite.web("/healthz")).await.is_ok()).await;

    let (page, ()) = tokio::join!(stage.get(&polite_url), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.api(Method::DELETE, &polite_path, Value::Null).await;
    });
    assert!(page.is_err(), "a request survived its instance: {page:?}");
    assert!(stage.get(&polite.web("/healthz")).await.is_err());
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_of_the_simulator_closes_every_port() {
    let stage = Stage::new(76, LiveOptions::default()).await;
    let member = stage.member("last").await;
    let api = stage.server.addr();
    stage.server.shutdown().await;
    for address in [api, format!("{}:8080", member.public).parse().unwrap()] {
        assert!(tokio::net::TcpStream::connect(address).await.is_err(), "{address} is still open");
    }
}
