//! Nobody goes around the removal budget.

use scaler_core::model::{Amount, ConfigId, Group, after};
use scaler_core::ports::Clock;
use scaler_core::runtime::{ScaleRequest, TargetSize};
use scaler_core::state::{BudgetScope, Cause, Fact, Hold};

use super::{Bench, group, seconds, web_of};

fn wide(name: &str, config: u64) -> Group {
    let mut group = group(name, ConfigId(config), 1, 20);
    group.remove.at_most = Amount::Percent(100);
    group
}

#[tokio::test(start_paused = true)]
async fn two_groups_that_race_share_the_installations_budget() {
    let bench = Bench::new();
    bench.cloud.plant("web", ConfigId(7), 8);
    bench.cloud.plant("api", ConfigId(8), 8);
    // Two processes on one store, each with a group of its own: only the log is between them.
    let (web, api) = (bench.scaler([wide("web", 7)], 1), bench.scaler([wide("api", 8)], 2));
    let story = async |scaler: &scaler_core::runtime::Scaler, name: &str| {
        // A log that was begun over what was there counts its removal budget as used up at first.
        bench.turn_for(scaler, seconds(700)).await;
        scaler
            .group(name)
            .unwrap()
            .ask(ScaleRequest::new(TargetSize::Exactly(2), Cause::operator("less")))
            .submit()
            .await
            .unwrap();
        bench.turn_for(scaler, seconds(500)).await;
    };
    tokio::join!(story(&web, "web"), story(&api, "api"));
    let drawn = bench.store.installation().await;
    assert_eq!(drawn.len(), 5, "five of sixteen in ten minutes, whoever came first");
    let (of_web, of_api) = (bench.store.entries("web").await, bench.store.entries("api").await);
    let permits = |entries: &[scaler_core::state::Entry]| {
        entries.iter().filter(|entry| matches!(entry.draft.fact, Fact::PermitDrawn { .. })).count()
    };
    assert_eq!(permits(&of_web) + permits(&of_api), 5);
    assert_eq!(bench.cloud.count("mode Drain"), 5);
    let mut holds = web_of(&web).status().await.unwrap().holds;
    holds.extend(api.group("api").unwrap().status().await.unwrap().holds);
    let used_up = Hold::RemovalBudget { scope: BudgetScope::Installation };
    assert!(holds.contains(&used_up), "{holds:?}");
    // The next window brings the next ones, and no more than it allows.
    let both = async |scaler: &scaler_core::runtime::Scaler| bench.turn_for(scaler, seconds(4_000)).await;
    tokio::join!(both(&web), both(&api));
    assert_eq!(bench.cloud.serving(), 4);
    let times: Vec<_> = bench.store.installation().await.iter().map(|entry| entry.draft.at).collect();
    for at in &times {
        let within = times.iter().filter(|other| *other >= at && **other < after(*at, seconds(600))).count();
        assert!(within <= 5, "{within} in one window");
    }
    assert!(bench.clock.now() > times[11]);
}

#[tokio::test(start_paused = true)]
async fn an_operator_may_go_over_the_budget_and_the_log_says_so() {
    let bench = Bench::new();
    let scaler = bench.settled(5, 1).await;
    let ask = ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("now")).over_budget(true);
    web_of(&scaler).ask(ask).events().outcome().await.unwrap();
    assert_eq!(bench.cloud.serving(), 1);
    let over: Vec<bool> = bench
        .facts()
        .await
        .iter()
        .filter_map(|fact| match fact {
            Fact::PermitDrawn { over, .. } => Some(*over),
            _ => None,
        })
        .collect();
    assert_eq!(over, [false, true, true, true]);
}
