//! What must not be taken: each answer names the thing and what to do, and the daemon keeps serving.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::at_rest;
use crate::rig::{Answer, CREDENTIAL, Daemon, WEBHOOK_CREDENTIAL, alert, notification, seconds};

/// The refusal has this status, and its words contain all of these.
#[track_caller]
fn refused(answer: &Answer, status: u16, words: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    let error = &answer.json()["error"];
    let (message, fix) = (error["message"].as_str().unwrap(), error["fix"].as_str().unwrap());
    assert!(!message.is_empty() && !fix.is_empty(), "{answer:?}");
    for word in words {
        assert!(answer.text.contains(word), "{word:?} is not in {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_refused_with_its_reason_and_changes_nothing() {
    let (account, daemon) = at_rest().await;
    let before = account.snapshot();

    bad_notifications(&daemon).await;
    missing_credentials(&daemon).await;
    bad_requests(&daemon).await;
    garbage(&daemon).await;

    assert_eq!(daemon.get("/healthz").await.status, 200);
    assert_eq!(daemon.get("/readyz").await.status, 200);
    let after = account.snapshot();
    assert_eq!((before.instances, before.nodebalancers), (after.instances, after.nodebalancers));
    assert_eq!(daemon.group().await["desired"], 2);
    let log = daemon.log();
    for secret in [CREDENTIAL, WEBHOOK_CREDENTIAL, "a-token-that-no-log-shows", "guessed"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }

    // And what is right is still taken.
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    daemon.until_at_rest(4, seconds(40)).await;
    account.assert_whole();
}

async fn bad_notifications(daemon: &Daemon) {
    refused(&daemon.post("{\"version\": \"4\", ").await, 400, &["EOF"]);
    refused(&daemon.post("").await, 400, &[]);
    refused(&daemon.post("[]").await, 400, &[]);
    refused(&daemon.post(vec![0xff, 0xfe, 0x00, 0x80]).await, 400, &[]);
    refused(&daemon.post("[".repeat(100_000)).await, 400, &[]);

    let mut message = notification(&[alert("WebCpuHigh", "firing")]);
    message["version"] = json!("2");
    refused(&daemon.post(message.to_string()).await, 400, &["version", "2", "4"]);
    let slack = json!({ "text": "WebCpuHigh fires" });
    refused(&daemon.post(slack.to_string()).await, 400, &["version", "payload"]);
    let mut message = notification(&[alert("WebCpuHigh", "firing")]);
    message["alerts"][0]["startsAt"] = json!("yesterday");
    refused(&daemon.post(message.to_string()).await, 400, &["startsAt"]);

    // 10 MB that are not a notification, and 10 MB that would be one.
    refused(&daemon.post(vec![b' '; 10_000_000]).await, 413, &["larger", "max_alerts"]);
    let mut message = notification(&[alert("WebCpuHigh", "firing")]);
    message["alerts"][0]["annotations"]["description"] = json!("x".repeat(10_000_000));
    refused(&daemon.post(message.to_string()).await, 413, &["larger", "max_alerts"]);

    // Somebody else's alert may come along: it is said, and refused by nobody.
    let mut stray = alert("WebCpuHigh", "firing");
    stray["labels"]["autoscale_group"] = json!("wbe");
    let answer = daemon.post(notification(&[stray]).to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text.contains("wbe"), "{answer:?}");
    assert!(daemon.log().contains("wbe"), "{}", daemon.log());
}

async fn missing_credentials(daemon: &Daemon) {
    let good = notification(&[alert("WebCpuHigh", "firing")]).to_string();
    let want = json!({ "desired": 4 }).to_string();
    let desired = "/api/v1/groups/web/desired";
    for shown in [None, Some("guessed")] {
        let answer = daemon.send(Method::POST, "/webhook", shown, good.clone()).await;
        refused(&answer, 401, &["Authorization", "webhook_credentials"]);
        let answer = daemon.send(Method::POST, "/", shown, good.clone()).await;
        refused(&answer, 401, &["Authorization", "webhook_credentials"]);
        let answer = daemon.send(Method::PUT, desired, shown, want.clone()).await;
        refused(&answer, 401, &["Authorization", "daemon.credentials"]);
    }
    // Alertmanager's credential is not an operator's.
    let answer = daemon.send(Method::PUT, desired, Some(WEBHOOK_CREDENTIAL), want).await;
    refused(&answer, 401, &["daemon.credentials"]);
}

async fn bad_requests(daemon: &Daemon) {
    let put = async |path: &str, body: &str| {
        daemon.send(Method::PUT, path, Some(CREDENTIAL), body.to_owned()).await
    };
    refused(&daemon.get("/api/v1/groups/wbe").await, 404, &["wbe", "web"]);
    refused(&daemon.get("/sd/wbe").await, 404, &["wbe", "web"]);
    refused(&put("/api/v1/groups/wbe/desired", "{\"desired\": 3}").await, 404, &["wbe", "web"]);
    let desired = "/api/v1/groups/web/desired";
    refused(&put(desired, "{\"desired\": \"many\"}").await, 400, &["desired"]);
    refused(&put(desired, "{\"desird\": 3}").await, 400, &["desird"]);
    refused(&put(desired, "{").await, 400, &[]);
    refused(&put(desired, "{}").await, 400, &["desired"]);
    refused(&daemon.get("/api/v2/groups").await, 404, &["/api/v2/groups"]);
}

/// What is not even HTTP, and callers who hang up.
async fn garbage(daemon: &Daemon) {
    let mut stream = TcpStream::connect(daemon.address()).await.unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00 this is no HTTP\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    for begun in
        ["POST /webhook HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n{\"version\"", "GET /met"]
    {
        let mut stream = TcpStream::connect(daemon.address()).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
    }
}
