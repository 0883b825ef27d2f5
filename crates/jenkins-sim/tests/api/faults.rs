//! Faults that are dialled in.

use std::time::Duration;

use jenkins_sim::{ConnectionLost, Fault, SeedJob};
use serde_json::Value;

use super::{Api, seconds};

fn api(faults: &str) -> Api {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true").quiet_period(0)).unwrap();
    api.sim.faults().add_all(faults).unwrap();
    api
}

async fn builds(api: &Api) -> usize {
    seconds(5).await;
    api.sim.snapshot().builds("free").count()
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_taken_and_answers_502() {
    let api = api("trigger:lost=502*1");
    let reply = api.post("/job/free/build").await;
    assert_eq!((reply.status, reply.header("x-jenkins"), reply.header("location")), (502, "", ""));
    assert!(reply.text.contains("nginx"), "{}", reply.text);
    assert_eq!(builds(&api).await, 1);
    assert_eq!(api.post("/job/free/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_lost_or_a_request_never_arrives() {
    let lost = api("trigger:lost*1");
    assert_eq!(lost.send("POST", "/job/free/build", "", "").await.unwrap_err(), ConnectionLost);
    assert_eq!(builds(&lost).await, 1);
    let reset = api("trigger:reset*1");
    assert_eq!(reset.send("POST", "/job/free/build", "", "").await.unwrap_err(), ConnectionLost);
    assert_eq!(builds(&reset).await, 0);
}

#[tokio::test(start_paused = true)]
async fn jenkins_restarts_after_an_answer_or_crashes_before_it() {
    let restart = api("trigger:restart*1");
    assert_eq!(restart.post("/job/free/build").await.status, 201);
    assert_eq!(restart.get("/api/json").await.status, 503);
    let crash = api("trigger:crash*1");
    assert!(crash.send("POST", "/job/free/build", "", "").await.is_err());
    seconds(31).await;
    assert_eq!(builds(&crash).await, 1, "an item that waited survives");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_lets_nothing_start_until_it_is_over() {
    let api = api("executors:full~60s");
    api.trigger("/job/free/build").await;
    seconds(50).await;
    assert_eq!(api.read("/queue/item/1/api/json", "/why").await, "Waiting for next available executor");
    seconds(15).await;
    assert_eq!(builds(&api).await, 1);
}

#[tokio::test(start_paused = true)]
async fn slow_starts_late_answers_and_hangs_take_their_time() {
    let api = api("start:slow=30s*1,build:late=10s*1,queue:hang=5s*1");
    let begun = tokio::time::Instant::now();
    api.get("/queue/api/json").await;
    assert_eq!(begun.elapsed().as_secs(), 5);
    api.trigger("/job/free/build").await;
    seconds(20).await;
    assert_eq!(api.read("/queue/item/1/api/json", "/why").await, "pending - ???");
    seconds(15).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(api.get("/job/free/1/api/json").await.status, 200);
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn html_a_login_page_half_a_body_and_a_redirect() {
    let api = api(
        "GET /job/free/api/json:html=503*1,GET /job/free/api/json:login*1,GET /job/free/api/json:nonsense*1,GET /job/free/api/json:redirect*1,GET /job/free/api/json:429=7*1",
    );
    let path = "/job/free/api/json";
    let html = api.get(path).await;
    assert_eq!((html.status, html.header("content-type")), (503, "text/html;charset=utf-8"));
    let login = api.get(path).await;
    assert!(login.status == 200 && login.text.contains("<form") && login.header("x-jenkins").is_empty());
    let half = api.get(path).await;
    assert!(half.status == 200 && serde_json::from_str::<Value>(&half.text).is_err(), "{}", half.text);
    let redirect = api.get(path).await;
    assert_eq!((redirect.status, redirect.header("location")), (302, "/sso/login"));
    let slow_down = api.get(path).await;
    assert_eq!((slow_down.status, slow_down.header("retry-after")), (429, "7"));
    assert_eq!(api.get(path).await.status, 200);
    assert!(api.sim.faults().list().iter().all(|fault| fault.struck == 1));
}

#[tokio::test(start_paused = true)]
async fn the_control_plane_dials_them_in_too() {
    let api = Api::new().with_login(None);
    let added = api.send("POST", "/sim/faults", "", "trigger:lost=502*1,crumb:404").await.unwrap().json();
    assert_eq!(added["added"], serde_json::json!([1, 2]));
    let json = r#"{"target": "any", "effect": {"html": {"status": 502}}, "count": 1}"#;
    assert_eq!(api.send("POST", "/sim/faults", "", json).await.unwrap().status, 200);
    assert_eq!(api.get("/sim/faults").await.json().as_array().unwrap().len(), 3);
    assert_eq!(api.send("DELETE", "/sim/faults/2", "", "").await.unwrap().status, 200);
    assert_eq!(api.send("DELETE", "/sim/faults/2", "", "").await.unwrap().status, 404);
    let wrong = api.send("POST", "/sim/faults", "", "trigger:explode").await.unwrap();
    assert!(wrong.status == 400 && wrong.text.contains("an effect is one of"), "{}", wrong.text);
    let seed = r#"{"jobs": [{"name": "a/b", "commands": ["true"]}]}"#;
    assert_eq!(api.send("POST", "/sim/seed", "", seed).await.unwrap().status, 200);
    let snapshot = api.get("/sim").await.json();
    assert!(snapshot["jobs"]["a/b"].is_object() && snapshot["up"] == true, "{snapshot}");
    assert_eq!(api.post("/sim/restart").await.status, 200);
    assert_eq!(api.read("/sim/snapshot", "/up").await, false);
}

#[test]
fn a_fault_reads_back_as_json() {
    for text in
        ["trigger:lost=502*1", "executors:full", "start:slow=30s", "GET /x:login%10", "any:crash^2+5s~60s"]
    {
        let fault: Fault = text.parse().unwrap();
        let json = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&json).unwrap(), fault, "{json}");
    }
}
