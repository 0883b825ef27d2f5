//! Every variant of what the log, the events and the views tell: its word, its sentence, and that JSON keeps it.

mod samples;

use std::fmt::{Display, Write as _};

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::{Group, Position, Size, StepId, Template};
use crate::state::{Cause, Change, Draft, Entry, GroupState, Hold};
use crate::view::{Activity, Event, Live, Moment, Preview, Status, What};

/// The word by which JSON tells a variant from the others.
fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap();
    let tagged = ["kind", "outcome", "reason"].iter().find_map(|tag| json.get(*tag).and_then(Value::as_str));
    let word = tagged.or_else(|| json.as_str()).map(str::to_owned);
    word.or_else(|| json.as_object()?.keys().next().cloned()).unwrap()
}

fn list<T: Serialize + Display>(text: &mut String, title: &str, of: &[T]) {
    writeln!(text, "\n{title}").unwrap();
    let mut lines: Vec<String> = of.iter().map(|one| format!("  {}: {one}", word(one))).collect();
    lines.dedup();
    lines.iter().for_each(|line| writeln!(text, "{line}").unwrap());
}

#[test]
fn every_reason_has_its_word_and_its_sentence() {
    let mut text = String::new();
    writeln!(text, "holds").unwrap();
    for hold in samples::holds() {
        assert_eq!(hold.kind(), word(&hold), "one word in JSON and in metrics");
        let json = serde_json::to_value(&hold).unwrap();
        assert_eq!(json["setting"].as_str(), hold.setting(), "the setting's path, for programs");
        let what = match hold.what() {
            Change::Any => String::new(),
            what => format!(" ({what})"),
        };
        let setting = hold.setting().map(|setting| format!(" [{setting}]")).unwrap_or_default();
        writeln!(text, "  {}{what}{setting}: {hold}", hold.kind()).unwrap();
    }
    let (outcomes, failures) = (samples::outcomes(), samples::failure_reasons());
    assert!(outcomes.iter().all(|outcome| outcome.kind() == word(outcome)));
    assert!(failures.iter().all(|reason| reason.kind() == word(reason)));
    list(&mut text, "outcomes", &outcomes);
    list(&mut text, "failures", &failures);
    list(&mut text, "sizes", &samples::size_reasons());
    list(&mut text, "causes", &samples::causes());
    list(&mut text, "observations that are discarded", &samples::discarded());
    list(&mut text, "signals", &samples::signal_reasons());
    list(&mut text, "steps", &samples::step_outcomes());
    list(&mut text, "the store", &samples::store_failures());
    list(&mut text, "trouble", &samples::troubles());
    insta::assert_snapshot!("reasons", text);
}

#[test]
fn every_fact_is_the_same_after_its_way_through_an_event_and_through_the_log() {
    let group = "web".parse().unwrap();
    let state = GroupState::default();
    for fact in samples::facts() {
        let cause = Cause::Policy { why: samples::signal_reasons() };
        let draft =
            Draft::new(samples::at(1), "a1b2c3".into(), Position(4), 17, cause, fact).of_step(StepId(3));
        let text = draft.encode().unwrap();
        assert_eq!(Draft::decode(Position(9), &text).unwrap(), draft);
        let event = Event::logged(&group, &Entry { position: Position(9), draft: draft.clone() }, &state);
        let json = serde_json::to_string(&event).unwrap();
        let back: Event = serde_json::from_str(&json).unwrap();
        assert_eq!(back, event, "{json}");
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
        assert_eq!(back.what, What::Logged(draft.fact));
    }
}

#[test]
fn every_moment_is_the_same_after_its_way_through_an_event() {
    let group = "web".parse().unwrap();
    for moment in samples::moments() {
        let event = Event::now(&group, &GroupState::default(), samples::at(1), Moment::clone(&moment));
        let json = serde_json::to_string(&event).unwrap();
        let back: Event = serde_json::from_str(&json).unwrap();
        assert_eq!(back, event, "{json}");
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
    }
}

#[test]
fn an_event_of_a_newer_version_kept_all_events_from_being_read() {
    let (group, nothing) = ("web".parse().unwrap(), Moment::Waiting { waits: Vec::new() });
    let event = Event::now(&group, &GroupState::default(), samples::at(1), nothing);
    let mut json = serde_json::to_value(&event).unwrap();
    for what in
        [json!({"kind": "cordoned", "slot": 3}), json!({"kind": "seen", "slot": 3, "phase": "hibernating"})]
    {
        json["what"] = what;
        let read: Event = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read.to_string(), "web: something that this version does not know");
    }
}

#[test]
fn a_hold_of_a_newer_version_lost_its_sentence_or_kept_all_from_being_read() {
    for newer in [
        json!({"kind": "region_full", "left": 0, "text": "the region lends no more instances"}),
        json!({"kind": "mode", "what": "any", "mode": "hibernate", "text": "the mode is hibernate"}),
    ] {
        let read: Hold = serde_json::from_value(newer.clone()).unwrap();
        assert_eq!((read.kind(), read.what()), ("other", Change::Any));
        assert_eq!(read.to_string(), newer["text"]);
        let told_on = serde_json::to_value(&read).unwrap();
        assert_eq!(told_on, json!({"kind": "other", "text": newer["text"]}));
    }
    serde_json::from_str::<Hold>(r#"{"kind": "region_full"}"#).unwrap_err();
}

#[test]
fn a_word_of_a_newer_daemon_kept_a_whole_status_from_being_read() {
    let template = Template::new("t1", ["g6-standard-2"]);
    let group = Group::new("web".parse().unwrap(), Size { min: 2, max: 6 }, Vec::new(), template);
    let live =
        Live { turning: true, trouble: None, in_flight: Vec::new(), cost_per_hour: None, broke_off: 0 };
    let status = Status::of(&group, &GroupState::default(), samples::at(1), None, live);
    let mut json = serde_json::to_value(&status).unwrap();
    json["mode"] = "hibernate".into();
    json["in_flight"] = json!([{"do": "resize", "slot": 1, "to": "g6-standard-4"}]);
    json["operation"] = json!({
        "id": 7, "generation": 3, "began": samples::at(0), "cause": {"forecast": {"peak": 9}}, "outcome": null,
        "ended": null,
    });
    json["members"] = json!([{
        "slot": 1, "label": "web-abcde-1", "instance": 101, "address": null, "kind": "g6-standard-2",
        "origin": "created", "phase": "resizing", "since": samples::at(0), "deadline": null,
        "launched": samples::at(0), "served": null, "draining": null, "replacing": false, "failed": false,
        "protected": false, "older_template": false,
    }]);
    let read: Status = serde_json::from_value(json).unwrap();
    let (phase, cause) = (&read.members[0].phase, &read.operation.as_ref().unwrap().cause);
    assert_eq!((read.mode.known(), phase.known(), cause.known()), (None, None, None));
    let words = [read.mode.to_string(), read.in_flight[0].to_string(), cause.to_string(), phase.to_string()];
    assert_eq!(words, ["hibernate", "resize", "forecast", "resizing"]);
    assert_eq!(read.to_string(), "web: 0 in service (2 to 6), mode hibernate");
    let told_on = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Status>(&told_on).unwrap(), read, "{told_on}");
}

#[test]
fn a_step_or_a_cause_of_a_newer_daemon_kept_a_plan_and_the_history_from_being_read() {
    let (cause, step) = (json!("whim"), json!({"do": "resize", "slot": 1}));
    let plan = json!({
        "group": "web", "observed": samples::at(0), "desired": 3, "previous": 2, "signal": "high", "cause": cause,
        "reason": null, "steps": [{"step": step, "cause": cause, "text": "resize web-abcde-1"}], "holds": [],
        "waits": [], "facts": [], "text": "resize web-abcde-1",
    });
    let read: Preview = serde_json::from_value(plan).unwrap();
    assert_eq!(
        (read.cause.to_string(), read.steps[0].step.to_string()),
        ("whim".to_owned(), "resize".to_owned())
    );
    let history = json!({
        "operation": 7, "generation": 3, "began": samples::at(0), "desired": 3, "previous": 2, "cause": cause,
        "reason": null, "holds": [], "ended": null,
        "steps": [{
            "id": 9, "step": step, "text": "resize web-abcde-1", "cause": cause, "intended": samples::at(1),
            "done": null, "outcome": null,
        }],
    });
    let read: Activity = serde_json::from_value(history).unwrap();
    assert_eq!(
        (read.cause.to_string(), read.steps[0].step.to_string()),
        ("whim".to_owned(), "resize".to_owned())
    );
    let (group, nothing) = ("web".parse().unwrap(), Moment::Waiting { waits: Vec::new() });
    let event = Event::now(&group, &GroupState::default(), samples::at(1), nothing);
    let mut json = serde_json::to_value(&event).unwrap();
    (json["cause"], json["step"]) = (cause, step);
    let read: Event = serde_json::from_value(json).unwrap();
    assert_eq!(read.step.unwrap().to_string(), "resize");
    // Nobody may act on a log that tells what this version does not know.
    let entry = Draft::new(
        samples::at(1),
        "a1b2c3".into(),
        Position(4),
        17,
        Cause::Floor,
        samples::facts().remove(0),
    );
    let newer = entry.encode().unwrap().replace("\"floor\"", "\"whim\"");
    assert!(Draft::decode(Position(9), &newer).is_err(), "{newer}");
}
