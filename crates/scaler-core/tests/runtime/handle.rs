//! A group by its handle, and a request put together word by word.

use scaler_core::model::{Amount, Size};
use scaler_core::runtime::{Error, Outcome};
use scaler_core::state::{Fact, FailureReason};

use super::{Bench, CONFIG, group, seconds};

#[tokio::test(start_paused = true)]
async fn a_call_is_awaited_and_its_reason_stands_in_the_log() {
    let bench = Bench::new();
    let web = bench.web(1).group("web").unwrap();
    assert_eq!(web.scale_to(2).because("the start").await.unwrap(), Outcome::Reached);
    assert_eq!(web.scale_up(2).because("release 4.2").await.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.serving(), 4);
    assert_eq!(web.scale_down(Amount::Percent(25)).await.unwrap(), Outcome::Reached);
    let history = web.history(10).await.unwrap();
    let causes: Vec<String> = history.iter().map(|activity| activity.cause.to_string()).collect();
    assert_eq!(causes, ["operator: no reason given", "operator: release 4.2", "operator: the start"]);
    assert_eq!(web.status().await.unwrap().in_service, 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_a_call_is_awaited_or_read() {
    let bench = Bench::new();
    let web = bench.settled(1, 1).await.group("web").unwrap();
    let before = bench.entries().await.len();
    let call = web.scale_up(1).because("x");
    let run = call.clone().events();
    let planned = call.plan().await.unwrap();
    assert_eq!(planned.desired, Some(2));
    assert_eq!(bench.entries().await.len(), before);
    assert_eq!(run.outcome().await.unwrap(), Outcome::Reached);
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_call_end_with_it() {
    let bench = Bench::new();
    let web = bench.settled(1, 1).await.group("web").unwrap();
    let mut run = web.scale_up(1).because("x").events();
    let mut seen = Vec::new();
    while let Some(event) = run.next().await {
        seen.push(event);
    }
    assert!(seen.iter().any(|event| event.to_string().contains("create")), "{seen:?}");
    assert_eq!(run.outcome().await.unwrap(), Outcome::Reached);
}

#[tokio::test(start_paused = true)]
async fn conditions_and_options_reach_the_request() {
    let bench = Bench::new();
    let web = bench.settled(1, 1).await.group("web").unwrap();
    let refused = web.scale_to(2).generation(0).submit().await.unwrap_err();
    assert!(matches!(refused, Error::Generation { asked: 0, current: 1, .. }), "{refused}");

    let until = scaler_core::model::after(web.status().await.unwrap().at, seconds(3_600));
    let call = web.scale_to(2).generation(1).request("build-17").floor_until(until).over_budget();
    let accepted = call.clone().submit().await.unwrap();
    assert!(call.submit().await.unwrap().repeated);
    assert_eq!(web.follow(accepted).outcome().await.unwrap(), Outcome::Reached);
    let asked = bench.facts().await.into_iter().rev().find(|fact| matches!(fact, Fact::SizeAsked { .. }));
    assert_eq!(asked, Some(Fact::SizeAsked { desired: 2, floor_until: Some(until), over_budget: true }));

    bench.cloud.state().boot = seconds(120);
    let ending = web.scale_to(3).deadline(seconds(20)).await.unwrap();
    assert!(matches!(&ending, Outcome::Failed { why: FailureReason::DeadlinePassed }), "{ending}");
}

#[tokio::test(start_paused = true)]
async fn a_handle_is_of_a_group_that_exists() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("web", CONFIG, 1, 12)], 1);
    let error = scaler.group("wbe").map(drop).unwrap_err();
    assert_eq!(error.to_string(), "there is no group \"wbe\"; the configured ones are: web");
    let web = scaler.group("web").unwrap();
    assert_eq!((web.name().as_str(), web.settings().size), ("web", Size::from(1..=12)));
}

#[tokio::test(start_paused = true)]
async fn members_are_protected_replaced_and_watched_by_the_handle() {
    let bench = Bench::new();
    let web = bench.settled(2, 1).await.group("web").unwrap();
    let mut events = web.subscribe();
    let member = web.status().await.unwrap().members[0].instance.unwrap();
    web.protect(member, "a database").await.unwrap();
    let refused = web.replace(member, "a new kernel").outcome().await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    web.unprotect(member, "moved away").await.unwrap();
    assert_eq!(web.replace(member, "a new kernel").outcome().await.unwrap(), Outcome::Reached);
    assert!(web.status().await.unwrap().members.iter().all(|one| one.instance != Some(member)));
    assert_eq!(events.next().await.unwrap().group, *web.name());
}
