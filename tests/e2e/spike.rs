//! The main job: capacity follows the load, and nobody notices it shrinking.

use linode_sim::NodeMode;
use tokio::time::Instant;

use super::scene::{CALM, SPIKE, Scene};
use crate::rig::seconds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager, and minutes: .ci/e2e runs it"]
async fn a_spike_has_two_members_become_four_and_its_end_two_again_without_a_failed_request() {
    let began = Instant::now();
    let scene =
        Scene::begin(false, "{ low_for: 5s, after_add: 5s, at_most: 50%, every: 1s, drain: 5s, reject: 3s }")
            .await;
    let account = &scene.account;
    println!("two members serve after {:.1} s", began.elapsed().as_secs_f64());

    let spiked = Instant::now();
    scene.grow().await;
    println!(
        "four serve, and the load is spread, {:.1} s after the spike began",
        spiked.elapsed().as_secs_f64()
    );
    account.assert_whole();
    assert_eq!(account.calls("POST /linode/instances"), 4);

    let before = scene.load.tally();
    scene.load.set_rate(CALM);
    let calmed = Instant::now();
    scene.until("two members drain", 60, || account.nodes_in(NodeMode::Drain) == 2, "").await;
    println!("two drain {:.1} s after the spike's end", calmed.elapsed().as_secs_f64());
    // A daemon lets no deadline pass in its first two minutes.
    scene.until("two members are gone", 180, || account.instances().len() == 2, "").await;
    scene.daemon.until_at_rest(2, seconds(20)).await;
    println!("two are gone {:.1} s after the daemon's start", began.elapsed().as_secs_f64());
    account.assert_whole();
    assert_eq!(account.serving(), 2);
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 2);

    let after = scene.load.stop().await;
    println!(
        "{} requests served, {} failed, the slowest took {:?}",
        after.served,
        after.failed.len(),
        after.slowest
    );
    assert_eq!(after.failed[before.failed.len()..], [] as [String; 0], "on the way down");
    assert!(after.served - before.served > 200, "{}", after.served - before.served);

    let history = scene.daemon.get("/api/v1/groups/web/history?limit=10").await.text;
    for why in ["WebCpuHigh", "WebCpuLow"] {
        assert!(history.contains(why), "{why} is not in {history}");
    }
    let metrics = scene.daemon.get("/metrics").await.text;
    let stored =
        metrics.lines().find(|line| line.contains("autoscaler_notifications_total{result=\"stored\"}"));
    let stored: u64 = stored.and_then(|line| line.rsplit(' ').next()).unwrap().parse().unwrap();
    println!("{stored} notifications");
    assert!(stored > 5, "the webhook was all that it heard of");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager, and minutes: .ci/e2e runs it"]
async fn a_spike_that_comes_back_takes_back_the_members_that_drain_and_creates_none() {
    let scene =
        Scene::begin(true, "{ low_for: 5s, after_add: 5s, at_most: 50%, every: 1s, drain: 5m, reject: 3s }")
            .await;
    let account = &scene.account;
    scene.grow().await;
    let ids = || account.instances().iter().map(|one| one.id).collect::<Vec<_>>();
    let (members, before) = (ids(), scene.load.tally());

    scene.load.set_rate(CALM);
    scene.until("two members drain", 60, || account.nodes_in(NodeMode::Drain) == 2, "").await;
    scene.load.set_rate(SPIKE);
    let back = Instant::now();
    scene.until("they are reinstated", 30, || account.serving() == 4, "").await;
    println!("reinstated {:.1} s after the spike came back", back.elapsed().as_secs_f64());
    scene.daemon.until_at_rest(4, seconds(30)).await;
    scene.until("the load is spread", 20, || true, "web:cpu:percent < 60").await;

    account.assert_whole();
    assert_eq!(ids(), members);
    assert_eq!(account.calls("POST /linode/instances"), 4);
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 0);
    let after = scene.load.stop().await;
    assert_eq!(after.failed[before.failed.len()..], [] as [String; 0]);
}
