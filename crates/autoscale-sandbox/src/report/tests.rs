//! A made-up story that is right, and what the checks say once something in it is wrong.

use autoscale_api::Outcome;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::Phase;

use super::Report;
use super::evidence::{Bill, Change, Evidence, Instance, Kind, Line, Operation};
use crate::alerts::rules::HIGH;
use crate::happening::{Chapter, Happening, What};
use crate::load::Request;
use crate::options::Story;

fn at(second: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(second)
}

fn instance(id: u64, label: &str) -> Instance {
    let tags = vec!["ours".to_owned()];
    Instance { id, label: label.to_owned(), status: "running".to_owned(), tags, created: at(0) }
}

/// Up at 200 to `new-1` and `new-2`, down at 600 and 900 by `web-one` and `web-two`.
fn right() -> Evidence {
    let mut happenings = Vec::new();
    let mut note = |second, what| happenings.push(Happening { at: at(second), what });
    for (second, chapter) in [
        (0, Chapter::Calm),
        (100, Chapter::Spike),
        (200, Chapter::ScaleUp),
        (320, Chapter::Spread),
        (400, Chapter::CalmAgain),
        (600, Chapter::ScaleDown),
        (1_200, Chapter::Bill),
    ] {
        note(second, What::Chapter(chapter));
    }
    note(190, What::Firing { alert: HIGH.to_owned(), value: None });
    note(191, What::Notified { alert: HIGH.to_owned(), firing: true });
    for new in ["new-1", "new-2"] {
        let label = || new.to_owned();
        note(200, What::Created { label: label() });
        note(295, What::Running { label: label() });
        note(296, What::Registered { label: label() });
        note(300, What::Serving { label: label() });
        note(303, What::Health { label: label(), up: true });
        note(305, What::Phase { label: label(), phase: Phase::Warming });
    }
    for (begin, old) in [(600, "web-one"), (900, "web-two")] {
        let label = || old.to_owned();
        note(begin, What::Mode { label: label(), before: "accept", now: "drain" });
        note(begin + 61, What::Mode { label: label(), before: "drain", now: "reject" });
        note(begin + 90, What::Health { label: label(), up: false });
        note(begin + 122, What::Deregistered { label: label() });
        note(begin + 125, What::Deleted { label: label() });
    }
    happenings.sort_by_key(|happening| happening.at);
    let change = |kind, second, label: Option<&str>| Change {
        kind,
        text: "a step".to_owned(),
        cause: "policy: it fires".to_owned(),
        intended: at(second),
        label: label.map(str::to_owned),
    };
    let mut changes =
        vec![change(Kind::Create, 199, Some("new-1")), change(Kind::Create, 199, Some("new-2"))];
    for second in [600, 900] {
        changes.push(change(Kind::Register, 296, None));
        changes.extend([second, second + 61].map(|second| change(Kind::SetMode, second, None)));
        changes.push(change(Kind::Deregister, second + 122, None));
        changes.push(change(Kind::Delete, second + 122, None));
    }
    let calls = Kind::ALL.map(|kind| {
        (kind.call().to_owned(), changes.iter().filter(|change| change.kind == kind).count() as u64)
    });
    let members = ["web-one", "web-two", "new-1", "new-2"];
    let requests = (0..1_200).map(|second| {
        let served = if second < 320 { 2 } else { 4 };
        let label = members[usize::try_from(second).unwrap() % served];
        Request { sent: at(second), took: Duration::from_millis(20), end: Ok(Arc::from(label)) }
    });
    let line = |label: &str, from: Timestamp, until| Line {
        label: label.to_owned(),
        plan: "g6-standard-2".to_owned(),
        from,
        until,
        hours: 1,
        amount: 0.036,
    };
    let lines = vec![
        line("web-one", at(0), Some(at(725))),
        line("web-two", at(0), Some(at(1_025))),
        line("new-1", at(200), None),
        line("new-2", at(200), None),
    ];
    let operation = |previous, desired| Operation { previous, desired, ended: Some(Outcome::Reached) };
    Evidence {
        story: Story::Spike,
        speed: 10.0,
        start: at(0),
        end: at(1_210),
        stuck: None,
        happenings,
        requests: requests.collect(),
        changes,
        operations: vec![
            operation(None, 2),
            operation(Some(2), 4),
            operation(Some(4), 3),
            operation(Some(3), 2),
        ],
        calls: BTreeMap::from(calls),
        foreign: (Some(instance(1, "database")), Some(instance(1, "database"))),
        ours: vec![instance(2, "new-1"), instance(3, "new-2")],
        nodes: vec![("new-1".to_owned(), true), ("new-2".to_owned(), true)],
        members: vec!["new-1".to_owned(), "new-2".to_owned()],
        price: Some(0.036),
        bill: Bill { total: 0.144, per_hour: 0.072, lines },
        drain: Duration::from_secs(60),
    }
}

/// What fails once `spoil` was done to a story that is right.
fn failing(spoil: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
    let mut evidence = right();
    spoil(&mut evidence);
    let report = Report::of(&evidence);
    let failing: Vec<&str> = report.checks.iter().filter(|check| !check.ok).map(|check| check.what).collect();
    assert_eq!(report.ok, failing.is_empty());
    failing
}

#[test]
fn a_story_that_is_right_passes() {
    assert_eq!(failing(|_| ()), [""; 0]);
}

#[test]
fn each_wrong_is_caught_by_its_check() {
    let one = |spoil: fn(&mut Evidence), wanted: &str| {
        let failing = failing(spoil);
        assert!(failing.len() == 1 && failing[0].contains(wanted), "{wanted}: {failing:?}");
    };
    one(|e| e.stuck = Some("it took too long".to_owned()), "played to its end");
    one(|e| e.operations[1].desired = 5, "from 2 to 4");
    one(|e| e.requests.retain(|r| r.end.as_deref() != Ok("new-2")), "load spread");
    one(|e| e.requests[700].end = Err("502".to_owned()), "no request failed");
    one(|e| e.foreign.1 = None, "foreign");
    one(|e| e.ours.push(instance(9, "new-9")), "no orphan");
    one(|e| e.nodes[0].1 = false, "no orphan");
    one(|e| e.changes[0].intended = at(300), "its cause");
    one(|e| e.changes[0].cause.clear(), "its cause");
    one(|e| e.calls.values_mut().for_each(|calls| *calls += 1), "its cause");
    one(|e| e.operations[3].ended = None, "reached");
    one(|e| e.bill.lines[0].hours = 2, "the bill");
    one(|e| e.price = Some(0.05), "the bill");
    one(|e| e.bill.total += 1.0, "the bill");
    one(|e| e.drain = Duration::from_secs(90), "drained");
}

#[test]
fn a_request_that_failed_before_the_calm_is_told_and_does_not_count_against_scaling_down() {
    let mut evidence = right();
    evidence.requests[10].end = Err("503".to_owned());
    let report = Report::of(&evidence);
    assert!(report.ok);
    assert_eq!(report.requests.failed, 1);
    assert!(report.text(false).contains("1 × 503"));
}

#[test]
fn the_timeline_is_in_order_and_tells_how_quick_it_was() {
    let report = Report::of(&right());
    let order: Vec<&str> = report.timeline.iter().map(|moment| moment.what.as_str()).collect();
    let first = ["the spike begins", "the alert fires", "webhook", "first create call", "last create call"];
    assert_eq!(order[..5], first);
    assert_eq!(order.last(), Some(&"web-two deleted"));
    assert!(report.timeline.iter().all(|moment| moment.since_previous_s >= 0.0));
    assert!((report.latencies.webhook_to_create_ms.unwrap() - 900.0).abs() < 1e-6);
    assert!((report.latencies.webhook_to_service_s.unwrap() - 114.0).abs() < 1e-6);
    assert!((report.latencies.boot_s.unwrap() - 100.0).abs() < 1e-6);
    assert!((report.latencies.check_s.unwrap() - 3.0).abs() < 1e-6);
}
