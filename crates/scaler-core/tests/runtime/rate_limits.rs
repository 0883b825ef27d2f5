//! What a cloud tells about when to ask again is kept to, and never taken at its word without bounds.

use std::time::Duration;

use scaler_core::view::{Moment, What};

use super::cloud::Fate;
use super::{Bench, seconds, web_of};

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_nothing_made_creates_follow_each_other_at_once() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    for _ in 0..500 {
        bench.cloud.fate("create", Fate::Limited(Duration::ZERO));
    }
    bench.turn_for(&scaler, seconds(60)).await;
    let sent = bench.cloud.count("create");
    assert!((2..=15).contains(&sent), "{sent} creates in a minute of refusals");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_years_kept_a_group_below_its_minimum() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    bench.cloud.fate("create", Fate::Limited(TEN_YEARS));
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_years_kept_a_member_out_of_service() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    bench.cloud.fate("register", Fate::Limited(TEN_YEARS));
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_is_refused_was_told_anew_at_every_turn() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    bench.turn_for(&scaler, seconds(60)).await;
    let mut events = web_of(&scaler).subscribe();
    for left in (1..=40).rev() {
        bench.cloud.fate("list", Fate::Limited(seconds(left)));
    }
    bench.turn_for(&scaler, seconds(120)).await;
    drop(scaler);
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        if let What::Now(Moment::Held { .. }) = &event.what {
            told.push(event.to_string());
        }
    }
    assert_eq!(told.len(), 1, "{told:#?}");
}
