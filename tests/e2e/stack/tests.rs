//! The stack by itself.

use alertmanager_types::api::AlertState;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::*;

/// A rule that always holds.
pub(super) const RULES: &str = "
groups:
  - name: always
    rules:
      - alert: AlwaysThere
        expr: vector(1)
        labels: { severity: warning }
";

/// Keeps each body that is posted to `/webhook` with the right credential, and shows a gauge on `/metrics`.
async fn receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (send, receive) = mpsc::unbounded_channel();
    let app = Router::new().route("/metrics", get(async || "e2e_gauge 42\n")).route(
        "/webhook",
        post(async move |headers: axum::http::HeaderMap, body: axum::Json<Value>| {
            let credential = headers.get("authorization").map(|v| v.as_bytes().to_vec());
            assert_eq!(credential.as_deref(), Some(&b"Bearer opensesame"[..]));
            let _ = send.send(body.0);
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    (address, receive)
}

#[tokio::test]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager: .ci/e2e runs it"]
async fn a_rule_that_always_holds_reaches_the_webhook() {
    let (address, mut notifications) = receiver().await;
    let mut setup = Setup::new(RULES, &format!("http://{address}/webhook"));
    setup.webhook_bearer = Some("opensesame".to_owned());
    setup.jobs.push(Job::new("fixed", Targets::Fixed(vec![address.clone()])));
    setup.jobs.push(Job::new("listed", Targets::File));
    let stack = Stack::start(&setup).await;

    let began = Instant::now();
    let message = tokio::time::timeout(seconds(30), notifications.recv()).await.unwrap().unwrap();
    println!("the first notification came {:.1} s after both were ready", began.elapsed().as_secs_f64());
    assert_eq!(message["version"], "4");
    assert_eq!(message["status"], "firing");
    assert_eq!(message["receiver"], "autoscaler");
    assert_eq!(message["alerts"][0]["labels"]["alertname"], "AlwaysThere");
    assert_eq!(stack.alerts().await[0]["state"], "firing");
    assert_eq!(stack.client().alerts().list().await.unwrap()[0].status.state, AlertState::Active);

    let gauge = "e2e_gauge{job=\"fixed\"}";
    let sample = eventually(seconds(30), "the fixed target", async || stack.query(gauge).await.pop()).await;
    assert_eq!((sample.value, &sample.labels["instance"]), (42.0, &json!(address)));

    stack.set_targets("listed", &json!([{ "targets": [address], "labels": { "group": "web" } }]));
    let gauge = "e2e_gauge{group=\"web\"}";
    eventually(seconds(30), "the listed target", async || stack.query(gauge).await.pop()).await;

    stack.set_rules("groups: []\n").await;
    let gone = async || stack.alerts().await.is_empty().then_some(());
    eventually(seconds(30), "the rule gone", gone).await;
    let programs = [stack.prometheus(), stack.alertmanager()];
    drop(stack);
    for program in programs {
        assert!(
            http(seconds(5)).get(format!("{program}/-/ready")).send().await.is_err(),
            "{program} still answers"
        );
    }
}

#[tokio::test]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager: .ci/e2e runs it"]
async fn targets_come_from_http_discovery() {
    let (address, _notifications) = receiver().await;
    let listed = json!([{ "targets": [address], "labels": { "phase": "in_service" } }]).to_string();
    let discovery = Router::new().route(
        "/sd/web",
        get(async move |headers: axum::http::HeaderMap| {
            let known = headers.get("authorization").is_some_and(|v| v.as_bytes() == b"Bearer reader");
            let status = if known { 200 } else { 401 };
            axum::http::Response::builder()
                .status(status)
                .header("content-type", "application/json")
                .body(axum::body::Body::from(listed))
                .unwrap()
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sd = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, discovery).await.unwrap() });

    let mut setup = Setup::new("groups: []\n", &format!("http://{address}/webhook"));
    let mut job = Job::new("web", Targets::Http(format!("http://{sd}/sd/web")));
    job.bearer = Some("reader".to_owned());
    setup.jobs.push(job);
    let stack = Stack::start(&setup).await;
    let gauge = "e2e_gauge{phase=\"in_service\"}";
    let ask = async || stack.query(gauge).await.pop();
    let sample = eventually(seconds(30), "the discovered target", ask).await;
    assert_eq!(sample.labels["job"], "web");
}
