//! The webhook's message: fixtures of the project's own, and what is refused.

use alertmanager_types::webhook::{Alert, Message, MessageError, NotificationReason, Status};
use alertmanager_types::{Annotations, Labels, Severity};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::json::{assert_nothing_lost, assert_unchanged, fixture};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mixed() -> Value {
    serde_json::from_slice(&fixture("mixed.json")).unwrap()
}

/// The reason why `mixed.json` is refused after `change`.
fn refused(change: impl FnOnce(&mut Value)) -> MessageError {
    let mut body = mixed();
    change(&mut body);
    Message::from_json(body.to_string().as_bytes()).unwrap_err()
}

/// The last alert, without the others.
fn only(body: &mut Value) -> &mut Value {
    let alerts = body["alerts"].as_array_mut().unwrap();
    alerts.drain(..alerts.len() - 1);
    &mut alerts[0]
}

#[test]
fn a_mixed_message_is_read_whole() {
    let message = Message::from_json(&fixture("mixed.json")).unwrap();
    assert_eq!(message.status, Status::Firing);
    assert_eq!(message.receiver, "autoscaler");
    assert_eq!(message.truncated_alerts, 3);
    assert!(message.is_truncated());
    assert_eq!(message.severity(), None);
    assert_eq!(message.route_labels, None);

    let firing: Vec<_> = message.firing().collect();
    assert_eq!(firing.len(), 1);
    assert_eq!(firing[0].alertname(), Some("WebCpuHigh"));
    assert_eq!(firing[0].severity(), Some(Severity::Warning));
    assert_eq!(firing[0].ends_at, None);
    assert_eq!(firing[0].starts_at.subsec_nanosecond(), 74_018_001);

    let resolved: Vec<_> = message.resolved().collect();
    assert_eq!(resolved.len(), 1);
    assert_eq!(resolved[0].ends_at, Some(time("2026-11-24T00:09:31Z")));
    assert_eq!(resolved[0].annotations.get("empty"), Some(""));
    assert_eq!(resolved[0].labels.value("team"), "日本");
    for alert in &message.alerts {
        assert_eq!(alert.fingerprint, alert.labels.fingerprint());
    }
    assert_unchanged::<Message>(&mixed());
}

#[test]
fn the_fields_of_0_34_are_kept() {
    let body = fixture("version-0.34.json");
    let message = Message::from_json(&body).unwrap();
    assert_eq!(message.route_labels, Some(Labels::from([("owner", "platform")])));
    assert_eq!(message.notification_reason, Some(NotificationReason::Repeat));
    assert_eq!(message.severity(), Some(Severity::Critical));
    assert!(!message.is_truncated());
    assert_unchanged::<Message>(&serde_json::from_slice(&body).unwrap());
}

#[test]
fn what_a_later_version_may_send_is_no_error_and_survives() {
    let body = fixture("from-the-future.json");
    let message = Message::from_json(&body).unwrap();
    assert_eq!(message.status, Status::Other("flapping".into()));
    assert_eq!(message.alerts[0].status, Status::Other("snoozed".into()));
    assert_eq!(message.alerts[0].severity(), Some(Severity::Other("P1".into())));
    assert_eq!(message.firing().count() + message.resolved().count(), 0);
    assert_eq!(message.notification_reason, Some(NotificationReason::Other("the moon is full".into())));
    assert_eq!((message.truncated_alerts, message.route_labels.as_ref()), (0, None));
    assert!(message.group_labels.is_empty() && message.alerts[0].annotations.is_empty());

    let encoded = serde_json::to_value(&message).unwrap();
    assert_eq!(encoded["status"], "flapping");
    assert_eq!(encoded["alerts"][0]["status"], "snoozed");
    assert_eq!(encoded["notification_reason"], "the moon is full");
}

#[test]
fn a_start_in_the_future_and_after_the_end_is_legal() {
    let message = Message::from_json(&fixture("from-the-future.json")).unwrap();
    let alert = &message.alerts[0];
    assert_eq!(alert.starts_at, time("2126-11-24T00:08:09Z"), "the zone counts");
    let lasted = alert.ends_at.unwrap().duration_since(alert.starts_at);
    assert_eq!(lasted, SignedDuration::from_secs(-1));
}

#[test]
fn a_start_in_the_year_9999_is_legal() {
    for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999+02:00", "9999-12-31T00:00:00-12:00"] {
        let mut body = mixed();
        body["alerts"][0]["startsAt"] = json!(text);
        body["alerts"][1]["endsAt"] = json!(text);
        let message = Message::from_json(body.to_string().as_bytes()).unwrap();
        assert_eq!(message.unreadable, []);
        assert_eq!(message.alerts[0].starts_at, Timestamp::MAX, "{text}");
        assert_eq!(message.alerts[1].ends_at, Some(Timestamp::MAX), "{text}");
        assert_eq!(Message::from_json(&serde_json::to_vec(&message).unwrap()).unwrap(), message);
    }
    for text in ["9999-12-31", "9999-12-31T23:59:59", "9999-13-31T23:59:59Z", "10000-01-01T00:00:00Z"] {
        let error = refused(|body| {
            body["alerts"] = json!([body["alerts"][0]]);
            body["alerts"][0]["startsAt"] = json!(text);
        });
        assert_eq!(error.field(), Some("alerts[0].startsAt"), "{text}");
    }
}

#[test]
fn one_alert_that_can_not_be_read_does_not_refuse_the_others() {
    let mut body = mixed();
    body["alerts"][0]["startsAt"] = json!("yesterday");
    let message = Message::from_json(body.to_string().as_bytes()).unwrap();
    assert_eq!(message.alerts.len(), 1);
    assert_eq!(message.alerts[0], Message::from_json(&fixture("mixed.json")).unwrap().alerts[1]);
    assert_eq!(message.truncated_alerts, 3, "the rest of the message is kept");
    let why: Vec<_> = message.unreadable.iter().map(MessageError::field).collect();
    assert_eq!(why, [Some("alerts[0].startsAt")]);
    assert!(message.unreadable[0].to_string().contains("yesterday"));
    // The rest of a message is not excused.
    body["receiver"] = json!(7);
    assert_eq!(Message::from_json(body.to_string().as_bytes()).unwrap_err().field(), Some("receiver"));
}

/// Alertmanager before 0.6, and the sample that people try prometheus-am-executor with.
#[test]
fn version_3_is_read_where_it_differs_in_what_is_absent() {
    let labels = json!({"alertname": "InstanceDown", "instance": "localhost:1234", "job": "broken"});
    let body = json!({
        "version": "3", "receiver": "default", "status": "firing", "groupKey": 9_777_663_806_026_784_477_u64,
        "groupLabels": {"alertname": "InstanceDown"}, "commonLabels": labels, "commonAnnotations": {},
        "externalURL": "http://oldpad:9093",
        "alerts": [{
            "status": "firing", "labels": labels, "annotations": {}, "startsAt": "2016-04-07T18:08:52.804+02:00",
            "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "",
        }],
    });
    let message = Message::from_json(body.to_string().as_bytes()).unwrap();
    assert_eq!(message.group_key, "9777663806026784477");
    let alert = &message.alerts[0];
    assert_eq!(alert.fingerprint, alert.labels.fingerprint(), "it is computed as Alertmanager does");
    let mut keyless = body;
    keyless.as_object_mut().unwrap().remove("groupKey");
    assert_eq!(Message::from_json(keyless.to_string().as_bytes()).unwrap().group_key, "");
}

#[test]
fn alerts_may_be_empty_or_null() {
    for alerts in [json!([]), Value::Null] {
        let mut body = mixed();
        body["alerts"] = alerts;
        assert_eq!(Message::from_json(body.to_string().as_bytes()).unwrap().alerts, []);
    }
}

#[test]
fn a_replaced_payload_is_refused_with_what_to_do() {
    let error = Message::from_json(&fixture("replaced-payload.json")).unwrap_err();
    assert_eq!(error.field(), Some("version"));
    let text = error.to_string();
    assert!(text.contains("no field `version`") && text.contains("`payload`"), "{text}");
    assert!(text.contains("`channel`") && text.contains("1 more"), "{text}");
}

#[test]
fn what_is_no_json_object_is_refused() {
    let reason = |body: &[u8]| {
        let error = Message::from_json(body).unwrap_err();
        assert_eq!(error.field(), None);
        error.to_string()
    };
    assert!(reason(b"").contains("empty"));
    assert!(reason(b" \n").contains("empty"));
    assert!(reason(b"alert!").starts_with("the body is not JSON: expected value at line 1 column 1"));
    assert!(reason(b"{\"version\": \"4\", ").contains("line 1 column 17"));
    assert!(
        reason(b"{\"version\": \"4\"} trailing").starts_with("the body is not JSON: trailing characters")
    );
    assert!(reason(b"{\"version\": \"\xff\"}").starts_with("the body is not JSON"));
    assert!(reason(b"null").contains("is null"));
    assert!(reason(b"\"firing\"").contains("is a string"));
    assert!(reason(b"[[[\"4\"]]]").contains("is an array"));
    // Neither depth of nesting brings the reader down.
    assert!(reason("[".repeat(100_000).as_bytes()).starts_with("the body is not JSON: EOF"));
    assert!(reason("{\"version\":".repeat(100_000).as_bytes()).contains("recursion limit"));
    // serde would read the fields of a struct from an array in their order.
    let fields: Value = mixed().as_object().unwrap().values().cloned().collect();
    assert!(reason(fields.to_string().as_bytes()).contains("is an array"));
}

#[test]
fn another_version_is_refused() {
    for (version, shown) in
        [(json!("5"), "\"5\""), (json!(4), "is 4:"), (Value::Null, "null"), (json!([]), "is an array:")]
    {
        let error = refused(|body| body["version"] = version);
        assert!(matches!(error, MessageError::WrongVersion { .. }), "{error:?}");
        assert_eq!(error.field(), Some("version"));
        assert!(error.to_string().contains(shown), "{error}");
    }
}

#[test]
fn a_field_that_cannot_be_read_is_named_with_its_path() {
    type Case = (fn(&mut Value), &'static str, &'static str);
    let cases: [Case; 9] = [
        (|body| drop(body.as_object_mut().unwrap().remove("alerts")), "alerts", "it is missing"),
        (|body| body["status"] = json!(7), "status", "expected a string"),
        (|body| body["truncatedAlerts"] = json!(-1), "truncatedAlerts", "invalid value"),
        (|body| body["commonLabels"] = json!({"a": 1}), "commonLabels.a", "expected a string"),
        (|body| only(body)["startsAt"] = json!("yesterday"), "alerts[0].startsAt", "yesterday"),
        (|body| only(body)["fingerprint"] = json!("xyz"), "alerts[0].fingerprint", "16 hexadecimal digits"),
        (|body| drop(only(body).as_object_mut().unwrap().remove("labels")), "alerts[0].labels", "is missing"),
        (|body| body["groupLabels"] = json!("web"), "groupLabels", "expected an object of strings"),
        (|body| body["alerts"] = json!({}), "alerts", "expected a sequence"),
    ];
    for (change, field, reason) in cases {
        let error = refused(change);
        assert_eq!(error.field(), Some(field), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_field_that_stands_there_twice_is_named() {
    let twice = |from: &str, to: &str| {
        Message::from_json(mixed().to_string().replacen(from, to, 1).as_bytes()).unwrap_err()
    };
    let error = twice("\"receiver\":", "\"receiver\":\"other\",\"receiver\":");
    assert_eq!(error.field(), Some("receiver"));
    assert!(error.to_string().contains("twice"), "{error}");
    let text = mixed().to_string().replacen("\"endsAt\":", "\"endsAt\":null,\"endsAt\":", 1);
    let message = Message::from_json(text.as_bytes()).unwrap();
    assert_eq!(message.unreadable[0].field(), Some("alerts[0].endsAt"), "{:?}", message.unreadable);
}

#[test]
fn a_refusal_never_repeats_a_huge_body() {
    let huge = "x".repeat(1_000_000);
    for error in [
        refused(|body| only(body)["startsAt"] = json!(huge)),
        refused(|body| body["status"] = json!({ huge.as_str(): 1 })),
        refused(|body| body["version"] = json!(huge)),
        Message::from_json(json!({ huge.as_str(): 1 }).to_string().as_bytes()).unwrap_err(),
        Message::from_json(huge.as_bytes()).unwrap_err(),
    ] {
        assert!(error.to_string().len() < 700, "{} bytes", error.to_string().len());
    }
}

#[test]
fn a_million_alerts_that_can_not_be_read_are_counted_and_a_few_are_told() {
    let body =
        mixed().to_string().replacen("\"alerts\":[", &format!("\"alerts\":[{}", "0,".repeat(1_000_000)), 1);
    let message = Message::from_json(body.as_bytes()).unwrap();
    assert_eq!(message.unreadable_alerts, 1_000_000);
    assert!(message.unreadable.len() <= 20, "{} reasons", message.unreadable.len());
    assert_eq!(
        message.alerts.len(),
        Message::from_json(mixed().to_string().as_bytes()).unwrap().alerts.len()
    );
}

#[test]
fn a_message_made_here_has_what_alertmanager_computes() {
    let alert = |instance: &str, summary: &str| {
        Alert::new(
            Labels::from([("alertname", "High"), ("instance", instance)]),
            time("2026-11-24T00:08:09Z"),
        )
        .annotations(Annotations::from([("summary", summary), ("team", "web")]))
        .generator_url("http://prometheus.example")
    };
    let end = time("2026-11-24T00:10:00Z");
    let message = Message::new("hook", "{}:{}", vec![alert("a", "one"), alert("b", "two").resolved_at(end)]);
    assert_eq!(message.status, Status::Firing);
    assert_eq!(message.common_labels, Labels::from([("alertname", "High")]));
    assert_eq!(message.common_annotations, Annotations::from([("team", "web")]));
    assert_eq!(Message::from_json(&serde_json::to_vec(&message).unwrap()).unwrap(), message);

    let over = Message::new("hook", "{}:{}", vec![alert("a", "one").resolved_at(end)]);
    assert_eq!(over.status, Status::Resolved);
    assert_eq!(serde_json::to_value(&over).unwrap()["version"], Message::VERSION);
    assert_nothing_lost::<Message>(&serde_json::to_value(&over).unwrap());
}
