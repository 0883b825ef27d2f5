//! A store that fails.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::stage::{Stage, notification};

#[tokio::test(start_paused = true)]
async fn while_the_store_fails_nothing_is_begun_and_everybody_is_told() {
    let stage = Stage::new();
    stage.settle().await;
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    stage.store.failing.store(true, Ordering::SeqCst);
    let before = stage.deeds();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(stage.deeds().0, before.0);
    let group = stage.group().await;
    let trouble = group["trouble"]["why"]["said"].as_str().unwrap();
    assert!(trouble.contains("free space on the disk"), "{trouble}");
    let ready = stage.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.json["store"].as_str().unwrap().contains("free space on the disk"), "{}", ready.text);
    let history = stage.get("/api/v1/groups/web/history").await;
    let (status, why, _) = history.refusal();
    assert_eq!(status, 503);
    assert!(why.contains("disk full"), "{why}");
    assert!(stage.get("/metrics").await.text.contains("autoscaler_troubled{group=\"web\"} 1.0"));
    stage.store.failing.store(false, Ordering::SeqCst);
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    stage.until("four serve", |group| group["in_service"] == 4).await;
    assert_eq!(stage.get("/readyz").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_fails_the_readiness_although_the_store_can_be_read() {
    let stage = Stage::new();
    stage.settle().await;
    stage.store.full.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ready = stage.get("/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.text);
    assert!(ready.json["store"].as_str().unwrap().contains("disk full"), "{}", ready.text);
    assert_eq!(stage.get("/api/v1/groups/web/history").await.status, 200, "it can be read");
    assert_eq!(stage.notify(notification(&[("WebCpuHigh", "firing")])).await.status, 503);
}

#[tokio::test(start_paused = true)]
async fn asking_for_the_readiness_again_and_again_does_not_write_again_and_again() {
    let stage = Stage::new();
    let before = stage.store.commits.load(Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(stage.get("/readyz").await.status, 200);
    }
    assert_eq!(stage.store.commits.load(Ordering::SeqCst), before + 1);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_the_readiness_and_goes_away_makes_nobody_write_again() {
    let stage = Stage::new();
    let before = stage.store.begun.load(Ordering::SeqCst);
    stage.store.hold().await;
    for _ in 0..100 {
        let gone = tokio::time::timeout(Duration::from_millis(1), stage.get("/readyz")).await;
        assert!(gone.is_err(), "the disk hangs");
    }
    assert_eq!(stage.store.begun.load(Ordering::SeqCst), before + 1);
    stage.store.let_go();
    assert_eq!(stage.get("/readyz").await.status, 200);
}
