//! A round of deciding: 1,000 groups of 10 members, at rest and under a high signal.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use scaler_core::model::{
    ActorId, Alert, AlertState, AlertTable, Amount, ConfigId, Group, Hearing, Instance, InstanceId,
    InstanceStatus, Mode, Node, NodeId, NodeStatus, Observation, Origin, Position, Signals, Size, StepPolicy,
    Template,
};
use scaler_core::reconcile::{decide, notice, plan};
use scaler_core::state::{Cause, Draft, Entry, Fact, Memory};

const GROUPS: u64 = 1_000;
const MEMBERS: u64 = 10;

struct Case {
    group: Group,
    observation: Observation,
    memory: Memory,
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn append(memory: &mut Memory, at: Timestamp, fact: Fact) {
    let generation = memory.generation + u64::from(matches!(fact, Fact::Decided { .. }));
    let position = memory.position.next();
    let draft = Draft::new(at, ActorId::from("bench"), Position(1), generation, Cause::Converge, fact);
    memory.apply(&Entry { position, draft });
}

/// A group whose ten members have been in service for an hour.
fn case(n: u64) -> Case {
    let config = ConfigId(n);
    let template = Template { hash: "t1".into(), types: vec!["g6-standard-2".into()] };
    let mut group =
        Group::new(format!("web{n}").parse().unwrap(), Size { min: 2, max: 20 }, vec![config], template);
    let on = |name: &str| BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    group.policies = vec![
        StepPolicy { on: on("WebCpuHigh"), add: Some(Amount::Percent(50)), ..StepPolicy::default() },
        StepPolicy { on: on("WebCpuLow"), remove: Some(Amount::Count(1)), ..StepPolicy::default() },
    ];
    let mut observation = Observation::new(now(), 9);
    for m in 0..MEMBERS {
        let id = n * MEMBERS + m + 1;
        let address = format!("192.168.{}.{}", 128 + id % 100, id % 250);
        let label = format!("web{n}-abcde-{m}");
        observation.instances.push(Instance {
            id: InstanceId(id),
            label: label.clone(),
            status: InstanceStatus::Running,
            created: now() - SignedDuration::from_hours(2),
            kind: "g6-standard-2".into(),
            address: Some(address.clone()),
            locked: false,
        });
        observation.nodes.push(Node {
            config,
            id: NodeId(id),
            address,
            label,
            mode: Mode::Accept,
            status: NodeStatus::Up,
        });
    }
    let mut memory = Memory::default();
    let early = now() - SignedDuration::from_hours(1);
    append(&mut memory, early, Fact::Began { incarnation: "abcde".into() });
    for at in [early, early + SignedDuration::from_mins(5), now() - SignedDuration::from_mins(30)] {
        for fact in notice(&group, &observation, &memory, at) {
            append(&mut memory, at, fact);
        }
    }
    let decision = decide(&group, &observation, &Signals::default(), &memory, now());
    let desired = decision.desired.unwrap();
    let fact = Fact::Decided {
        desired,
        previous: None,
        reason: String::new(),
        held: Vec::new(),
        signals: Vec::new(),
        value_milli: None,
        asked: None,
    };
    append(&mut memory, early, fact);
    assert!(memory.members.values().all(|member| member.warm() && member.origin == Origin::Found));
    Case { group, observation, memory }
}

/// Turns each group once, and returns how many steps were planned.
fn round(cases: &[Case], table: &AlertTable) -> usize {
    let hearing = Hearing::default();
    cases
        .iter()
        .map(|case| {
            let facts = notice(&case.group, &case.observation, &case.memory, now());
            assert!(facts.is_empty());
            let signals = Signals::read(&case.group, table, &hearing, now());
            let decision = decide(&case.group, &case.observation, &signals, &case.memory, now());
            plan(&case.group, &case.observation, &decision, &case.memory, now()).steps.len()
        })
        .sum()
}

fn rounds(criterion: &mut Criterion) {
    let cases: Vec<Case> = (0..GROUPS).map(case).collect();
    let mut table = AlertTable::default();
    let alert = |name: &str, state| Alert {
        fingerprint: name.to_owned(),
        labels: BTreeMap::from([("alertname".to_owned(), name.to_owned())]),
        annotations: BTreeMap::new(),
        starts_at: now(),
        state,
    };
    let mut group = criterion.benchmark_group("round of 1,000 groups of 10");
    group.throughput(Throughput::Elements(GROUPS));
    let _ = table.notified(vec![alert("WebCpuHigh", AlertState::Resolved)], now());
    group.bench_function("at rest", |bench| bench.iter(|| assert_eq!(round(black_box(&cases), &table), 0)));
    let _ = table.notified(vec![alert("WebCpuHigh", AlertState::Firing)], now());
    group.bench_function("high signal", |bench| bench.iter(|| round(black_box(&cases), &table)));
    group.finish();
}

criterion_group!(benches, rounds);
criterion_main!(benches);
