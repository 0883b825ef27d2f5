//! Notifications: what is taken in, when it is answered, and what is refused.

use std::sync::atomic::Ordering;

use autoscale_daemon::ApiCredential;
use axum::body::Body;
use futures_util::future::join_all;
use http::Request;
use scaler_core::model::AlertState;
use serde_json::json;

use crate::stage::{CREDENTIAL, Stage, alert, message, notification};

#[tokio::test(start_paused = true)]
async fn what_real_alertmanagers_send_is_stored() {
    let stage = Stage::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let body = std::fs::read_to_string(&path).unwrap();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        let answer = stage.notify(body).await.ok();
        assert_eq!(answer["stored"], sent["alerts"].as_array().unwrap().len(), "{}", path.display());
        assert_eq!(
            answer["left_out"],
            sent["truncatedAlerts"].as_u64().filter(|n| *n > 0).map_or(json!(null), |n| json!(n))
        );
        for alert in sent["alerts"].as_array().unwrap() {
            let table = stage.daemon.scaler().alerts().table();
            let row = table.row(alert["fingerprint"].as_str().unwrap()).unwrap();
            assert_eq!(row.alert.state == AlertState::Firing, alert["status"] == "firing", "{alert}");
        }
        read += 1;
    }
    assert!(read >= 8, "{read} notifications");
}

#[tokio::test(start_paused = true)]
async fn the_way_of_prometheus_am_executor_is_kept() {
    let stage = Stage::new();
    let request = Request::post("/").header("Content-Type", "text/plain");
    let body = Body::from(notification(&[("WebCpuHigh", "firing")]));
    assert_eq!(stage.send(request.body(body).unwrap()).await.ok(), json!({"stored": 1}));
    assert!(stage.get("/").await.text.contains("/webhook"));
    assert_eq!(stage.get("/_health").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_the_commit() {
    let stage = Stage::new();
    stage.store.hold().await;
    let mut answer = tokio_task(&stage, notification(&[("WebCpuHigh", "firing")]));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(futures_util::poll!(&mut answer).is_pending(), "answered before it was stored");
    // Everything else is answered meanwhile.
    assert_eq!(stage.get("/healthz").await.status, 200);
    assert_eq!(stage.get("/metrics").await.status, 200);
    assert_eq!(stage.get("/api/v1/groups/web").await.status, 200);
    stage.store.let_go();
    answer.await.unwrap().ok();
    assert_eq!(stage.daemon.scaler().alerts().table().len(), 1);
}

fn tokio_task(stage: &Stage, body: String) -> tokio::task::JoinHandle<crate::stage::Reply> {
    let stage = Stage {
        simulator: stage.simulator.clone(),
        store: stage.store.clone(),
        daemon: stage.daemon.clone(),
    };
    tokio::spawn(async move { stage.notify(body).await })
}

#[tokio::test(start_paused = true)]
async fn notifications_that_arrive_together_share_commits() {
    let stage = Stage::new();
    stage.store.hold().await;
    let many: Vec<_> = (0..200)
        .map(|n| {
            let labels = json!({"alertname": "WebCpuHigh", "n": n.to_string()});
            tokio_task(&stage, message(&[alert(&labels, "firing")]))
        })
        .collect();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    stage.store.let_go();
    for answer in join_all(many).await {
        answer.unwrap().ok();
    }
    assert_eq!(stage.daemon.scaler().alerts().table().len(), 200);
    let commits = stage.store.commits.load(Ordering::SeqCst);
    assert!(commits <= 3, "{commits} commits for 200 notifications");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_answered_503_and_nothing_counts() {
    let stage = Stage::new();
    stage.store.failing.store(true, Ordering::SeqCst);
    let answer = stage.notify(notification(&[("WebCpuHigh", "firing")])).await;
    let (status, why, _) = answer.refusal();
    assert_eq!(status, 503);
    assert!(why.contains("free space on the disk") && why.contains("disk full"), "{why}");
    assert!(answer.headers.contains_key("retry-after"));
    assert!(stage.daemon.scaler().alerts().table().is_empty());
    stage.store.failing.store(false, Ordering::SeqCst);
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    let metrics = stage.get("/metrics").await.text;
    assert!(metrics.contains("autoscaler_notifications_total{result=\"not_stored\"} 1"), "{metrics}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_notification_is_refused_by_name_and_changes_nothing() {
    let stage = Stage::new();
    let whole = notification(&[("WebCpuHigh", "firing")]);
    let without = |what: &str, by: &str| whole.replace(what, by);
    for (body, field, part) in [
        (String::new(), None, "empty"),
        ("{\"version\": ".to_owned(), None, "not JSON"),
        ("[1, 2]".to_owned(), None, "an array"),
        ("hello".to_owned(), None, "not JSON"),
        ("{\"text\": \"CPU is high\"}".to_owned(), Some("version"), "payload"),
        (without("\"version\":\"4\"", "\"version\":\"2\""), Some("version"), "\"2\""),
        (without("\"version\":\"4\"", "\"version\":4"), Some("version"), "is 4"),
        (without("2026-01-05T08:00:00Z", "yesterday"), Some("alerts[0].startsAt"), "startsAt"),
        (without("\"labels\":", "\"lables\":"), Some("alerts[0].labels"), "missing"),
    ] {
        let answer = stage.notify(body.clone()).await;
        let (status, why, _) = answer.refusal();
        assert_eq!(status, 400, "{body}");
        assert!(why.contains(part), "{body}: {why}");
        assert_eq!(answer.field(), field, "{body}");
    }
    assert!(stage.daemon.scaler().alerts().table().is_empty());
    stage.notify(whole).await.ok();
}

#[tokio::test(start_paused = true)]
async fn one_alert_that_can_not_be_read_does_not_refuse_the_others() {
    let stage = Stage::new();
    let mut broken = alert(&json!({"alertname": "Broken"}), "firing");
    broken["startsAt"] = json!("yesterday");
    let mut far = alert(&json!({"alertname": "WebCpuHigh"}), "firing");
    far["startsAt"] = json!("9999-12-31T23:59:59Z");
    let answer = stage.notify(message(&[broken, far])).await.ok();
    assert_eq!(answer["stored"], 1);
    let why = answer["unreadable"][0].as_str().unwrap();
    assert!(why.contains("alerts[0].startsAt") && why.contains("yesterday"), "{why}");
    assert_eq!(stage.daemon.scaler().alerts().table().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes_are_refused_with_what_to_do() {
    let stage = Stage::new();
    let labels = json!({"alertname": "WebCpuHigh", "filler": "x".repeat(10 << 20)});
    let answer = stage.notify(message(&[alert(&labels, "firing")])).await;
    let (status, why, fix) = answer.refusal();
    assert_eq!(status, 413);
    assert!(why.contains("8 MiB") && fix.contains("max_alerts"), "{why}; {fix}");
    assert!(stage.daemon.scaler().alerts().table().is_empty());
    let five = json!({"alertname": "WebCpuHigh", "filler": "x".repeat(5 << 20)});
    stage.notify(message(&[alert(&five, "firing")])).await.ok();
}

#[tokio::test(start_paused = true)]
async fn an_unknown_group_is_said_and_not_refused() {
    let stage = Stage::new();
    let labels = json!({"alertname": "WebCpuHigh", "autoscale_group": "wbe"});
    let answer = stage.notify(message(&[alert(&labels, "firing")])).await.ok();
    assert_eq!(answer, json!({"stored": 1, "unknown_groups": ["wbe"]}));
    assert!(stage.get("/metrics").await.text.contains("autoscaler_alerts_of_unknown_groups_total 1"));
}

#[tokio::test(start_paused = true)]
async fn the_webhook_wants_its_credential_where_one_is_set() {
    let stage = Stage::with(|daemon| {
        let (ours, theirs) = (ApiCredential::new(CREDENTIAL), ApiCredential::new("from-alertmanager"));
        daemon.credential(ours.unwrap()).webhook_credential(theirs.unwrap())
    });
    let body = notification(&[("WebCpuHigh", "firing")]);
    let send = |authorization: Option<&str>| {
        let request = Request::post("/webhook");
        let request = authorization.into_iter().fold(request, |r, value| r.header("Authorization", value));
        stage.send(request.body(Body::from(body.clone())).unwrap())
    };
    // echo -n alertmanager:from-alertmanager | base64, and so on.
    for right in [
        "Bearer from-alertmanager",
        "bearer  from-alertmanager",
        "Basic YWxlcnRtYW5hZ2VyOmZyb20tYWxlcnRtYW5hZ2Vy",
    ] {
        assert_eq!(send(Some(right)).await.status, 200, "{right}");
    }
    let other = format!("Bearer {CREDENTIAL}");
    for wrong in [
        None,
        Some("Bearer from-alertmanage"),
        Some("Bearer "),
        Some("from-alertmanager"),
        Some("Basic !!!"),
        Some("Basic YWxlcnRtYW5hZ2VyOg=="),
        Some(other.as_str()),
    ] {
        let answer = send(wrong).await;
        let (status, _, fix) = answer.refusal();
        assert_eq!(status, 401, "{wrong:?}");
        assert!(fix.contains("webhook_credentials"), "{fix}");
        assert!(answer.headers.get_all("www-authenticate").iter().count() == 2);
        assert!(!answer.text.contains("from-alertmanager"), "{}", answer.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_in_a_browser_can_not_post_under_whatever_name() {
    let stage = Stage::with(|daemon| {
        daemon
            .credential(ApiCredential::new(CREDENTIAL).unwrap())
            .hosts(["Scaler.example", "rooted.example."])
    });
    let send = |headers: &[(&str, &str)]| {
        let request = Request::post("/webhook");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        stage.send(request.body(Body::from(notification(&[("WebCpuHigh", "firing")]))).unwrap())
    };
    let shown = format!("Bearer {CREDENTIAL}");
    // A name that somebody made to mean this machine, and a page that says where it is from.
    for (headers, status, word) in [
        (vec![("Host", "evil.example:9480")], 421, "daemon.hosts"),
        (vec![("Host", "evil.example"), ("Authorization", "Bearer guessed")], 421, "daemon.hosts"),
        (vec![("Host", "127.0.0.1.evil.example")], 421, "daemon.hosts"),
        (vec![("Host", "localhost"), ("Origin", "http://evil.example")], 403, "Origin"),
        (vec![("Host", "127.0.0.1"), ("Origin", "null"), ("Authorization", &shown)], 403, "Origin"),
    ] {
        let answer = send(&headers).await;
        let (refused, message, fix) = answer.refusal();
        assert_eq!(refused, status, "{headers:?}");
        assert!(message.contains(word) || fix.contains(word), "{message}; {fix}");
    }
    assert!(stage.daemon.scaler().alerts().table().is_empty());
    for headers in [
        vec![],
        vec![("Host", "127.0.0.1:9480")],
        vec![("Host", "[::1]:9480")],
        vec![("Host", "LOCALHOST:9480")],
        vec![("Host", "scaler.example.:9480")],
        vec![("Host", "rooted.example")],
        vec![("Host", "any.name"), ("Authorization", &shown)],
    ] {
        assert_eq!(send(&headers).await.status, 200, "{headers:?}");
    }
    let metrics = stage.get("/metrics").await.text;
    assert!(metrics.contains("autoscaler_notifications_total{result=\"unauthorized\"} 5"), "{metrics}");
    // Reads too: what they tell is not for every page, and /plan costs something.
    let read = Request::get("/api/v1/groups").header("Host", "evil.example").body(Body::empty()).unwrap();
    assert_eq!(stage.send(read).await.status, 421);
}

#[tokio::test(start_paused = true)]
async fn a_notification_scales_and_waits_for_nothing() {
    let stage = Stage::new();
    stage.settle().await;
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    let group = stage.group().await;
    assert_eq!(group["in_service"], 2, "the answer did not wait for scaling");
    let group = stage.until("four members serve", |group| group["in_service"] == 4).await;
    assert_eq!(group["signal"], "high");
    let history = stage.get("/api/v1/groups/web/history?limit=1").await.ok();
    assert_eq!(history["activities"][0]["desired"], 4);
    assert!(history["activities"][0]["reason"].to_string().contains("WebCpuHigh"), "{history}");
}
