//! A Linode API that fails: the daemon keeps serving, says what is wrong, does nothing half, and goes on by itself.

use std::time::Duration;

use crate::stage::{Stage, notification};

/// While `fault` is in force and an alert asks for more: nothing is created or removed, the status tells by `parts` what is
/// wrong and what to do; then the group grows.
async fn survives(fault: &str, parts: &[&str]) {
    let stage = Stage::new();
    stage.settle().await;
    let before = stage.deeds();
    stage.simulator.faults().add_all(fault).unwrap();
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    let group = stage
        .until("it says that it can't see", |group| group["holds"][0]["kind"] == "observation_discarded")
        .await;
    let why = group["holds"][0]["text"].as_str().unwrap().to_owned();
    for part in parts {
        assert!(why.contains(part), "{fault}: {why}");
    }
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(stage.deeds(), before, "{fault}: {:#}", stage.group().await);
    assert_eq!(stage.get("/healthz").await.status, 200);
    // Prometheus keeps its targets.
    let targets = stage.get("/sd/web").await;
    assert_eq!(targets.refusal().0, 503, "{}", targets.text);
    let metrics = stage.get("/metrics").await.text;
    assert!(metrics.contains("autoscaler_observation_discarded{group=\"web\"} 1.0"), "{metrics}");
    let age = metrics
        .lines()
        .find_map(|line| line.strip_prefix("autoscaler_observation_age_seconds{group=\"web\"} "));
    assert!(age.unwrap().parse::<f64>().unwrap() > 290.0, "{metrics}");
    // It is confirmed that the alert still fires.
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    stage.simulator.faults().clear();
    let group = stage.until("four members serve", |group| group["in_service"] == 4).await;
    assert!(group["holds"].as_array().unwrap().iter().all(|hold| hold["kind"] != "observation_discarded"));
    assert_eq!(stage.get("/sd/web").await.ok().as_array().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn unauthorized() {
    survives("any:401", &["401", "token"]).await;
}

#[tokio::test(start_paused = true)]
async fn too_many_requests() {
    survives("any:429=5", &["429"]).await;
}

#[tokio::test(start_paused = true)]
async fn out_of_order() {
    survives("any:500", &["500"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_gateways_page() {
    survives("any:html=502", &["502"]).await;
}

#[tokio::test(start_paused = true)]
async fn nonsense() {
    survives("any:nonsense", &["could not be understood"]).await;
}

#[tokio::test(start_paused = true)]
async fn half_a_list() {
    survives("list:half", &["changed while", "read"]).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_at_all() {
    survives("any:hang", &["did not answer"]).await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_break() {
    survives("any:reset", &["listing"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_begins_without_the_api_takes_notifications_in_and_is_not_ready_to_act() {
    let stage = Stage::new();
    let faults = stage.simulator.faults();
    faults.add_all("any:401").unwrap();
    stage.run();
    tokio::time::sleep(Duration::from_secs(60)).await;
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    assert_eq!(stage.get("/readyz").await.status, 200, "it takes notifications");
    let ready = stage.get("/readyz?acting").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json["store"], "takes what is written");
    let why = ready.json["groups"][0]["why"].as_str().unwrap();
    assert!(why.contains("401"), "{why}");
    let metrics = stage.get("/metrics").await.text;
    assert!(metrics.contains("autoscaler_api_errors_total{api=\"linode\",status=\"401\"}"), "{metrics}");
    assert_eq!(stage.deeds().0, [0u64; 0]);
    faults.clear();
    stage.until("members serve", |group| group["in_service"].as_u64() >= Some(2)).await;
    assert_eq!(stage.get("/readyz?acting").await.status, 200);
    // What was seen once is not fresh for ever.
    faults.add_all("any:401").unwrap();
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(stage.get("/readyz?acting").await.status, 503);
    assert_eq!(stage.get("/readyz").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_daemon_ends_soon_though_the_api_hangs() {
    let stage = Stage::new();
    stage.simulator.faults().add_all("any:hang").unwrap();
    let began = tokio::time::Instant::now();
    let shutdown = tokio::time::sleep(Duration::from_secs(20));
    stage.daemon.run(shutdown).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}
