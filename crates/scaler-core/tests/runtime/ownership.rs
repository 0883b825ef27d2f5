//! Whose the store is, and on which account it acts.

use std::future::pending;

use scaler_core::model::{Installation, InstanceId, Position};
use scaler_core::ports::{FailureKind, LogName, Store};
use scaler_core::runtime::{Error, Scaler};
use scaler_core::state::{Discarded, Fact};
use scaler_core::view::Status;

use super::cloud::Fate;
use super::{Bench, seconds, web_of};

fn bench() -> Bench {
    let bench = Bench::new();
    {
        let mut state = bench.cloud.state();
        (state.owner, state.account) = (Some("first"), Some("FFFF-1"));
    }
    bench
}

/// Turns the groups for so long.
async fn run(scaler: &Scaler, n: u64) {
    scaler.run(tokio::time::sleep(seconds(n))).await.unwrap();
}

async fn belongs(bench: &Bench) -> Vec<Installation> {
    let read = bench.store.read(&LogName::Installation, Position::START, usize::MAX).await.unwrap();
    let belongs = |fact| match fact {
        Fact::Belongs { to } => Some(to),
        _ => None,
    };
    read.into_iter().filter_map(|entry| belongs(entry.draft.fact)).collect()
}

async fn status(scaler: &Scaler) -> Status {
    web_of(scaler).status().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn another_owner_does_not_make_the_fleet_anew_in_a_store_that_is_not_its() {
    let bench = bench();
    run(&bench.web(1), 200).await;
    let before = bench.cloud.calls();
    assert_eq!(bench.cloud.count("create"), 1);
    {
        // Instances with the tag of another owner are not shown to this one.
        let mut state = bench.cloud.state();
        state.owner = Some("second");
        state.machines.values_mut().for_each(|machine| machine.group = None);
    }
    let other = bench.web(2);
    let Err(Error::Unverified { why }) = other.check_owner().await else { panic!("it is not refused") };
    assert!(why.to_string().contains("belongs to the owner first, not to second"), "{why}");
    assert!(why.to_string().contains("autoscale store rebind --owner"), "{why}");
    run(&other, 1_200).await;
    assert_eq!(bench.cloud.calls(), before, "nothing is created, released or asked");
    assert!(matches!(status(&other).await.discarded(), Some(Discarded::OtherOwner { .. })));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_before_the_account_is_verified() {
    let bench = bench();
    for _ in 0..20 {
        bench.cloud.fate("account", Fate::Refused(FailureKind::Transient));
    }
    let scaler = bench.web(1);
    let running = scaler.clone();
    tokio::spawn(async move { running.run(pending()).await });
    tokio::time::sleep(seconds(60)).await;
    assert_eq!((bench.cloud.count("create"), bench.cloud.state().lists), (0, 0));
    assert!(status(&scaler).await.discarded().unwrap().to_string().contains("account was refused"));
    let asked = bench.cloud.count("account");
    assert!((5..=13).contains(&asked), "it asks again every few seconds, not each turn: {asked}");
    tokio::time::sleep(seconds(300)).await;
    assert_eq!(bench.cloud.count("create"), 1);
    assert_eq!(bench.cloud.count("account"), 21, "once it is verified nobody asks again");
    assert_eq!(belongs(&bench).await[0].account.as_deref(), Some("FFFF-1"));
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_account_acts_on_nothing() {
    let bench = bench();
    run(&bench.web(1), 200).await;
    let created = bench.cloud.count("create");
    {
        let mut state = bench.cloud.state();
        state.account = Some("EEEE-2");
        state.machines.clear();
        state.nodes.clear();
    }
    let scaler = bench.web(2);
    run(&scaler, 1_200).await;
    assert_eq!(bench.cloud.count("create"), created);
    let why = status(&scaler).await.holds[0].to_string();
    assert!(
        why.starts_with("the store belongs to the account FFFF-1, and the token is one of EEEE-2"),
        "{why}"
    );
    let adopted = web_of(&scaler).adopt(InstanceId(101), "anna").await;
    assert!(matches!(adopted, Err(Error::Unverified { .. })), "{adopted:?}");
    assert_eq!(bench.cloud.count("mark"), 0);
}

#[tokio::test(start_paused = true)]
async fn where_the_id_can_not_be_read_a_remembered_landmark_tells_the_account() {
    let bench = bench();
    {
        let mut state = bench.cloud.state();
        (state.account, state.landmarks) = (None, vec!["nodebalancer/9042"]);
    }
    run(&bench.web(1), 200).await;
    assert_eq!(bench.cloud.count("create"), 1);
    run(&bench.web(2), 60).await;
    assert_eq!(belongs(&bench).await.len(), 1, "what is known is not written again");
    bench.cloud.state().landmarks.clear();
    let scaler = bench.web(3);
    run(&scaler, 60).await;
    assert_eq!(status(&scaler).await.discarded(), Some(&Discarded::AccountUntold));
    bench.cloud.state().landmarks = vec!["nodebalancer/4711"];
    let scaler = bench.web(4);
    run(&scaler, 60).await;
    assert_eq!(
        status(&scaler).await.discarded(),
        Some(&Discarded::AccountUntold),
        "it is not the remembered one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_is_given_to_another_owner_and_account_by_a_person_only() {
    let bench = bench();
    run(&bench.web(1), 200).await;
    {
        let mut state = bench.cloud.state();
        (state.owner, state.account) = (Some("second"), Some("EEEE-2"));
    }
    let scaler = bench.web(2);
    let alone = scaler.rebind(false, true, "anna".into(), false).await;
    assert!(matches!(alone, Err(Error::Unverified { .. })), "the owner is another one: {alone:?}");
    let (before, after) = scaler.rebind(true, true, "anna".into(), true).await.unwrap();
    assert_eq!((before.owner.as_str(), after.owner.as_str()), ("first", "second"));
    assert_eq!((before.account.as_deref(), after.account.as_deref()), (Some("FFFF-1"), Some("EEEE-2")));
    assert_eq!(belongs(&bench).await.len(), 1, "it was only to be said");
    scaler.rebind(true, true, "anna".into(), false).await.unwrap();
    assert_eq!(belongs(&bench).await.last(), Some(&after));
    scaler.check_owner().await.unwrap();
    run(&scaler, 60).await;
    assert_eq!(status(&scaler).await.discarded(), None);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_makes_no_store_ours() {
    let bench = bench();
    let scaler = bench.web(1);
    let plan = web_of(&scaler).plan().await.unwrap();
    assert!(plan.to_string().contains("create"), "{plan}");
    assert_eq!(belongs(&bench).await, []);
    run(&scaler, 60).await;
    assert_eq!(belongs(&bench).await.len(), 1);
}
