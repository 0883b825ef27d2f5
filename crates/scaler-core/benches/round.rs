//! A round of deciding: 1,000 groups of 10 members, at rest and under a high signal.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scaler_core::model::{
    Alert, AlertFreshness, AlertState, AlertTable, Amount, ConfigId, Group, Instance, InstanceId,
    InstanceStatus, Mode, Node, NodeId, NodeStatus, Origin, Signals, Size, StepPolicy, Template,
};
use scaler_core::reconcile::{Observation, reconcile};
use scaler_core::state::{Cause, Fact, GroupState};

const GROUPS: u64 = 1_000;
const MEMBERS: u64 = 10;

struct Case {
    group: Group,
    observation: Observation,
    state: GroupState,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// A group whose ten members have been in service for an hour.
fn case(n: u64) -> Case {
    let config = ConfigId(n);
    let template = Template::new("t1", ["g6-standard-2"]);
    let mut group =
        Group::new(format!("web{n}").parse().unwrap(), Size { min: 2, max: 20 }, vec![config], template);
    let on = |name: &str| BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    group.policies = vec![
        StepPolicy::on(on("WebCpuHigh")).adding(Amount::Percent(50)),
        StepPolicy::on(on("WebCpuLow")).removing(Amount::Count(1)),
    ];
    let mut observation = Observation::new(now(), 9);
    for m in 0..MEMBERS {
        let id = n * MEMBERS + m + 1;
        let address = format!("192.168.{}.{}", 128 + id % 100, id % 250);
        let label = format!("web{n}-abcde-{m}");
        let created = now() - SignedDuration::from_hours(2);
        let (status, kind) = (InstanceStatus::Running, "g6-standard-2".into());
        let mut instance = Instance::new(InstanceId(id), label.as_str(), status, created, kind);
        instance.address = Some(address.clone());
        observation.instances.push(instance);
        let node = Node::new(config, NodeId(id), address, label, Mode::Accept, NodeStatus::Up);
        observation.nodes.push(node);
    }
    let mut state = GroupState::default();
    let early = now() - SignedDuration::from_hours(1);
    state.apply_fact(early, Fact::Began { incarnation: "abcde".into() }, Cause::Converge);
    for at in [early, early + SignedDuration::from_mins(5), now() - SignedDuration::from_mins(30)] {
        for (fact, cause) in reconcile(&group, &observation, &Signals::default(), &state, at).facts {
            state.apply_fact(at, fact, cause);
        }
    }
    let turn = reconcile(&group, &observation, &Signals::default(), &state, now());
    state.apply_fact(early, turn.decided.unwrap(), Cause::Converge);
    assert!(state.members.values().all(|member| member.is_warm() && member.origin == Origin::Found));
    Case { group, observation, state }
}

/// Turns each group once, and returns how many steps were planned.
fn round(cases: &[Case], table: &AlertTable) -> usize {
    let freshness = AlertFreshness::default();
    cases
        .iter()
        .map(|case| {
            let signals = Signals::read(&case.group, table, &freshness, now());
            let turn = reconcile(&case.group, &case.observation, &signals, &case.state, now());
            turn.plan.steps.len()
        })
        .sum()
}

fn rounds(criterion: &mut Criterion) {
    let cases: Vec<Case> = (0..GROUPS).map(case).collect();
    let mut table = AlertTable::default();
    let alert = |name: &str, state| {
        let labels = BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
        Alert::new(name.to_owned(), labels, BTreeMap::new(), now(), state)
    };
    let mut group = criterion.benchmark_group("round of 1,000 groups of 10");
    group.throughput(Throughput::Elements(GROUPS));
    table.extend(table.notified(
        vec![alert("WebCpuHigh", AlertState::Resolved)],
        now(),
        Duration::from_secs(600),
    ));
    group.bench_function("at rest", |bench| bench.iter(|| assert_eq!(round(black_box(&cases), &table), 0)));
    table.extend(table.notified(
        vec![alert("WebCpuHigh", AlertState::Firing)],
        now(),
        Duration::from_secs(600),
    ));
    group.bench_function("high signal", |bench| bench.iter(|| round(black_box(&cases), &table)));
    group.finish();
}

criterion_group!(benches, rounds);
criterion_main!(benches);
