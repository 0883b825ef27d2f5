//! A wall clock that somebody sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use scaler_core::clock::TokioClock;
use scaler_core::model::{Alert, AlertFreshness, AlertState, Amount, ConfigId, Signal, elapsed};
use scaler_core::ports::{AlertSource, Clock, Failure};
use scaler_core::runtime::Scaler;
use tokio::time::Instant;

use super::cloud::Fate;
use super::{Bench, CONFIG, alert, group, seconds, web_of};

const HOUR: i64 = 3_600;

/// A clock that shows so many seconds more than has passed.
#[derive(Clone)]
struct Settable(TokioClock, Arc<AtomicI64>);

#[async_trait]
impl Clock for Settable {
    fn now(&self) -> Timestamp {
        self.0.now() + SignedDuration::from_secs(self.1.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let latest = Instant::now() + elapsed(self.now(), at);
        while self.now() < at && Instant::now() < latest {
            tokio::time::sleep(seconds(1)).await;
        }
    }
}

/// A group of three, and what sets its clock.
async fn three(bench: &Bench) -> (Scaler, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let builder = Scaler::builder().compute(bench.cloud.clone()).balancer(bench.cloud.clone());
    let clock = Settable(bench.clock, Arc::clone(&ahead));
    let scaler =
        builder.store(bench.store.clone()).clock(clock).group(group("web", CONFIG, 1, 12)).build().unwrap();
    web_of(&scaler).scale_to(3).because("x").await.unwrap();
    bench.turn_for(&scaler, seconds(300)).await;
    (scaler, ahead)
}

/// Until a call is made that begins so; how long that took.
async fn called(bench: &Bench, call: &str) -> Duration {
    let began = Instant::now();
    while bench.cloud.count(call) == 0 {
        tokio::time::sleep(seconds(1)).await;
    }
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_ended_a_drain_or_kept_it_from_ending() {
    for by in [HOUR, -HOUR] {
        let bench = Bench::new();
        let (scaler, ahead) = three(&bench).await;
        web_of(&scaler).scale_to(2).because("x").submit().await.unwrap();
        let story = async {
            called(&bench, "mode Drain").await;
            tokio::time::sleep(seconds(30)).await;
            ahead.store(by, Ordering::SeqCst);
            called(&bench, "delete").await + seconds(30)
        };
        let took = tokio::select! {
            took = story => took,
            () = bench.turn_for(&scaler, seconds(1_500)) => panic!("it still drains, {by}"),
        };
        // Five minutes of drain, one of reject; modes take a moment to be seen.
        assert!((seconds(360)..seconds(420)).contains(&took), "{by}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_back_made_notifications_wait_for_their_groups_next_look() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    let mut of_one = alert("WebCpuLow", AlertState::Firing);
    of_one.labels.insert("instance".to_owned(), "a".to_owned());
    let story = async {
        tokio::time::sleep(seconds(7_200)).await;
        // It changes nothing that a policy says, and is looked at.
        scaler.alerts().notified(vec![of_one]).await.unwrap();
        tokio::time::sleep(seconds(10)).await;
        ahead.store(-HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(60)).await;
        let observed = || async { web_of(&scaler).status().await.unwrap().observed };
        let last = observed().await;
        while observed().await == last {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(seconds(1)).await;
        let (began, before) = (Instant::now(), bench.cloud.count("create"));
        scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
        while bench.cloud.count("create") == before {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let took = began.elapsed();
        assert!(took <= seconds(2), "acted on after {took:?}");
    };
    scaler.run(story).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_forward_had_booting_members_deleted_as_failed() {
    let bench = Bench::new();
    bench.cloud.state().boot = seconds(400);
    let (scaler, ahead) = three(&bench).await;
    web_of(&scaler).scale_to(5).because("x").submit().await.unwrap();
    let story = async {
        called(&bench, "create web-").await;
        tokio::time::sleep(seconds(60)).await;
        ahead.store(HOUR, Ordering::SeqCst);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = story => {}
        () = bench.turn_for(&scaler, seconds(900)) => {}
    }
    assert_eq!((bench.cloud.count("create"), bench.cloud.count("delete"), bench.cloud.serving()), (5, 0, 5));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_forward_gave_the_removal_budget_back() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    web_of(&scaler).scale_to(1).because("x").submit().await.unwrap();
    let story = async {
        called(&bench, "mode Drain").await;
        ahead.store(HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(500)).await;
    };
    let turning = scaler.run(std::future::pending());
    tokio::select! {
        () = story => {}
        ended = turning => panic!("{ended:?}"),
    }
    assert_eq!(bench.cloud.count("mode Drain"), 1, "one in ten minutes");
}

/// What Alertmanager says.
#[derive(Clone, Default)]
struct Source(Arc<Mutex<Vec<Alert>>>);

#[async_trait]
impl AlertSource for Source {
    async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        Ok(self.0.lock().unwrap().clone())
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_back_kept_the_end_of_an_alert_from_being_seen() {
    let bench = Bench::new();
    let (ahead, source) = (Arc::new(AtomicI64::new(0)), Source::default());
    *source.0.lock().unwrap() = vec![alert("WebCpuHigh", AlertState::Firing)];
    let scaler = Scaler::builder()
        .compute(bench.cloud.clone())
        .balancer(bench.cloud.clone())
        .store(bench.store.clone())
        .clock(Settable(bench.clock, Arc::clone(&ahead)))
        .alerts(source.clone())
        .freshness(AlertFreshness::polled(seconds(15)))
        .group(group("web", CONFIG, 1, 2))
        .build()
        .unwrap();
    let story = async {
        tokio::time::sleep(seconds(200)).await;
        ahead.store(-HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(60)).await;
        let high = web_of(&scaler).status().await.unwrap().signal;
        source.0.lock().unwrap().clear();
        tokio::time::sleep(seconds(400)).await;
        (high, web_of(&scaler).status().await.unwrap().signal)
    };
    let turning = scaler.run(std::future::pending());
    let signals = tokio::select! {
        signals = story => signals,
        ended = turning => panic!("{ended:?}"),
    };
    assert_eq!(signals, (Some(Signal::High), Some(Signal::Neutral)));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_back_kept_an_unhealthy_member_from_being_replaced() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    let story = async {
        tokio::time::sleep(seconds(200)).await;
        ahead.store(-HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(30)).await;
        bench.cloud.state().machines.values_mut().next().unwrap().healthy = false;
        let began = Instant::now();
        while bench.cloud.serving() < 3 || bench.cloud.count("create") < 4 {
            tokio::time::sleep(seconds(5)).await;
        }
        began.elapsed()
    };
    let took = tokio::select! {
        took = story => took,
        () = bench.turn_for(&scaler, seconds(7_200)) => panic!("it is not replaced"),
    };
    assert!(took <= seconds(200), "three serve again after {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_back_prolonged_the_wait_of_a_create() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    bench.cloud.fate("create", Fate::Limited(seconds(120)));
    web_of(&scaler).scale_to(4).because("x").submit().await.unwrap();
    let story = async {
        tokio::time::sleep(seconds(30)).await;
        ahead.store(-HOUR, Ordering::SeqCst);
    };
    tokio::join!(story, bench.turn_for(&scaler, seconds(400)));
    assert_eq!(bench.cloud.serving(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_put_forward_gave_the_installations_budget_back() {
    let bench = Bench::new();
    let ahead = Arc::new(AtomicI64::new(0));
    let groups = [("web", ConfigId(7)), ("api", ConfigId(8))].map(|(name, config)| {
        bench.cloud.plant(name, config, 8);
        let mut wide = group(name, config, 1, 20);
        wide.remove.at_most = Amount::Percent(100);
        wide
    });
    let builder = Scaler::builder().compute(bench.cloud.clone()).balancer(bench.cloud.clone());
    let clock = Settable(bench.clock, Arc::clone(&ahead));
    let scaler = builder.store(bench.store.clone()).clock(clock).groups(groups).build().unwrap();
    let story = async {
        // A log that was begun over what was there counts its removal budget as used up at first.
        tokio::time::sleep(seconds(700)).await;
        for name in ["web", "api"] {
            scaler.group(name).unwrap().scale_to(2).because("x").submit().await.unwrap();
        }
        tokio::time::sleep(seconds(60)).await;
        let before = bench.cloud.count("mode Drain");
        ahead.store(HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(300)).await;
        (before, bench.cloud.count("mode Drain"))
    };
    let turning = scaler.run(std::future::pending());
    let drained = tokio::select! {
        drained = story => drained,
        ended = turning => panic!("{ended:?}"),
    };
    assert_eq!(drained, (5, 5), "five of sixteen in ten minutes, whatever the clock shows");
}

/// A group of three grows by a create that is answered after a minute, and then boots for four; `meanwhile` begins with the create.
/// Nothing is made twice, and nothing deleted.
async fn grows_by_a_slow_create(bench: &Bench, scaler: &Scaler, meanwhile: impl Future<Output = ()> + Send) {
    let made = bench.cloud.count("create");
    bench.cloud.fate("create", Fate::Slow(seconds(60)));
    bench.cloud.state().boot = seconds(240);
    web_of(scaler).scale_to(4).because("x").submit().await.unwrap();
    let story = async {
        while bench.cloud.count("create") == made {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        meanwhile.await;
    };
    scaler.run(story).await.unwrap();
    assert_eq!((bench.cloud.count("create"), bench.cloud.count("delete")), (made + 1, 0));
    assert_eq!(bench.cloud.serving(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_launch_whose_create_was_answered_as_the_clock_was_put_back_was_deleted() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    let set = async {
        // No turn comes between this and the answer.
        tokio::time::sleep(Duration::from_millis(59_970)).await;
        ahead.store(-HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(400)).await;
    };
    grows_by_a_slow_create(&bench, &scaler, set).await;
}

#[tokio::test(start_paused = true)]
async fn a_launch_whose_create_was_answered_before_the_clock_was_put_forward_was_deleted() {
    let bench = Bench::new();
    let (scaler, ahead) = three(&bench).await;
    let set = async {
        // A turn observes as the answer arrives, and as the clock is set.
        bench.cloud.state().listing_takes = seconds(25);
        tokio::time::sleep(Duration::from_millis(60_100)).await;
        ahead.store(HOUR, Ordering::SeqCst);
        tokio::time::sleep(seconds(30)).await;
        bench.cloud.state().listing_takes = Duration::ZERO;
        tokio::time::sleep(seconds(370)).await;
    };
    grows_by_a_slow_create(&bench, &scaler, set).await;
}
