//! Clocks, under tokio's paused clock.

use std::time::Duration;

use jiff::Timestamp;
use scaler_core::clock::{SystemClock, TokioClock};
use scaler_core::model::{after, elapsed};
use scaler_core::ports::Clock;
use tokio::time::Instant;

fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_turns_and_shows_whole_seconds() {
    let clock = TokioClock::new(start());
    assert_eq!(clock.now(), start());
    clock.sleep_until(after(start(), Duration::from_secs(3600))).await;
    assert_eq!(clock.now(), after(start(), Duration::from_secs(3600)));
}

#[tokio::test(start_paused = true)]
async fn a_fast_clock_takes_less_of_tokios_time() {
    let began = Instant::now();
    let clock = TokioClock::new(start()).with_speed(60.0);
    clock.sleep_until(after(start(), Duration::from_secs(3600))).await;
    assert!(clock.now() >= after(start(), Duration::from_secs(3600)));
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(60) && took < Duration::from_millis(60_010), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn speed_that_makes_no_sense_is_none() {
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let clock = TokioClock::new(start()).with_speed(speed);
        assert_eq!(clock.real(Duration::from_secs(7)), Duration::from_secs(7));
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_speed_does_not_move_the_hands() {
    let clock = TokioClock::new(start()).with_speed(10.0);
    clock.sleep_until(after(start(), Duration::from_secs(100))).await;
    let shown = clock.now();
    assert_eq!(clock.with_speed(1.0).now(), shown);
}

#[tokio::test(start_paused = true)]
async fn the_past_is_not_waited_for() {
    let began = Instant::now();
    TokioClock::new(start()).sleep_until(Timestamp::MIN).await;
    SystemClock.sleep_until(Timestamp::MIN).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn the_machines_clock_reaches_what_it_waits_for() {
    let until = after(SystemClock.now(), Duration::from_millis(3));
    SystemClock.sleep_until(until).await;
    assert!(elapsed(SystemClock.now(), until).is_zero());
}
