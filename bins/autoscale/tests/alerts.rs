//! The alerts that are held, and the mode of all groups.

use std::collections::BTreeMap;
use std::time::Duration;

use linode_sim::Timings;
use scaler_core::clock::SystemClock;
use scaler_core::model::{Alert, AlertRow, AlertState, after};
use scaler_core::ports::{Clock as _, Store as _};
use scaler_sqlite::SqliteStore;

use crate::session::{Cloud, Session};

/// An alert that was told of half an hour ago.
fn row(fingerprint: &str, labels: &[(&str, &str)], state: AlertState) -> AlertRow {
    let labels: BTreeMap<String, String> =
        labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    AlertRow::new(Alert::new(fingerprint.to_owned(), labels, BTreeMap::new(), at, state), at, at)
}

async fn place(configuration: impl Fn(String) -> String, rows: &[AlertRow]) -> (Cloud, Session) {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let session = Session::new();
    session.write("autoscale.yaml", &configuration(cloud.configuration()));
    let store = SqliteStore::open(session.path("autoscale.db")).await.unwrap();
    store.keep_alerts(rows, None).await.unwrap();
    store.close().await;
    (cloud, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_shown_and_an_alert_whose_end_was_lost_is_dropped() {
    let rows = [
        row("58b2a7f1c0d3e4a9", &[("alertname", "WebCpuHigh"), ("severity", "page")], AlertState::Firing),
        row(
            "0123456789abcdef",
            &[("alertname", "WebCpuLow"), ("autoscale_group", "web")],
            AlertState::Resolved,
        ),
        row("fedcba9876543210", &[("alertname", "DiskFull")], AlertState::Suppressed),
    ];
    let (_cloud, mut session) = place(|text| text, &rows).await;
    session.run("autoscale alerts").await;
    let plan = session.run("autoscale plan web").await;
    assert!(plan.out.contains("drop it by `autoscale alerts forget 58b2a7f1c0d3e4a9`"), "{}", plan.out);
    assert!(plan.out.contains("repeat_interval"), "{}", plan.out);
    session.forget();
    session.run("autoscale alerts").await;
    session.run("autoscale alerts forget 58b2a7f1c0d3e4a9 --dry-run").await;
    session.run("autoscale alerts forget 58b2a7f1c0d3e4a9 --reason 'its end was lost'").await;
    session.run("autoscale alerts forget 58b2a7f1c0d3e4a9").await;
    insta::assert_snapshot!(session.transcript());
    let alerts = session.run("autoscale alerts --output json").await.json();
    let of = |n: usize| alerts["alerts"][n]["standing"].as_str().map(str::to_owned);
    assert_eq!((of(0).as_deref(), of(1).as_deref(), of(2)), (Some("suppressed"), Some("resolved"), None));
    let done = session.run("autoscale alerts forget fedcba9876543210 --output json").await.json();
    assert_eq!(done["forgotten"], serde_json::json!(["fedcba9876543210"]));
    let plan = session.run("autoscale plan web").await;
    assert!(!plan.out.contains("a signal is unknown"), "{}", plan.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_warns_of_a_bare_heartbeat_that_two_prometheus_send() {
    let now = SystemClock.now();
    let beat = |prometheus: &str| {
        let mut row =
            row(prometheus, &[("alertname", "Watchdog"), ("prometheus", prometheus)], AlertState::Firing);
        row.heard = after(now, Duration::ZERO);
        row
    };
    let rows = [beat("eu/other"), beat("eu/shop")];
    let bare = |text: String| format!("{text}heartbeat: Watchdog\n");
    let (_cloud, mut session) = place(bare, &rows).await;
    let said = session.run("autoscale check --online").await;
    assert!(said.out.contains("warning: heartbeat: 2 alerts of this name were heard"), "{said:?}");
    assert!(said.out.contains("prometheus: eu/shop"), "{said:?}");
    let labelled =
        |text: String| format!("{text}heartbeat: {{ alertname: Watchdog, prometheus: eu/shop }}\n");
    let (_cloud, mut session) = place(labelled, &rows).await;
    let said = session.run("autoscale check --online").await;
    assert!(!said.out.contains("warning: heartbeat"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_switch_sets_the_mode_of_every_group() {
    let two = |text: String| {
        let (_, group) =
            text.split_once("  web:\n").map(|(head, tail)| (head.to_owned(), tail.to_owned())).unwrap();
        let group = group.replace("config: ", "config: 9");
        format!("{text}  api:\n{group}")
    };
    let (_cloud, mut session) = place(two, &[]).await;
    session.run("autoscale mode --all add_only --dry-run").await;
    session.run("autoscale mode --all add_only --for 2h --reason 'bad hour'").await;
    session.run("autoscale mode --all add_only --group web").await;
    let status = session.run("autoscale status --output json").await.json();
    let modes: Vec<&str> =
        status["groups"].as_array().unwrap().iter().map(|group| group["mode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["add_only", "add_only"]);
    session.forget();
    session.run("autoscale mode --all add_only --dry-run").await;
    session.run("autoscale mode --all on").await;
    session.run("autoscale mode --all paused --output json").await;
    insta::assert_snapshot!(session.transcript());
}
