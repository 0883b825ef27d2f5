//! The models of the API v2 on fixtures of the project's own.

use alertmanager_types::api::{
    AlertGroup, AlertGroupsQuery, AlertState, AlertmanagerStatus, AlertsQuery, ClusterState, ErrorBody,
    GettableAlert, GettableSilence, PostSilencesResponse, PostableAlert, PostableSilence, Receiver,
    SilenceState, SilencesQuery,
};
use alertmanager_types::{Annotations, Labels, MatcherErrorKind, Severity};
use jiff::{Timestamp, ToSpan};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::json::{assert_nothing_lost, assert_unchanged, fixture};

fn read<T: DeserializeOwned>(name: &str) -> (T, Value) {
    let body = fixture(name);
    (serde_json::from_slice(&body).unwrap(), serde_json::from_slice(&body).unwrap())
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn alerts() {
    let (alerts, body) = read::<Vec<GettableAlert>>("alerts.json");
    let [suppressed, odd] = alerts.as_slice() else { panic!("two alerts") };
    assert!(
        suppressed.is_suppressed() && suppressed.status.is_inhibited() && !suppressed.status.is_silenced()
    );
    assert_eq!(suppressed.status.muted_by.as_deref(), Some(&["nights".to_owned()][..]));
    assert_eq!(suppressed.receivers[1].labels, Some(Labels::from([("team", "web")])));
    assert_eq!(
        (suppressed.alertname(), suppressed.severity()),
        (Some("WebCpuHigh"), Some(Severity::Warning))
    );
    assert!(suppressed.is_firing_at(time("2026-11-24T00:12:09Z")));
    assert!(!suppressed.is_firing_at(time("2026-11-24T00:12:09.074Z")));
    assert_eq!(odd.status.state, AlertState::Other("contemplated".into()));
    assert_eq!((odd.ends_at, odd.status.muted_by.as_ref(), odd.generator_url.as_ref()), (None, None, None));
    assert!(odd.is_firing_at(time("2126-11-24T00:00:00Z")));
    assert_unchanged::<Vec<GettableAlert>>(&body);
}

#[test]
fn an_alert_served_from_here_reads_as_alertmanagers() {
    let now = time("2026-11-24T00:08:09.17Z");
    let alert = GettableAlert::new(Labels::from([("alertname", "High")]), now, now)
        .ends_at(now + 4.minutes())
        .annotations(Annotations::from([("summary", "busy")]))
        .receivers([Receiver::new("autoscaler")]);
    assert_eq!(alert.status.state, AlertState::Active);
    let body = serde_json::to_value(&alert).unwrap();
    assert_eq!(body["startsAt"], "2026-11-24T00:08:09.170Z");
    assert_eq!(body["endsAt"], "2026-11-24T00:12:09.170Z");
    assert_eq!(body["fingerprint"], alert.labels.fingerprint().to_string());
    assert_unchanged::<GettableAlert>(&body);
}

#[test]
fn nanoseconds_survive_the_milliseconds_of_the_api() {
    let now = time("2026-11-24T00:08:09.000000001Z");
    let alert = GettableAlert::new(Labels::new(), now, now);
    let body = serde_json::to_value(&alert).unwrap();
    assert_eq!(body["startsAt"], "2026-11-24T00:08:09.000000001Z");
    assert_eq!(serde_json::from_value::<GettableAlert>(body).unwrap(), alert);
}

#[test]
fn null_lists_and_missing_ones_are_empty() {
    let (_, mut body) = read::<Vec<GettableAlert>>("alerts.json");
    let alert = &mut body[0];
    alert["receivers"] = Value::Null;
    alert["annotations"] = Value::Null;
    alert["status"] = json!({"state": "active", "silencedBy": null});
    alert.as_object_mut().unwrap().remove("endsAt");
    let alert: GettableAlert = serde_json::from_value(alert.take()).unwrap();
    assert!(alert.receivers.is_empty() && alert.annotations.is_empty() && alert.ends_at.is_none());
    assert!(!alert.status.is_silenced() && !alert.status.is_inhibited());
}

#[test]
fn postable_alerts_leave_out_what_is_not_set() {
    let bare = PostableAlert::new(Labels::from([("alertname", "High")]));
    assert_eq!(serde_json::to_value(&bare).unwrap(), json!({"labels": {"alertname": "High"}}));
    let full = bare
        .annotations(Annotations::from([("summary", "busy")]))
        .starts_at(time("2026-11-24T00:08:09Z"))
        .ends_at(time("2026-11-24T00:09:09.5Z"))
        .generator_url("http://prometheus.example");
    let body = json!({
        "labels": {"alertname": "High"}, "annotations": {"summary": "busy"},
        "startsAt": "2026-11-24T00:08:09.000Z", "endsAt": "2026-11-24T00:09:09.500Z",
        "generatorURL": "http://prometheus.example"
    });
    assert_eq!(serde_json::to_value(&full).unwrap(), body);
    let zero = json!({"labels": {}, "startsAt": "0001-01-01T00:00:00Z", "endsAt": null});
    assert_eq!(serde_json::from_value::<PostableAlert>(zero).unwrap(), PostableAlert::default());
}

#[test]
fn alert_groups() {
    let (groups, body) = read::<Vec<AlertGroup>>("alert-groups.json");
    assert_eq!((groups[0].route_labels.as_ref(), groups[1].receiver.name.as_str()), (None, "autoscaler"));
    assert_eq!(groups[1].route_labels, Some(Labels::from([("owner", "platform")])));
    assert_unchanged::<Vec<AlertGroup>>(&body);
}

#[test]
fn silences() {
    let (silences, body) = read::<Vec<GettableSilence>>("silences.json");
    let [active, odd] = silences.as_slice() else { panic!("two silences") };
    assert!(active.is_active());
    assert_eq!(active.annotations, Some(Annotations::from([("ticket", "OPS-1")])));
    let matchers = active.matchers().unwrap();
    assert_eq!(matchers.to_string(), r#"{group="web",severity!~"page|critical"}"#);
    assert!(matchers.matches(&Labels::from([("group", "web")])));
    assert!(!matchers.matches(&Labels::from([("group", "web"), ("severity", "page")])));

    assert_eq!(odd.status.state, SilenceState::Other("dreaming".into()));
    assert!(!odd.is_active());
    assert_eq!(odd.matchers().unwrap_err().kind(), MatcherErrorKind::Regex);
    assert_unchanged::<Vec<GettableSilence>>(&body);
}

#[test]
fn a_silence_to_post() {
    let matchers = r#"{group="web",severity!="info",job=~"n.*",team!~"db"}"#.parse().unwrap();
    let start = time("2026-11-24T00:00:00Z");
    let silence = PostableSilence::new(&matchers, start, start + 1.hour(), "ops", "maintenance");
    let body = serde_json::to_value(&silence).unwrap();
    assert_eq!(
        body["matchers"][0],
        json!({"name": "group", "value": "web", "isRegex": false, "isEqual": true})
    );
    assert_eq!(
        body["matchers"][1],
        json!({"name": "severity", "value": "info", "isRegex": false, "isEqual": false})
    );
    assert_eq!(body["matchers"][2], json!({"name": "job", "value": "n.*", "isRegex": true, "isEqual": true}));
    assert_eq!(
        body["matchers"][3],
        json!({"name": "team", "value": "db", "isRegex": true, "isEqual": false})
    );
    assert_eq!(body.get("id"), None);
    assert_eq!(serde_json::to_value(silence.replacing("1")).unwrap()["id"], "1");
    assert_unchanged::<PostableSilence>(&body);

    // Before isEqual existed, every matcher was one of likeness.
    let old = json!({
        "matchers": [{"name": "group", "value": "web", "isRegex": false}],
        "startsAt": "2026-11-24T00:00:00.181520Z", "endsAt": "2026-11-24T01:00:00+00:30",
        "createdBy": "ops", "comment": ""
    });
    assert_nothing_lost::<PostableSilence>(&old);
    assert!(serde_json::from_value::<PostableSilence>(old).unwrap().matchers[0].is_equal);
    assert_unchanged::<PostSilencesResponse>(&json!({"silenceID": "1"}));
}

#[test]
fn status() {
    let (status, body) = read::<AlertmanagerStatus>("status.json");
    assert_eq!(status.cluster.status, ClusterState::Settling);
    assert_eq!(status.cluster.peers.as_ref().map(Vec::len), Some(2));
    assert_eq!(status.version_info.version, "0.34.0");
    assert_unchanged::<AlertmanagerStatus>(&body);
}

#[test]
fn error_bodies() {
    let text = |body: &[u8]| ErrorBody::from_body(body).map(|error| error.to_string());
    assert_eq!(text(b"\"at least one label pair required\"\n").unwrap(), "at least one label pair required");
    assert_eq!(text(br#"{"code": 404, "message": "no"}"#).unwrap(), "no (code 404)");
    assert_eq!(text(b"<html>Bad Gateway</html>").unwrap(), "<html>Bad Gateway</html>");
    assert_eq!(text(b"{\"error\": 1}").unwrap(), "{\"error\": 1}");
    assert_eq!(text("ä".repeat(5000).as_bytes()).unwrap().chars().count(), 400);
    for nothing in [&b""[..], b"\n", b"\"\""] {
        assert_eq!(text(nothing), None);
    }
}

#[test]
fn queries() {
    let pair = |name, value: &str| (name, value.to_owned());
    assert_eq!(AlertsQuery::default().pairs(), []);
    let mut alerts = AlertsQuery::default().silenced(false).inhibited(true).receiver("a|b");
    alerts.unprocessed = Some(false);
    assert_eq!(
        alerts.pairs(),
        [
            pair("silenced", "false"),
            pair("inhibited", "true"),
            pair("unprocessed", "false"),
            pair("receiver", "a|b")
        ]
    );
    let mut groups = AlertGroupsQuery::default().filter("a!=\"b\"".parse().unwrap());
    (groups.active, groups.muted, groups.receiver) = (Some(true), Some(false), Some("x".into()));
    assert_eq!(
        groups.pairs(),
        [pair("filter", "a!=\"b\""), pair("active", "true"), pair("muted", "false"), pair("receiver", "x")]
    );
    let mut silences =
        SilencesQuery::default().filter("a=b".parse().unwrap()).filter("c!~d".parse().unwrap());
    (silences.expired, silences.pending) = (Some(false), Some(true));
    assert_eq!(
        silences.pairs(),
        [
            pair("filter", "a=\"b\""),
            pair("filter", "c!~\"d\""),
            pair("expired", "false"),
            pair("pending", "true")
        ]
    );
}
