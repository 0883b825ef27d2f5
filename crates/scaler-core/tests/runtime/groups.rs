//! What befalls one group leaves the others alone.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use scaler_core::model::{ConfigId, Mode, Node, NodeId, NodeStatus, elapsed};
use scaler_core::ports::{Balancer, Clock as _, Failure, FailureKind, NewNode};
use scaler_core::runtime::{ScaleRequest, Scaler, TargetSize};
use scaler_core::state::Cause;

use super::cloud::{Cloud, Fate};
use super::{Bench, CONFIG, group, seconds};

const BAD: ConfigId = ConfigId(8);

/// A NodeBalancer of which one config always answers 500.
struct HalfBroken(Cloud);

fn check(config: ConfigId) -> Result<(), Failure> {
    if config == BAD { Err(Failure::new(FailureKind::Transient, "500 from the config")) } else { Ok(()) }
}

#[async_trait]
impl Balancer for HalfBroken {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        check(config)?;
        self.0.nodes(config).await
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        check(config)?;
        self.0.node(config, id).await
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        check(new.config)?;
        self.0.register(new).await
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        check(config)?;
        self.0.set_mode(config, id, mode).await
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        check(config)?;
        self.0.deregister(config, id).await
    }
}

#[tokio::test(start_paused = true)]
async fn one_bad_group_stops_all() {
    let bench = Bench::new();
    let scaler = Scaler::builder()
        .compute(bench.cloud.clone())
        .balancer(HalfBroken(bench.cloud.clone()))
        .store(bench.store.clone())
        .clock(bench.clock)
        .groups([group("bad", BAD, 2, 8), group("good", CONFIG, 2, 8)])
        .build()
        .unwrap();
    for name in ["bad", "good"] {
        let ask = ScaleRequest::new(TargetSize::Exactly(4), Cause::operator("x"));
        scaler.group(name).unwrap().ask(ask).submit().await.unwrap();
    }
    bench.turn_for(&scaler, seconds(200)).await;
    let good = scaler.group("good").unwrap().status().await.unwrap();
    assert_eq!((good.in_service, good.discarded()), (4, None), "the other one serves");
    let bad = scaler.group("bad").unwrap().status().await.unwrap();
    assert_eq!((bad.in_service, bad.may_exist), (0, 0), "by discarded observations nothing is created");
    assert!(
        bad.discarded().is_some_and(|why| why.to_string().contains("500 from the config")),
        "and it says why"
    );
}

/// A NodeBalancer at which somebody's code panics once, after so many lists of nodes.
struct Panics(Cloud, AtomicU32);

#[async_trait]
impl Balancer for Panics {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        let nodes = self.0.nodes(config).await;
        assert!(config != BAD || self.1.fetch_add(1, Ordering::Relaxed) != 3, "a defect");
        nodes
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        self.0.node(config, id).await
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        self.0.register(new).await
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        self.0.set_mode(config, id, mode).await
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        self.0.deregister(config, id).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_task_panicked_was_never_turned_again() {
    let bench = Bench::new();
    let scaler = Scaler::builder()
        .compute(bench.cloud.clone())
        .balancer(Panics(bench.cloud.clone(), AtomicU32::new(0)))
        .store(bench.store.clone())
        .clock(bench.clock)
        .groups([group("bad", BAD, 2, 8), group("good", CONFIG, 2, 8)])
        .build()
        .unwrap();
    let bad = scaler.group("bad").unwrap();
    let mut events = bad.subscribe();
    bench.turn_for(&scaler, seconds(300)).await;
    let status = bad.status().await.unwrap();
    assert_eq!((status.in_service, status.broke_off, status.trouble), (2, 1, None));
    assert_eq!(scaler.group("good").unwrap().status().await.unwrap().broke_off, 0);
    drop((scaler, bad));
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        told.extend(Some(event.to_string()).filter(|text| text.contains("a defect")));
    }
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_account_held_every_group_for_half_an_hour() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("refused", BAD, 0, 8), group("web", CONFIG, 0, 8)], 1);
    let ask = async |name: &str, size| {
        let ask = ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("x"));
        scaler.group(name).unwrap().ask(ask).submit().await.unwrap();
    };
    bench.cloud.fate("create", Fate::Refused(FailureKind::Account));
    ask("refused", 2).await;
    let story = async {
        tokio::time::sleep(seconds(10)).await;
        assert_eq!(bench.cloud.count("create"), 1, "the other was not sent any more");
        bench.cloud.fate("create", Fate::Slow(seconds(20)));
        ask("web", 3).await;
        tokio::time::sleep(seconds(65)).await;
        assert_eq!(bench.cloud.count("create"), 2, "one create finds out whether the account still refuses");
        tokio::time::sleep(seconds(105)).await;
        scaler.group("web").unwrap().status().await.unwrap().in_service
    };
    let serving = tokio::select! {
        serving = story => serving,
        ended = scaler.run(std::future::pending()) => panic!("{ended:?}"),
    };
    assert_eq!(serving, 3, "and where it does not, all groups go on");
}

/// Each of three sizes that the group `web` is asked for beside one whose creates of its type are refused so, each time: how
/// long it took until it served.
async fn beside_a_refused_group(why: Option<FailureKind>) -> Vec<Duration> {
    let bench = Bench::new();
    let mut gpu = group("gpu", BAD, 2, 8);
    gpu.template.types = vec!["g7-gpu".into()];
    bench.cloud.state().limited = why.map(|why| ("g7-gpu".into(), why));
    let scaler = bench.scaler([gpu, group("web", CONFIG, 2, 40)], 1);
    let at = |state: &super::cloud::State| {
        state.nodes.values().filter(|node| node.config == CONFIG && node.status == NodeStatus::Up).count()
    };
    let story = async {
        let mut took = Vec::new();
        for (n, size) in [4, 6, 8].into_iter().enumerate() {
            // At another place of whatever back-off there is.
            tokio::time::sleep(seconds(7_200 + 400 * n as u64)).await;
            let began = bench.clock.now();
            let ask = ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("x"));
            scaler.group("web").unwrap().ask(ask).submit().await.unwrap();
            while at(&bench.cloud.state()) < size as usize {
                tokio::time::sleep(seconds(5)).await;
            }
            took.push(elapsed(began, bench.clock.now()));
        }
        took
    };
    tokio::select! {
        took = story => took,
        () = bench.turn_for(&scaler, seconds(40_000)) => panic!("it never serves"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_plan_the_account_may_not_have_held_the_creates_of_all() {
    let alone = beside_a_refused_group(None).await;
    // So a plan that may not be had is told, and one that never will be.
    for why in [FailureKind::SoldOut, FailureKind::Request] {
        assert_eq!(beside_a_refused_group(Some(why)).await, alone, "{why:?}");
    }
    let took = beside_a_refused_group(Some(FailureKind::Account)).await;
    assert!(took.iter().all(|took| *took <= seconds(300)), "one try finds out: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_takes_long_was_shared_by_nobody() {
    for (groups, takes, most, oldest) in [(50, 1, 80, 30), (50, 3, 70, 30), (10, 8, 50, 40)] {
        let bench = Bench::new();
        let all: Vec<_> = (0..groups).map(|n| group(&format!("web{n}"), ConfigId(100 + n), 0, 8)).collect();
        let scaler = bench.scaler(all, 1);
        bench.cloud.state().listing_takes = seconds(takes);
        bench.turn_for(&scaler, seconds(600)).await;
        let lists = bench.cloud.state().lists;
        assert!(lists <= most, "{lists} listings of {takes} s in ten minutes, for all {groups} of them");
        for n in 0..groups {
            let status = scaler.group(&format!("web{n}")).unwrap().status().await.unwrap();
            let age = status.observed.map(|at| elapsed(at, bench.clock.now()));
            assert!(age.is_some_and(|age| age <= seconds(oldest)), "{n}: {age:?} {:?}", status.discarded());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn all_groups_together_created_what_none_of_them_may() {
    let bench = Bench::new();
    let groups: Vec<_> = (0..6).map(|n| group(&format!("web{n}"), ConfigId(100 + n), 0, 4)).collect();
    let scaler = bench.scaler(groups, 1);
    for n in 0..6 {
        let ask = ScaleRequest::new(TargetSize::Exactly(4), Cause::operator("x"));
        scaler.group(&format!("web{n}")).unwrap().ask(ask).submit().await.unwrap();
    }
    // Somebody deletes whatever is made: nothing that the cloud shows ends it.
    let story = async {
        for _ in 0..55 {
            tokio::time::sleep(seconds(60)).await;
            bench.cloud.state().machines.clear();
        }
    };
    scaler.run(story).await.unwrap();
    let created = bench.cloud.count("create");
    assert_eq!(created, 30, "half of six times ten");
    let mut held = 0;
    for n in 0..6 {
        let holds = scaler.group(&format!("web{n}")).unwrap().status().await.unwrap().holds;
        held += usize::from(holds.iter().any(|hold| hold.kind() == "installation_launches"));
    }
    assert!(held > 0, "and it says so");
}
