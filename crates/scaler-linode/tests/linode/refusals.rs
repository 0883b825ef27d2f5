//! What follows from each way in which the API refuses.

use std::error::Error;

use linode_sim::Simulator;
use scaler_core::ports::{Compute, Failure, FailureKind};

use super::{World, new, settle};

async fn create(world: &World) -> Failure {
    world.compute.create(&new("web", 1)).await.unwrap_err()
}

fn told_well(failure: &Failure) {
    let said = failure.to_string();
    assert!(said.contains("web-ab1cd-1"), "it says what was attempted: {said}");
    assert!(said.contains("; "), "it says what to do: {said}");
    assert!(!said.contains("hush") && !said.contains("battery"), "it keeps secrets: {said}");
    assert!(!format!("{failure:?}").contains("hush") && !format!("{failure:?}").contains("battery"));
    if let Some(source) = failure.source() {
        assert!(!said.contains(&source.to_string()), "{said} repeats {source}");
    }
}

#[tokio::test(start_paused = true)]
async fn creates_that_may_have_happened_are_sent_once() {
    for fault in [
        "create:lost*1",
        "create:lost=408*1",
        "create:lost=502*1",
        "create:hang*1",
        "create:500*1",
        "create:nonsense*1",
    ] {
        let world = World::new();
        world.fault(fault);
        let failure = create(&world).await;
        assert_eq!(failure.kind, FailureKind::MayHaveHappened, "{fault}: {failure}");
        told_well(&failure);
        settle().await;
        let there = world.compute.find("web-ab1cd-1").await.unwrap();
        let expected = !(fault.contains("hang") || fault.contains("500"));
        assert_eq!(there.is_some(), expected, "{fault}");
        assert!(world.simulator.snapshot().instances.len() <= 1, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn creates_that_were_turned_away_are_sent_again() {
    for fault in ["create:429=1*2", "create:html=400*2"] {
        let world = World::new();
        world.fault(fault);
        let created = world.compute.create(&new("web", 1)).await;
        assert!(created.is_ok(), "{fault}: {created:?}");
    }
    let world = World::new();
    world.fault("create:429=30");
    let failure = create(&world).await;
    assert_eq!(failure.kind, FailureKind::RateLimited, "{failure}");
    assert_eq!(failure.retry_after, Some(std::time::Duration::from_secs(30)));
    told_well(&failure);
}

#[tokio::test(start_paused = true)]
async fn a_taken_label_is_to_be_looked_at() {
    let world = World::new();
    world.compute.create(&new("web", 1)).await.unwrap();
    let failure = create(&world).await;
    assert_eq!(failure.kind, FailureKind::LabelTaken);
    told_well(&failure);
}

#[tokio::test(start_paused = true)]
async fn no_room_is_another_types_chance() {
    let world = World::new();
    world.fault("create:sold-out");
    let failure = create(&world).await;
    assert_eq!(failure.kind, FailureKind::SoldOut, "{failure}");
    told_well(&failure);
}

#[tokio::test(start_paused = true)]
async fn what_only_a_person_cures_says_so() {
    let limited = World::new();
    limited.fault("create:limit");
    let worlds = [
        ("limit", limited),
        ("inactive", World::new().with(|settings| settings.activated = false)),
        ("few", World::new().with(|settings| settings.instance_limit = Some(0))),
        ("token", World::of(Simulator::builder().token("another").build())),
        ("scope", World::of(Simulator::builder().scoped_token("hush-hush", "linodes:read_only").build())),
    ];
    for (what, world) in worlds {
        let failure = create(&world).await;
        assert_eq!(failure.kind, FailureKind::Account, "{what}: {failure}");
        told_well(&failure);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mistake_of_ours_is_no_lack_of_room() {
    let world = World::new();
    let mut wrong = new("web", 1);
    wrong.label = "web--ab1cd-1 web-ab1cd-1".to_owned();
    let failure = world.compute.create(&wrong).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Request, "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_broken_read_is_asked_again_and_concludes_nothing() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    settle().await;
    for fault in ["instances:500*2", "instances:429=1*2", "instances:reset*2", "instances:html=502*2"] {
        world.fault(fault);
        assert_eq!(world.compute.list().await.unwrap().instances.len(), 1, "{fault}");
        world.simulator.faults().clear();
    }
    for fault in ["any:500", "any:nonsense", "any:hang", "any:maintenance", "any:503"] {
        world.fault(fault);
        let failure = world.compute.list().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Transient, "{fault}: {failure}");
        assert!(world.compute.get(created.id).await.is_err(), "{fault}: absence is not concluded");
        world.simulator.faults().clear();
    }
    world.fault("any:401");
    assert_eq!(world.compute.list().await.unwrap_err().kind, FailureKind::Account);
}

#[tokio::test(start_paused = true)]
async fn a_delete_whose_answer_is_lost_is_sent_again() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    world.fault("delete:lost*1");
    world.compute.delete(created.id).await.expect("the second one finds it gone, or on its way");
}
