//! The alert source, and notifications in the core's words.

use std::error::Error;
use std::sync::Arc;

use alertmanager_types::client::api_transport::Retry;
use alertmanager_types::client::api_transport::service::InProcess;
use alertmanager_types::webhook::Message;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use scaler_alertmanager::{Alertmanager, notified};
use scaler_core::model::{Alert, AlertState};
use scaler_core::ports::{AlertSource, FailureKind};
use serde_json::{Value, json};

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

/// What the source makes of this answer.
async fn asked(status: u16, body: impl Into<String>) -> Result<Vec<Alert>, scaler_core::ports::Failure> {
    let answer = (StatusCode::from_u16(status).unwrap(), body.into());
    let server = Router::new().route("/api/v2/alerts", get(async || answer));
    let client = Alertmanager::client("http://alertmanager.example:9093")
        .service(Arc::new(InProcess::new(server)))
        .retry(Retry::never());
    Alertmanager::new(client.build().unwrap()).alerts().await
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
    let alerts = asked(200, body.to_string()).await.unwrap();
    assert_eq!(alerts.len(), states.len());
    for (told, (name, _, state)) in alerts.iter().zip(&states) {
        assert_eq!((told.labels["alertname"].as_str(), told.state), (*name, *state));
        assert_eq!(told.fingerprint, "0123456789abcdef");
        assert_eq!(told.annotations["summary"], "CPU \"hot\" – 91 %");
        assert_eq!(told.starts_at.to_string(), "2026-03-01T12:00:00.123Z");
    }
    assert_eq!(asked(200, "[]").await.unwrap(), []);
}

#[tokio::test]
async fn each_failure_says_what_to_do() {
    let rows = [
        (401, "Unauthorized", FailureKind::Account, "give the credentials"),
        (
            404,
            r#"{"code":404,"message":"path /api/v2/alerts was not found"}"#,
            FailureKind::Request,
            "address is right, prefix included",
        ),
        (400, r#""bad matcher""#, FailureKind::Request, "bad matcher"),
        (302, "", FailureKind::Request, "redirects"),
        (200, "<html>", FailureKind::Request, "an Alertmanager (0.16 or newer)"),
        (500, "", FailureKind::Transient, "500"),
        (503, "gateway", FailureKind::Transient, "gateway"),
        (429, "", FailureKind::RateLimited, "429"),
    ];
    for (status, body, kind, word) in rows {
        let failure = asked(status, body).await.unwrap_err();
        let said = failure.to_string();
        assert_eq!(failure.kind, kind, "{status}: {said}");
        assert!(
            said.starts_with("listing the alerts of Alertmanager at ") && said.contains(word),
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
    let failure = asked(200, body.to_string()).await.unwrap_err();
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
