//! The golden log of format 1: every later build must read it, write it the same, and make the same of it.

use scaler_core::model::{
    ActorId, Amount, ConfigId, Installation, InstanceId, Mode, NodeId, Origin, Phase, PolicySignal, Position,
    Signal, SignalReason, Slot, StepId,
};
use scaler_core::state::{
    Cause, Difference, Draft, Entry, FORMAT, Fact, FailureReason, GroupMode, GroupState, HealthReason, Hold,
    LogError, Mark, Outcome, Refusal, SizeReason, Step, StepOutcome, StepReason,
};

const GOLDEN: &str = include_str!("golden/log-1.jsonl");

fn drafts() -> Vec<Draft> {
    let at = |n: i64| {
        "2026-03-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(n)
    };
    let actor = ActorId::from("a1b2c3");
    let group: scaler_core::model::GroupName = "web".parse().unwrap();
    let policy = || Cause::Policy { why: vec![SignalReason::Fires { policy: "WebCpuHigh".into() }] };
    let (slot, config, instance, node) = (Slot(1), ConfigId(7), InstanceId(101), NodeId(11));
    let create = Step::Create {
        slot,
        label: "web-abcde-1".into(),
        instance_type: "g6-standard-2".into(),
        template: "t1".into(),
    };
    let fires = SignalReason::Fires { policy: "WebCpuHigh".into() };
    let mut signal = PolicySignal::new("WebCpuHigh", Signal::High, fires);
    (signal.step, signal.since) = (Some(Amount::Percent(50)), Some(at(0)));
    let drain = Step::SetMode {
        slot,
        config,
        node,
        mode: Mode::Drain,
        why: Some(scaler_core::model::DrainWhy::Surplus),
    };
    let facts: Vec<(Cause, Option<u64>, Fact)> = vec![
        (Cause::Converge, None, Fact::Began { incarnation: "abcde".into() }),
        (Cause::Converge, None, Fact::SignalChanged { signal: Signal::High, since: None }),
        (
            Cause::operator("ops: release 4.2"),
            None,
            Fact::SizeAsked { desired: 3, floor_until: Some(at(7200)), over_budget: false },
        ),
        (
            policy(),
            None,
            Fact::Decided {
                desired: 3,
                previous: Some(2),
                reason: Some(SizeReason::High {
                    why: vec![SignalReason::Fires { policy: "WebCpuHigh".into() }],
                    counted: 2,
                    add: 1,
                }),
                holds: vec![Hold::AtMax { wanted: 4, max: 3 }],
                signals: vec![signal],
                value_milli: Some(812),
                asked: Some(Position(3)),
            },
        ),
        (policy(), Some(1), Fact::Intended { step: create }),
        (policy(), Some(1), Fact::Done { outcome: StepOutcome::Created { instance, created: at(1) } }),
        (Cause::Converge, None, Fact::Seen { slot, phase: Phase::Registering }),
        (
            Cause::Converge,
            Some(2),
            Fact::Intended {
                step: Step::Register {
                    slot,
                    config,
                    instance,
                    address: "192.168.130.1".into(),
                    label: "web-abcde-1".into(),
                },
            },
        ),
        (Cause::Converge, Some(2), Fact::Done { outcome: StepOutcome::Registered { node } }),
        (Cause::Converge, None, Fact::Seen { slot, phase: Phase::InService }),
        (
            Cause::Converge,
            None,
            Fact::Found {
                slot: Slot(2),
                instance: InstanceId(102),
                label: "old-web".into(),
                instance_type: "g6-standard-2".into(),
                created: at(-9000),
                origin: Origin::Adopted,
                draining: false,
            },
        ),
        (Cause::operator("ops"), None, Fact::Marked { slot: Slot(2), mark: Mark::Protected }),
        (Cause::Converge, None, Fact::Missing { slot: Slot(2) }),
        (Cause::Converge, None, Fact::Reappeared { slot: Slot(2) }),
        (
            Cause::operator("ops"),
            None,
            Fact::ModeSet {
                mode: GroupMode::AddOnly,
                until: Some(at(900)),
                who: "ops".into(),
                why: "a look".into(),
            },
        ),
        (Cause::Converge, None, Fact::PermitDrawn { group: group.clone(), slot, over: false }),
        (Cause::Converge, None, Fact::PermitReturned { group, slot }),
        (Cause::Converge, None, Fact::ClockSet { by: -3_600 }),
        (Cause::Converge, None, Fact::StoreOlder { incarnation: "fghij".into() }),
        (policy(), Some(3), Fact::Intended { step: drain }),
        (
            policy(),
            Some(3),
            Fact::Done { outcome: StepOutcome::Unanswered { why: StepReason::TimedOut { seconds: 60 } } },
        ),
        (
            Cause::Converge,
            Some(4),
            Fact::Intended { step: Step::Deregister { slot, config, node, instance, stays: false } },
        ),
        (
            Cause::Converge,
            Some(4),
            Fact::Done {
                outcome: StepOutcome::Refused {
                    refusal: Refusal::Guarded,
                    why: StepReason::Differs { instance, how: Difference::Locked },
                    retry_at: None,
                },
            },
        ),
        (
            Cause::Health(HealthReason::UnhealthyTooLong),
            Some(5),
            Fact::Intended { step: Step::Delete { slot, instance } },
        ),
        (Cause::Converge, Some(5), Fact::Done { outcome: StepOutcome::Ok }),
        (
            Cause::Converge,
            Some(6),
            Fact::Intended { step: Step::Sweep { config, node, label: "web-abcde-1".into(), beside: None } },
        ),
        (
            Cause::Converge,
            Some(7),
            Fact::Intended {
                step: Step::LookUp {
                    slot: Slot(3),
                    label: "web-abcde-3".into(),
                    instance_type: "g6-standard-2".into(),
                    overdue: false,
                },
            },
        ),
        (Cause::Converge, None, Fact::Gone { slot: Slot(2) }),
        (
            Cause::Converge,
            None,
            Fact::Finished {
                outcome: Outcome::Failed {
                    why: FailureReason::AccountRefuses { said: "the account limit is reached".into() },
                },
            },
        ),
        (Cause::Converge, None, Fact::NodeSeen { slot: Slot(2), config, node: Some(node) }),
        (Cause::Converge, None, Fact::Belongs { to: installation() }),
    ];
    facts
        .into_iter()
        .enumerate()
        .map(|(n, (cause, step, fact))| {
            let seconds = i64::try_from(n).unwrap() * 10;
            let mut draft = Draft::new(at(seconds), actor.clone(), Position(4), 17, cause, fact);
            draft.request = (n == 2).then(|| "jenkins-811".to_owned());
            match step {
                Some(step) => draft.of_step(StepId(step)),
                None => draft,
            }
        })
        .collect()
}

fn installation() -> Installation {
    let mut installation = Installation::new("k3x9w2");
    installation.account = Some("FFFFFFFF-2E4D-47CE".to_owned());
    installation.landmarks = vec!["nodebalancer/9042".to_owned()];
    installation
}

#[test]
fn the_golden_log_of_format_1_is_read_and_written_the_same() {
    let written: Vec<String> = drafts().iter().map(|draft| draft.encode().unwrap()).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/golden/log-1.jsonl");
        std::fs::write(path, written.join("\n") + "\n").unwrap();
        return;
    }
    let golden: Vec<&str> = GOLDEN.lines().collect();
    assert_eq!(golden, written, "format 1 is fixed: a change of it is a new format");
    let read: Vec<Draft> =
        (1..).zip(&golden).map(|(n, line)| Draft::decode(Position(n), line).unwrap()).collect();
    assert_eq!(read, drafts());
    for kind in Fact::KINDS {
        let there = golden.iter().any(|line| line.contains(&format!("\"kind\":\"{kind}\"")));
        assert!(there, "the golden log lacks {kind}");
    }
}

#[test]
fn the_golden_log_folds_to_the_same_memory() {
    let entries: Vec<Entry> = (1..)
        .zip(GOLDEN.lines())
        .map(|(n, line)| Entry::new(Position(n), Draft::decode(Position(n), line).unwrap()))
        .collect();
    let state = GroupState::fold(&entries);
    assert_eq!((state.desired, state.generation, state.incarnation.as_str()), (Some(3), 17, "fghij"));
    assert_eq!((state.mode, state.free_slot(), state.step_id()), (GroupMode::AddOnly, Slot(3), StepId(8)));
    assert!(state.members.is_empty(), "one was deleted, the other is gone");
    assert_eq!(state.permits.len(), 0, "it went back");
    assert!(state.floor.is_some_and(|(floor, _)| floor == 3));
    assert!(matches!(state.operation.unwrap().outcome, Some((Outcome::Failed { .. }, _))));
}

#[test]
fn unknown_kinds_and_formats_are_refused() {
    let line = drafts()[0].encode().unwrap();
    let kind = line.replace("\"kind\":\"began\"", "\"kind\":\"asked\"");
    assert!(matches!(Draft::decode(Position(9), &kind), Err(LogError::Kind { kind, .. }) if kind == "asked"));
    let format = line.replace(&format!("\"format\":{FORMAT}"), "\"format\":2");
    assert!(matches!(Draft::decode(Position(9), &format), Err(LogError::Format { format: 2, .. })));
    let damaged = Draft::decode(Position(9), &line[..line.len() - 4]);
    assert!(matches!(damaged, Err(LogError::Decode { position: Position(9), .. })));
}
