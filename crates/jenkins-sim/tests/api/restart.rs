//! Restarts: what survives, and what clients see meanwhile.

use jenkins_sim::SeedJob;
use serde_json::json;

use super::{Api, seconds};

async fn api() -> Api {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "sleep 60").quiet_period(0)).unwrap();
    api.sim.seed_job(&SeedJob::pipeline("flow", "node { sleep 60\n echo 'slept' }").quiet_period(0)).unwrap();
    api.sim.seed_job(&SeedJob::freestyle("later", "echo at last").quiet_period(20)).unwrap();
    for job in ["free", "flow", "later"] {
        api.trigger(&format!("/job/{job}/build")).await;
    }
    seconds(5).await;
    api
}

#[tokio::test(start_paused = true)]
async fn what_waits_and_pipelines_survive_and_freestyle_builds_do_not() {
    let api = api().await;
    let before = api.get("/api/json").await.header("x-jenkins-session").to_owned();
    assert_eq!(api.post("/restart").await.status, 302);

    let down = api.get("/api/json").await;
    assert_eq!((down.status, down.header("x-jenkins-session")), (503, ""));
    assert!(down.text.contains("Please wait while Jenkins is getting ready to work"), "{}", down.text);

    seconds(31).await;
    let up = api.get("/api/json").await;
    assert_eq!(up.status, 200);
    assert_ne!(up.header("x-jenkins-session"), before);
    let free = api.get("/job/free/1/api/json").await.json();
    assert_eq!((&free["result"], &free["building"]), (&json!("ABORTED"), &json!(false)));
    assert_eq!(api.get("/queue/item/1/api/json").await.status, 404, "an item that had left is forgotten");

    seconds(60).await;
    let flow = api.get("/job/flow/1/api/json").await.json();
    assert_eq!((&flow["result"], &flow["queueId"]), (&json!("SUCCESS"), &json!(2)));
    let console = api.get("/job/flow/1/consoleText").await.text;
    assert!(console.contains("Resuming build at") && console.contains("slept"), "{console}");
    assert_eq!(api.read("/queue/item/3/api/json", "/executable/number").await, 1);
    assert!(api.get("/job/later/1/consoleText").await.text.contains("at last"));
}

#[tokio::test(start_paused = true)]
async fn a_crash_fails_what_ran_and_cuts_its_log() {
    let api = api().await;
    api.sim.crash();
    seconds(31).await;
    let build = &api.sim.snapshot().jobs["free"].builds[0];
    assert_eq!(build.result.as_deref(), Some("FAILURE"));
    assert!(!build.console.contains("Finished"), "{}", build.console);
}

#[tokio::test(start_paused = true)]
async fn a_safe_restart_waits_for_freestyle_builds() {
    let api = api().await;
    assert_eq!(api.post("/safeRestart").await.status, 302);
    seconds(30).await;
    assert_eq!(api.read("/api/json", "/quietingDown").await, true);
    seconds(40).await;
    assert_eq!(api.get("/api/json").await.status, 503);
    seconds(30).await;
    assert_eq!(api.read("/job/free/1/api/json", "/result").await, "SUCCESS");
    seconds(60).await;
    assert_eq!(api.read("/job/flow/1/api/json", "/result").await, "SUCCESS");
    assert_eq!(api.sim.snapshot().builds("later").count(), 1);
}
