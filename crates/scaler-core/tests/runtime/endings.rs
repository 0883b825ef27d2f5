//! How calls end: at the limits of a group, beside each other, and against its mode.

use std::time::Duration;

use scaler_core::model::Amount;
use scaler_core::runtime::Outcome;
use scaler_core::state::{FailureReason, GroupMode};

use super::{Bench, CONFIG, group, seconds, web_of};

/// Longer than any call of these tests may take.
const LONG: Duration = Duration::from_secs(6 * 3_600);

#[tokio::test(start_paused = true)]
async fn a_change_by_nothing_changed_by_one() {
    let bench = Bench::new();
    let web = web_of(&bench.settled(2, 1).await);
    assert_eq!(web.scale_up(0).await.unwrap(), Outcome::Reached);
    assert_eq!(web.scale_down(0).await.unwrap(), Outcome::Reached);
    assert_eq!(web.scale_up(Amount::Percent(0)).await.unwrap(), Outcome::Reached);
    assert_eq!(web.scale_down(Amount::Percent(0)).await.unwrap(), Outcome::Reached);
    assert_eq!((bench.cloud.count("create"), bench.cloud.serving()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn two_calls_at_once_added_what_one_of_them_asked_for() {
    let bench = Bench::new();
    let web = web_of(&bench.settled(1, 1).await);
    let (one, other) = tokio::join!(
        web.scale_up(1).because("one").into_future(),
        web.scale_up(2).because("other").into_future()
    );
    assert!(matches!(one.unwrap(), Outcome::Superseded { .. }));
    assert_eq!(other.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.serving(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_from_what_the_limits_leave_of_the_one_before() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("web", CONFIG, 1, 3)], 1);
    let web = web_of(&scaler);
    assert_eq!(web.scale_to(2).await.unwrap(), Outcome::Reached);
    web.scale_up(50).submit().await.unwrap();
    assert_eq!(web.scale_down(1).await.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.serving(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_the_mode_forbids_was_waited_for_without_an_end() {
    let bench = Bench::new();
    let web = web_of(&bench.settled(2, 1).await);
    web.set_mode(GroupMode::AddOnly, None, "ops", "a sale").await.unwrap();
    let forbidden = Outcome::Failed { why: FailureReason::Mode { mode: GroupMode::AddOnly } };
    let ended = tokio::time::timeout(LONG, web.scale_down(1).into_future()).await.expect("it ends");
    assert_eq!(ended.unwrap(), forbidden);
    assert_eq!(forbidden.to_string(), "failed: the group's mode is add_only, so nothing is removed");
    assert_eq!(
        tokio::time::timeout(LONG, web.scale_up(1).into_future()).await.expect("it ends").unwrap(),
        Outcome::Reached
    );
    let member = web.status().await.unwrap().members[0].instance.unwrap();
    let ended =
        tokio::time::timeout(LONG, web.replace(member, "a new kernel").outcome()).await.expect("it ends");
    assert_eq!(ended.unwrap(), forbidden);
    assert_eq!(bench.cloud.count("delete"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_call_went_on_after_its_end() {
    let bench = Bench::new();
    let web = web_of(&bench.settled(1, 1).await);
    let mut run = web.scale_up(1).events();
    while run.next().await.is_some() {}
    let member = web.status().await.unwrap().members[0].instance.unwrap();
    web.protect(member, "later").await.unwrap();
    assert_eq!(run.next().await.map(|event| event.to_string()), None);
    assert_eq!(run.outcome().await.unwrap(), Outcome::Reached);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_leaves_nothing_under_way_and_the_next_one_ends() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let web = web_of(&scaler);
    let mut run = web.scale_up(2).events();
    while let Some(event) = run.next().await {
        if event.to_string().contains("create") {
            break;
        }
    }
    drop(run);
    drop(scaler);
    assert!(web.status().await.unwrap().in_flight.is_empty());
    assert_eq!(
        tokio::time::timeout(LONG, web.scale_to(0).into_future()).await.expect("it ends").unwrap(),
        Outcome::Reached
    );
    assert_eq!((bench.cloud.existing(), bench.cloud.serving()), (1, 1), "the minimum stays");
}

#[tokio::test(start_paused = true)]
async fn a_group_may_have_no_member() {
    let bench = Bench::new();
    let mut none = group("web", CONFIG, 0, 2);
    none.remove.every = seconds(60);
    let web = web_of(&bench.scaler([none], 1));
    assert_eq!(web.scale_up(1).await.unwrap(), Outcome::Reached);
    assert_eq!(
        tokio::time::timeout(LONG, web.scale_to(0).into_future()).await.expect("it ends").unwrap(),
        Outcome::Reached
    );
    assert_eq!((bench.cloud.existing(), web.status().await.unwrap().desired), (0, Some(0)));
    assert_eq!(web.scale_up(Amount::Percent(50)).await.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.serving(), 1);
}
