//! The alert source, and notifications in the core's words.

use std::error::Error;
use std::sync::Arc;

use alertmanager_types::webhook::Message;
use api_transport::{Retry, Token, Url};
use scaler_alertmanager::{Alertmanager, AlertmanagerError, notified};
use scaler_core::model::{Alert, AlertState};
use scaler_core::ports::{AlertSource, FailureKind};
use serde_json::{Value, json};

use super::canned::Canned;

const CALL: &str = "GET /api/v2/alerts";

fn alert(name: &str, status: &Value) -> Value {
    json!({
        "annotations": { "summary": "CPU \"hot\" – 91 %" },
        "endsAt": "2026-03-01T12:04:00.000Z",
        "fingerprint": "0123456789abcdef",
        "receivers": [{ "name": "autoscaler" }],
        "startsAt": "2026-03-01T12:00:00.123Z",
        "status": status,
        "updatedAt": "2026-03-01T12:00:30.000Z",
        "generatorURL": "http://prometheus:9090/graph",
        "labels": { "alertname": name, "autoscale_group": "web" },
        "fieldOfTheFuture": { "a": 1 }
    })
}

fn builder(server: &Arc<Canned>) -> scaler_alertmanager::AlertmanagerBuilder {
    let url = Url::parse("http://alertmanager.example:9093").unwrap();
    Alertmanager::builder(url).service(Arc::clone(server) as _).retry(Retry::never())
}

async fn asked(server: Canned) -> Result<Vec<Alert>, scaler_core::ports::Failure> {
    builder(&Arc::new(server)).build().unwrap().alerts().await
}

#[tokio::test]
async fn every_alert_is_told_and_what_nobody_vouches_for_is_suppressed() {
    let states = [
        ("Active", json!({ "state": "active", "silencedBy": [], "inhibitedBy": [] }), AlertState::Firing),
        (
            "ActiveSince028",
            json!({ "state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": [] }),
            AlertState::Firing,
        ),
        (
            "Silenced",
            json!({ "state": "suppressed", "silencedBy": ["b7"], "inhibitedBy": [] }),
            AlertState::Suppressed,
        ),
        (
            "Inhibited",
            json!({ "state": "suppressed", "silencedBy": [], "inhibitedBy": ["a1"] }),
            AlertState::Suppressed,
        ),
        (
            "Muted",
            json!({ "state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": ["nights"] }),
            AlertState::Suppressed,
        ),
        (
            "New",
            json!({ "state": "unprocessed", "silencedBy": [], "inhibitedBy": [] }),
            AlertState::Suppressed,
        ),
        (
            "Future",
            json!({ "state": "levitating", "silencedBy": [], "inhibitedBy": [] }),
            AlertState::Suppressed,
        ),
    ];
    let body: Value = states.iter().map(|(name, status, _)| alert(name, status)).collect();
    let alerts = asked(Canned::default().with(CALL, 200, body)).await.unwrap();
    assert_eq!(alerts.len(), states.len());
    for (told, (name, _, state)) in alerts.iter().zip(&states) {
        assert_eq!((told.labels["alertname"].as_str(), told.state), (*name, *state));
        assert_eq!(told.fingerprint, "0123456789abcdef");
        assert_eq!(told.annotations["summary"], "CPU \"hot\" – 91 %");
        assert_eq!(told.starts_at.to_string(), "2026-03-01T12:00:00.123Z");
    }
    assert_eq!(asked(Canned::default().with(CALL, 200, "[]")).await.unwrap(), []);
}

#[tokio::test]
async fn a_prefix_and_credentials_are_sent_and_never_shown() {
    let server = Arc::new(Canned::default().with("GET /am/api/v2/alerts", 200, "[]"));
    let at = |url: &str| Alertmanager::builder(Url::parse(url).unwrap()).service(Arc::clone(&server) as _);
    let secret = Token::new("hush-hush").unwrap();
    let bearer = at("https://host/am/").bearer(&secret).unwrap().build().unwrap();
    let basic = at("https://host/am").basic("user", "hush-hush").unwrap().build().unwrap();
    bearer.alerts().await.unwrap();
    basic.alerts().await.unwrap();
    let sent: Vec<String> = server
        .asked()
        .iter()
        .map(|request| request.headers()["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["Bearer hush-hush", "Basic dXNlcjpodXNoLWh1c2g="]);
    let shown = format!("{bearer:?} {basic:?} {:?}", at("https://user:hush-hush@host/am/"));
    assert!(!shown.contains("hush") && shown.contains("https://host/am/"), "{shown}");
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_refused_without_their_secrets() {
    for url in ["http://user:hush-hush@host:9093", "file:///etc/passwd"] {
        let error = Alertmanager::builder(Url::parse(url).unwrap()).build().unwrap_err();
        assert!(matches!(error, AlertmanagerError::Address { .. }), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
    assert!(builder(&Arc::default()).basic("us:er", "x").is_err());
}

#[tokio::test]
async fn each_failure_says_what_to_do() {
    let rows = [
        (401, "Unauthorized", FailureKind::Account, "give the credentials"),
        (
            404,
            r#"{"code":404,"message":"path /api/v2/alerts was not found"}"#,
            FailureKind::Request,
            "address is right",
        ),
        (400, r#""bad matcher""#, FailureKind::Request, "bad matcher"),
        (302, "", FailureKind::Request, "redirects"),
        (200, "<html>", FailureKind::Request, "an Alertmanager (0.16 or newer)"),
        (500, "", FailureKind::Transient, "500"),
        (503, "gateway", FailureKind::Transient, "gateway"),
        (429, "", FailureKind::Transient, "429"),
    ];
    for (status, body, kind, word) in rows {
        let failure = asked(Canned::default().with(CALL, status, body)).await.unwrap_err();
        let said = failure.to_string();
        assert_eq!(failure.kind, kind, "{status}: {said}");
        assert!(
            said.starts_with("asking Alertmanager for its alerts") && said.contains(word),
            "{status}: {said}"
        );
        assert!(said.contains("http://alertmanager.example:9093"), "{said}");
        if let Some(source) = failure.source() {
            assert!(!said.contains(&source.to_string()), "{said} repeats {source}");
        }
    }
}

#[tokio::test]
async fn half_an_answer_concludes_nothing() {
    let body = format!("[{}, {{\"labels\": {{}}}}]", alert("Active", &json!({ "state": "active" })));
    let failure = asked(Canned::default().with(CALL, 200, body)).await.unwrap_err();
    assert!(failure.source().is_some(), "the place in the document is told");
}

#[test]
fn a_notification_is_told_alert_by_alert() {
    let body = json!({
        "version": "4", "groupKey": "{}:{}", "status": "firing", "receiver": "autoscaler", "groupLabels": {},
        "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am", "truncatedAlerts": 1,
        "alerts": [
            { "status": "firing", "labels": { "alertname": "WebCpuHigh" }, "annotations": {},
              "startsAt": "2026-03-01T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "",
              "fingerprint": "00000000000000a1" },
            { "status": "resolved", "labels": { "alertname": "WebCpuLow" }, "annotations": { "a": "b" },
              "startsAt": "2026-03-01T12:00:00Z", "endsAt": "2026-03-01T12:09:00Z", "generatorURL": "",
              "fingerprint": "00000000000000b2" },
            { "status": "wavering", "labels": { "alertname": "Other" }, "annotations": {},
              "startsAt": "2026-03-01T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "",
              "fingerprint": "00000000000000c3" }
        ]
    });
    let alerts = notified(Message::from_json(body.to_string().as_bytes()).unwrap());
    let told: Vec<_> = alerts.iter().map(|alert| (alert.fingerprint.as_str(), alert.state)).collect();
    assert_eq!(
        told,
        [
            ("00000000000000a1", AlertState::Firing),
            ("00000000000000b2", AlertState::Resolved),
            ("00000000000000c3", AlertState::Suppressed)
        ]
    );
    assert_eq!(alerts[1].annotations["a"], "b");
}
