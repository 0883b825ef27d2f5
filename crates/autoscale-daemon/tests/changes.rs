//! What may be asked of a group, and who may ask.

use std::sync::atomic::Ordering;
use std::time::Duration;

use autoscale_api::client::{ErrorKind, LONGEST_WAIT};
use autoscale_api::{MemberAction, MemberRequest, Outcome, SetDesired, SetMode, Span};
use axum::body::Body;
use http::Request;
use scaler_core::model::{Amount, InstanceId};
use scaler_core::state::GroupMode;
use serde_json::json;

use crate::stage::{CREDENTIAL, Stage, notification};

const DESIRED: &str = "/api/v1/groups/web/desired";

#[tokio::test(start_paused = true)]
async fn nothing_changes_without_the_credential() {
    let stage = Stage::new();
    let calls = [
        ("PUT", DESIRED),
        ("POST", "/api/v1/groups/web/mode"),
        ("POST", "/api/v1/groups/web/members/1/protect"),
    ];
    for (method, path) in calls {
        for wrong in ["", "Bearer nope", &format!("Token {CREDENTIAL}")] {
            let request = Request::builder().method(method).uri(path).header("Authorization", wrong);
            let answer = stage.send(request.body(Body::from("{\"desired\": 3}")).unwrap()).await;
            let (status, _, fix) = answer.refusal();
            assert_eq!(status, 401, "{method} {path}");
            assert!(fix.contains("daemon.credentials"), "{fix}");
        }
    }
    let open = Stage::with(|daemon| daemon);
    for (method, path) in calls {
        let answer = open.change(method, path, json!({"desired": 3})).await;
        assert_eq!(answer.refusal().0, 403, "without a credential the door is shut: {method} {path}");
    }
    assert_eq!(open.get("/api/v1/groups").await.status, 200, "reading needs none");
}

#[tokio::test(start_paused = true)]
async fn a_size_is_asked_for_and_waited_for_through_restarts_of_the_wait() {
    let stage = Stage::new();
    stage.settle().await;
    let client = stage.client();
    let mut ask = SetDesired::to(4).reason("release 4.2").who("ops");
    ask.wait = Some(Span(LONGEST_WAIT));
    ask.request_id = Some("r-1".to_owned());
    let first = client.set_desired("web", &ask).await.unwrap();
    assert!(!first.repeated);
    assert_eq!(first.desired, 4);
    let mut last = first.clone();
    for _ in 0..20 {
        if last.ending.is_some() {
            break;
        }
        last = client.set_desired("web", &ask).await.unwrap();
        assert!(last.repeated);
        assert_eq!(last.position, first.position, "asked twice, and it counts once");
    }
    assert_eq!(last.ending, Some(Outcome::Reached));
    let status = client.group("web").await.unwrap();
    assert_eq!((status.in_service, status.desired), (4, Some(4)));
    let history = client.history("web", 5).await.unwrap();
    let cause = history.activities[0].cause.to_string();
    assert!(cause.contains("ops: release 4.2"), "{cause}");
}

#[tokio::test(start_paused = true)]
async fn more_and_fewer_are_counted_from_what_is_desired() {
    let stage = Stage::new();
    stage.settle().await;
    let client = stage.client();
    let more = client.set_desired("web", &SetDesired::add(Amount::Percent(50))).await.unwrap();
    assert_eq!(more.desired, 3);
    stage.until("three serve", |group| group["in_service"] == 3).await;
    let fewer = client.set_desired("web", &SetDesired::remove(Amount::Count(1))).await.unwrap();
    assert_eq!(fewer.desired, 2);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_tells_and_does_nothing() {
    let stage = Stage::new();
    stage.settle().await;
    let before = (stage.deeds(), stage.group().await["position"].clone());
    let plan = stage.client().plan_with("web", &SetDesired::to(5)).await.unwrap();
    assert_eq!((plan.desired, plan.previous), (Some(5), Some(2)));
    assert_eq!(plan.steps.len(), 3);
    assert!(plan.to_string().contains("create web-"), "{plan}");
    assert_eq!((stage.deeds(), stage.group().await["position"].clone()), before);
    let now = stage.client().plan("web").await.unwrap();
    assert!(now.steps.is_empty(), "{now}");
}

#[tokio::test(start_paused = true)]
async fn a_generation_that_is_past_is_a_conflict() {
    let stage = Stage::new();
    stage.settle().await;
    let current = stage.group().await["generation"].as_u64().unwrap();
    for more in [json!({}), json!({"dry_run": true})] {
        let mut body = json!({"desired": 3, "generation": current + 7});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = stage.change("PUT", DESIRED, body).await;
        let (status, why, _) = answer.refusal();
        assert_eq!(status, 409, "{}", answer.text);
        assert!(why.contains(&format!("at generation {current}")), "{why}");
    }
    assert_eq!(stage.change("PUT", DESIRED, json!({"desired": 3, "generation": current})).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn requests_that_make_no_sense_name_the_field() {
    let stage = Stage::new();
    for (body, field) in [
        (json!({}), Some("desired")),
        (json!({"desired": 3, "add": 1}), Some("desired")),
        (json!({"desired": -1}), Some("desired")),
        (json!({"desired": 3, "floor_for": "soon"}), Some("floor_for")),
        (json!({"add": "many"}), Some("add")),
        (json!({"add": 0}), Some("add")),
        (json!({"desired": 3, "reason": "x".repeat(501)}), Some("reason")),
        (json!({"desired": 3, "request_id": ""}), Some("request_id")),
    ] {
        let answer = stage.change("PUT", DESIRED, body.clone()).await;
        assert_eq!((answer.refusal().0, answer.field()), (400, field), "{body}: {}", answer.text);
    }
    let misspelt = stage.change("PUT", DESIRED, json!({"desird": 3})).await;
    assert!(misspelt.refusal().1.contains("desird"), "{}", misspelt.text);
    let large = stage.change("PUT", DESIRED, json!({"reason": "x".repeat(100_000)})).await;
    assert_eq!(large.refusal().0, 413);
    let broken = Request::put(DESIRED).header("Authorization", format!("Bearer {CREDENTIAL}"));
    let broken = stage.send(broken.body(Body::from("{\"desired\": 3} x")).unwrap()).await;
    assert_eq!(broken.refusal().0, 400);
    for (path, status, part) in [
        ("/api/v1/groups/wbe/desired", 404, "web"),
        ("/api/v1/groups/web/members/x/protect", 400, "number"),
        ("/api/v1/groups/web/members/5/explode", 404, "standby"),
        ("/api/v1/groups/web/members/5/protect", 404, "not a member"),
        ("/api/v1/groups/web/desired/", 404, "nothing"),
    ] {
        let method = if path.ends_with("desired") { "PUT" } else { "POST" };
        let body = if method == "PUT" { json!({"desired": 3}) } else { json!({}) };
        let answer = stage.change(method, path, body).await;
        let (got, why, fix) = answer.refusal();
        assert_eq!(got, status, "{path}");
        assert!(why.contains(part) || fix.contains(part), "{path}: {why}; {fix}");
    }
    let answer = stage.change("DELETE", DESIRED, json!({})).await;
    assert_eq!(answer.refusal().0, 405);
}

#[tokio::test(start_paused = true)]
async fn a_mode_holds_until_it_ends_and_says_who_and_why() {
    let stage = Stage::new();
    stage.settle().await;
    let mut paused = SetMode::new(GroupMode::Paused);
    paused.lasts = Some("10m".parse().unwrap());
    paused.reason = "maintenance".to_owned();
    let done = stage.client().set_mode("web", &paused).await.unwrap();
    assert!(done.done.contains("paused until"), "{}", done.done);
    let refused = stage.change("PUT", DESIRED, json!({"desired": 3})).await;
    let (status, why, fix) = refused.refusal();
    assert_eq!(status, 409);
    assert!(why.contains("paused") && fix.contains("mode"), "{why}; {fix}");
    let metrics = stage.get("/metrics").await.text;
    assert!(metrics.contains("autoscaler_mode{group=\"web\",mode=\"paused\"} 1"), "{metrics}");
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert_eq!(stage.change("PUT", DESIRED, json!({"desired": 3})).await.status, 202);
    let unknown = stage.change("POST", "/api/v1/groups/web/mode", json!({"mode": "sleep"})).await;
    assert_eq!((unknown.refusal().0, unknown.field()), (400, Some("mode")));
}

#[tokio::test(start_paused = true)]
async fn members_are_protected_put_aside_replaced_and_let_go() {
    let stage = Stage::new();
    stage.settle().await;
    let client = stage.client();
    let status = client.group("web").await.unwrap();
    let ids: Vec<InstanceId> = status.members.iter().filter_map(|member| member.instance).collect();
    let ask = MemberRequest::default();

    client.member("web", ids[0], MemberAction::Protect, &ask).await.unwrap();
    assert!(client.group("web").await.unwrap().members[0].protected);
    client.member("web", ids[0], MemberAction::Unprotect, &ask).await.unwrap();
    assert!(!client.group("web").await.unwrap().members[0].protected);

    client.member("web", ids[1], MemberAction::Standby, &ask).await.unwrap();
    stage.until("another one takes its place", |group| group["in_service"] == 2).await;
    client.member("web", ids[1], MemberAction::Release, &ask).await.unwrap();
    let status = client.group("web").await.unwrap();
    assert!(status.members.iter().all(|member| member.instance != Some(ids[1])));
    let exists = stage.simulator.snapshot().instances.iter().any(|instance| instance.id == ids[1].0);
    assert!(exists, "released is left as it is");
    client.member("web", ids[1], MemberAction::Adopt, &ask).await.unwrap();

    client.member("web", ids[0], MemberAction::Replace, &ask).await.unwrap();
    let again = client.member("web", ids[0], MemberAction::Replace, &ask).await.unwrap();
    assert!(again.done.contains("being replaced"), "{}", again.done);
    let gone = |group: &serde_json::Value| {
        group["members"].as_array().unwrap().iter().all(|member| member["instance"] != ids[0].0)
    };
    stage.until("the replaced one is gone", gone).await;
    let stranger = client.member("web", InstanceId(1), MemberAction::Replace, &ask).await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::NotFound, "{stranger}");
    let stranger = client.member("web", InstanceId(1), MemberAction::Adopt, &ask).await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::Conflict, "{stranger}");
}

#[tokio::test(start_paused = true)]
async fn an_alert_is_dropped_by_its_fingerprint_and_only_with_the_credential() {
    let stage = Stage::new();
    stage.settle().await;
    stage.notify(notification(&[("WebCpuHigh", "firing")])).await.ok();
    let held = stage.get("/api/v1/alerts").await.ok();
    let (alert, standing) = (&held["alerts"][0], &held["alerts"][0]["standing"]);
    assert_eq!((standing, &alert["policies"]["web"]), (&json!("firing"), &json!(["WebCpuHigh"])), "{held}");
    let ask = json!({"fingerprints": [alert["fingerprint"], "no-such"], "who": "anna", "reason": "its end was lost"});
    let without = Request::post("/api/v1/alerts/forget").body(Body::from(ask.to_string())).unwrap();
    assert_eq!(stage.send(without).await.status, 401);
    let done = stage.change("POST", "/api/v1/alerts/forget", ask.clone()).await.ok();
    assert_eq!(done, json!({"forgotten": [alert["fingerprint"]], "unknown": ["no-such"]}));
    assert_eq!(stage.get("/api/v1/alerts").await.ok(), json!({"alerts": []}));
}

#[tokio::test(start_paused = true)]
async fn one_call_sets_the_mode_of_every_group_and_tells_which_did_not_take_it() {
    let stage = Stage::new();
    stage.settle().await;
    let ask = json!({"mode": "add_only", "who": "anna"});
    let done = stage.change("POST", "/api/v1/mode", ask.clone()).await.ok();
    assert_eq!(done, json!({"groups": [{"group": "web"}]}));
    assert_eq!(stage.group().await["mode"], "add_only");
    stage.store.failing.store(true, Ordering::SeqCst);
    let done = stage.change("POST", "/api/v1/mode", ask).await.ok();
    let why = done["groups"][0]["error"].as_str().unwrap();
    assert!(why.contains("disk full"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_change_does_not_wait_for_ever_for_a_store_that_hangs() {
    let stage = Stage::new();
    stage.settle().await;
    let member = stage.group().await["members"][0]["instance"].as_u64().unwrap();
    stage.store.hang.store(true, Ordering::SeqCst);
    for (method, path, body) in [
        ("POST", format!("/api/v1/groups/web/members/{member}/protect"), json!({})),
        ("POST", format!("/api/v1/groups/web/members/{member}/standby"), json!({})),
        ("POST", "/api/v1/groups/web/mode".to_owned(), json!({"mode": "paused"})),
        ("PUT", "/api/v1/groups/web/desired".to_owned(), json!({"desired": 3})),
    ] {
        let answer = tokio::time::timeout(Duration::from_secs(10), stage.change(method, &path, body)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{path} waits for ever"));
        let (status, why, _) = answer.refusal();
        assert_eq!(status, 503);
        assert!(why.contains("may still do so"), "{why}");
    }
}
