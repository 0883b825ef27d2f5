//! Notifications: stored before they are answered, and acted upon at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use scaler_core::model::{
    Alert, AlertFreshness, AlertRow, AlertStanding, AlertState, AlertTable, Amount, ConfigId, Signal, elapsed,
};
use scaler_core::ports::{AlertSource, Clock, Failure, FailureKind, Store};
use scaler_core::runtime::{Outcome, Scaler};
use scaler_core::state::{Cause, Fact};

use super::{Bench, CONFIG, alert, group, seconds, web_of};

/// One of many alerts of a name that a policy goes by.
fn low(fingerprint: &str, state: AlertState) -> Alert {
    let mut low = alert("WebCpuLow", state);
    low.fingerprint = fingerprint.to_owned();
    low
}

#[tokio::test(start_paused = true)]
async fn notifications_that_arrive_together_share_a_commit() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let told = (0..100).map(|n| scaler.alerts().notified(vec![low(&format!("low-{n}"), AlertState::Firing)]));
    for kept in futures_util::future::join_all(told).await {
        kept.unwrap();
    }
    assert_eq!(bench.store.alerts().await.unwrap().len(), 100);
    let commits = bench.store.keeps.load(Ordering::SeqCst);
    assert!(commits <= 3, "{commits} commits");
}

/// Polls once; true if it is not done.
async fn poll<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending()))
        .await
}

#[tokio::test(start_paused = true)]
async fn a_notification_whose_sender_went_away_takes_no_other_with_it() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let mut first = Box::pin(scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]));
    // It has begun to commit for both of them, and is dropped in the middle.
    assert!(poll(&mut first).await);
    let mut second = Box::pin(scaler.alerts().notified(vec![alert("WebCpuLow", AlertState::Firing)]));
    assert!(poll(&mut second).await);
    drop(first);
    second.await.unwrap();
    assert!(bench.store.alerts().await.unwrap().row("WebCpuLow").is_some());
}

#[tokio::test(start_paused = true)]
async fn an_alert_whose_sender_was_never_answered_counted_as_heard_hours_later() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let mut told = Box::pin(scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]));
    assert!(poll(&mut told).await);
    drop(told);
    tokio::time::sleep(seconds(7_200)).await;
    scaler.alerts().notified(vec![alert("WebCpuLow", AlertState::Resolved)]).await.unwrap();
    bench.turn_for(&scaler, seconds(60)).await;
    assert_eq!(bench.cloud.count("create"), 1, "{:?}", scaler.alerts().table().row("WebCpuHigh"));
}

#[tokio::test(start_paused = true)]
async fn a_member_went_by_the_end_of_an_alert_that_fired_again_while_no_policy_was_about_it() {
    let bench = Bench::new();
    let mut web = group("web", CONFIG, 1, 12);
    let low = web.policies.pop();
    web.policies[0].when_resolved = Some(Amount::Count(1));
    let mut other = web.clone();
    other.policies = low.into_iter().collect();
    let scaler = bench.scaler([web.clone()], 1);
    web_of(&scaler).scale_to(3).because(Cause::operator("x")).events().outcome().await.unwrap();
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Resolved)]).await.unwrap();
    drop(scaler);
    let scaler = bench.scaler([other], 1);
    bench.turn_for(&scaler, seconds(60)).await;
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    drop(scaler);
    // The policy is back, and the alert is repeated every four hours.
    let scaler = bench.scaler([web], 1);
    bench.turn_for(&scaler, seconds(1_200)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!(bench.cloud.count("mode"), 0, "it fires, and {:?} is believed", status.signal);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_was_new_took_an_alert_that_fires_for_one_that_does_not() {
    let bench = Bench::new();
    let web = group("web", CONFIG, 1, 12);
    let mut without = web.clone();
    without.policies.retain(|policy| policy.on.get("alertname").is_none_or(|name| name != "WebCpuHigh"));
    let scaler = bench.scaler([without], 1);
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    drop(scaler);
    let scaler = bench.scaler([web], 1);
    bench.turn_for(&scaler, seconds(10)).await;
    assert_eq!(web_of(&scaler).status().await.unwrap().signal, Some(Signal::High));
}

#[tokio::test(start_paused = true)]
async fn what_the_store_does_not_keep_does_not_count() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    *bench.store.broken.lock().unwrap() = true;
    let error = scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap_err();
    assert!(error.to_string().contains("not stored"));
    assert!(scaler.alerts().table().is_empty());
    *bench.store.broken.lock().unwrap() = false;
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    assert_eq!(scaler.alerts().table().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_notification_rouses_the_actor_at_once_and_its_repetition_does_not() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let told = async {
        tokio::time::sleep(seconds(200)).await;
        let at = bench.clock.now();
        let created = bench.cloud.count("create");
        scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
        while bench.cloud.count("create") == created {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let took = bench.clock.now().duration_since(at).as_millis();
        assert!(took < 500, "the first create went out after {took} ms");
        tokio::time::sleep(seconds(30)).await;
        for _ in 0..20 {
            scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
            tokio::time::sleep(seconds(1)).await;
        }
    };
    tokio::join!(told, bench.turn_for(&scaler, seconds(265)));
    assert_eq!(bench.cloud.serving(), 4);
    let decided = bench.facts().await.iter().filter(|fact| matches!(fact, Fact::Decided { .. })).count();
    assert_eq!(decided, 2, "one size asked for, one by the alert");
}

#[tokio::test(start_paused = true)]
async fn a_signal_that_flips_made_a_turn_each_time() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let told = async {
        tokio::time::sleep(seconds(100)).await;
        let lists = bench.cloud.state().node_lists;
        for n in 0..400 {
            let state = if n % 2 == 0 { AlertState::Firing } else { AlertState::Resolved };
            scaler.alerts().notified(vec![alert("WebCpuLow", state)]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let turns = bench.cloud.state().node_lists - lists;
        assert!((5..=15).contains(&turns), "{turns} turns in 20 s");
    };
    scaler.run(told).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_notification_roused_groups_that_it_does_not_speak_of() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("web", CONFIG, 1, 12), group("api", ConfigId(8), 1, 12)], 1);
    bench.turn_for(&scaler, seconds(200)).await;
    let told = async {
        tokio::time::sleep(seconds(21)).await;
        let mut high = alert("WebCpuHigh", AlertState::Firing);
        high.labels.insert("autoscale_group".to_owned(), "api".to_owned());
        scaler.alerts().notified(vec![high]).await.unwrap();
        tokio::time::sleep(seconds(1)).await;
    };
    scaler.run(told).await.unwrap();
    let (web, api) = (scaler.group("web").unwrap(), scaler.group("api").unwrap());
    let now = bench.clock.now();
    let (web, api) = (web.status().await.unwrap(), api.status().await.unwrap());
    assert_eq!((web.signal, api.signal), (Some(Signal::Neutral), Some(Signal::High)));
    let ages = [&web, &api].map(|status| elapsed(status.observed.unwrap(), now));
    assert!(ages[0] > seconds(1) && ages[1] <= seconds(1), "{ages:?}");
}

/// A scaler of one group that polls `source` every 15 s.
fn polling(bench: &Bench, source: &Source) -> Scaler {
    Scaler::builder()
        .compute(bench.cloud.clone())
        .balancer(bench.cloud.clone())
        .store(bench.store.clone())
        .clock(bench.clock)
        .alerts(source.clone())
        .freshness(AlertFreshness::polled(seconds(15)))
        .group(group("web", CONFIG, 1, 12))
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn polls_wrote_every_alert_of_the_alertmanager_each_time() {
    let bench = Bench::new();
    let source = Source::default();
    let mut alerts: Vec<Alert> = (0..2_000)
        .map(|n| {
            let mut one = alert("SomebodyElses", AlertState::Firing);
            one.fingerprint = format!("other-{n}");
            one
        })
        .collect();
    alerts.push(alert("WebCpuHigh", AlertState::Firing));
    *source.says.lock().unwrap() = Some(alerts);
    let scaler = polling(&bench, &source);
    bench.turn_for(&scaler, seconds(10)).await;
    assert_eq!(bench.store.rows.load(Ordering::SeqCst), 2_001, "all of them are kept once");
    bench.turn_for(&scaler, seconds(150)).await;
    let again = bench.store.rows.load(Ordering::SeqCst) - 2_001;
    assert!((9..=12).contains(&again), "then only the one that a policy is about: {again} rows by ten polls");
    assert_eq!(web_of(&scaler).status().await.unwrap().signal, Some(Signal::High));
}

#[tokio::test(start_paused = true)]
async fn notifications_wrote_alerts_again_that_no_policy_is_about() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let told = ["SomebodyElses", "WebCpuHigh"].map(|name| alert(name, AlertState::Firing));
    for _ in 0..10 {
        tokio::time::sleep(seconds(60)).await;
        scaler.alerts().notified(told.to_vec()).await.unwrap();
    }
    assert_eq!(bench.store.rows.load(Ordering::SeqCst), 1 + 10, "once, and as often as it was told");
    let table = scaler.alerts().table();
    assert!(table.rows().all(|row| row.heard == bench.clock.now()), "both were heard just now: {table:?}");
}

#[test]
fn a_table_gives_back_what_was_put_in() {
    let texts = ["", ":", "3:abc", "ünïcode \"😀\"", "\0\n", "0:"];
    let texts: BTreeMap<_, _> = texts.iter().map(|text| (format!("n{text}"), (*text).to_owned())).collect();
    let mut told = alert("WebCpuHigh", AlertState::Suppressed);
    (told.labels, told.annotations) = (texts.clone(), texts);
    let [first, second] = [1, 2].map(|second| jiff::Timestamp::from_second(second).unwrap());
    let row = AlertRow::new(told, first, second);
    let mut table = AlertTable::default();
    assert_eq!(table.put(row.clone()), None);
    assert_eq!(table.row("WebCpuHigh"), Some(row.clone()));
    assert_eq!(table.rows().collect::<Vec<_>>(), [row]);
    assert_eq!(table.remove("WebCpuHigh"), Some(AlertState::Suppressed));
    assert_eq!(table, AlertTable::default());
}

#[tokio::test(start_paused = true)]
async fn alerts_survive_a_restart() {
    let bench = Bench::new();
    bench.settled(2, 1).await;
    tokio::time::sleep(seconds(60)).await;
    bench.web(2).alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    let scaler = bench.web(3);
    bench.turn_for(&scaler, seconds(50)).await;
    assert_eq!(bench.cloud.serving(), 4);
}

#[derive(Clone, Default)]
struct Source {
    says: Arc<Mutex<Option<Vec<Alert>>>>,
    polls: Arc<AtomicUsize>,
}

#[async_trait]
impl AlertSource for Source {
    async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        let says = self.says.lock().unwrap().clone();
        says.ok_or_else(|| Failure::new(FailureKind::Transient, "502 from Alertmanager"))
    }
}

#[tokio::test(start_paused = true)]
async fn polls_are_the_truth_and_their_failure_are_not_a_low_signal() {
    let bench = Bench::new();
    let source = Source::default();
    *source.says.lock().unwrap() = Some(vec![alert("WebCpuHigh", AlertState::Firing)]);
    let scaler = polling(&bench, &source);
    // Also a call that turns the loop by itself polls, beside it.
    assert_eq!(
        web_of(&scaler).scale_to(1).because(Cause::operator("x")).events().outcome().await.unwrap(),
        Outcome::Reached
    );
    assert!(source.polls.load(Ordering::SeqCst) >= 2);
    bench.turn_for(&scaler, seconds(60)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((status.signal, status.desired), (Some(Signal::High), Some(2)));
    *source.says.lock().unwrap() = None;
    bench.turn_for(&scaler, seconds(60)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!(status.signal, Some(Signal::Unknown));
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!(web_of(&scaler).status().await.unwrap().desired, status.desired, "neither adds nor removes");
}

#[tokio::test(start_paused = true)]
async fn alerts_that_were_resolved_were_kept_for_ever_where_nobody_polls() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let told = (0..500).map(|n| low(&format!("low-{n}"), AlertState::Resolved)).collect();
    scaler.alerts().notified(told).await.unwrap();
    assert_eq!(scaler.alerts().table().len(), 500);
    tokio::time::sleep(seconds(8 * 86_400)).await;
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    assert_eq!(scaler.alerts().table().len(), 1);
    let again = bench.web(2);
    again.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    assert_eq!(again.alerts().table().len(), 1, "nor does the store keep them");
}

#[tokio::test(start_paused = true)]
async fn alerts_that_come_and_go_each_day_filled_the_table() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    for day in 0..30 {
        for state in [AlertState::Firing, AlertState::Resolved] {
            let told = (0..500).map(|n| low(&format!("low-{day}-{n}"), state)).collect();
            scaler.alerts().notified(told).await.unwrap();
        }
        tokio::time::sleep(seconds(86_400)).await;
    }
    let kept = scaler.alerts().table().len();
    assert!(kept <= 8 * 500, "{kept} rows: a week and a day of them");
    assert_eq!(bench.store.alerts().await.unwrap().len(), kept);
}

#[tokio::test(start_paused = true)]
async fn a_low_alert_from_before_a_stop_counted_for_the_time_in_which_nobody_listened() {
    let bench = Bench::new();
    bench.settled(5, 1).await;
    tokio::time::sleep(seconds(3_600)).await;
    let source = Source::default();
    *source.says.lock().unwrap() = Some(vec![alert("WebCpuLow", AlertState::Firing)]);
    let first = polling(&bench, &source);
    bench.turn_for(&first, seconds(60)).await;
    drop(first);
    // Three hours of high load; when it starts again the low alert has just begun to fire.
    tokio::time::sleep(seconds(3 * 3_600)).await;
    let second = polling(&bench, &source);
    bench.turn_for(&second, seconds(590)).await;
    let status = web_of(&second).status().await.unwrap();
    assert_eq!((status.desired, bench.cloud.count("mode Drain")), (Some(5), 0));
    bench.turn_for(&second, seconds(60)).await;
    let status = web_of(&second).status().await.unwrap();
    assert_eq!(
        (status.desired, bench.cloud.count("mode Drain")),
        (Some(4), 1),
        "ten minutes of low are over"
    );
}

#[tokio::test(start_paused = true)]
async fn an_alert_whose_end_was_lost_is_shown_and_dropped_by_a_person() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    scaler.alerts().notified(vec![alert("Unrelated", AlertState::Resolved)]).await.unwrap();
    tokio::time::sleep(seconds(700)).await;
    let held = scaler.held_alerts().await.unwrap();
    let of: Vec<_> = held.iter().map(|held| (held.fingerprint.as_str(), held.standing)).collect();
    assert_eq!(of, [("WebCpuHigh", AlertStanding::Unconfirmed), ("Unrelated", AlertStanding::Resolved)]);
    assert_eq!(held[0].policies["web"], ["WebCpuHigh"]);
    assert!(held[1].policies.is_empty());
    let signal = |scaler: &Scaler| {
        let group = scaler.groups().remove(0);
        scaler.alerts().signals(&group, bench.clock.now()).together()
    };
    assert_eq!(signal(&scaler), Signal::Unknown);
    let names = ["WebCpuHigh".to_owned(), "no-such".to_owned()];
    assert_eq!(scaler.forget_alerts(&names, &Cause::operator("x")).await.unwrap(), ["WebCpuHigh"]);
    assert_eq!(signal(&scaler), Signal::Neutral);
    assert_eq!(bench.store.alerts().await.unwrap().len(), 1, "and it does not come back with a restart");
}
