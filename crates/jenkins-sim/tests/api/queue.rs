//! The queue: quiet periods, blocking, executors, cancelling.

use jenkins_sim::{SeedJob, SeedParameter};
use serde_json::json;

use super::{Api, builder, seconds};

async fn item(api: &Api, id: u64) -> serde_json::Value {
    api.get(&format!("/queue/item/{id}/api/json")).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_job_that_may_not_run_twice_blocks() {
    let api = Api::new();
    let job =
        SeedJob::freestyle("slow", "sleep 60").parameter(SeedParameter::string("N", "")).quiet_period(0);
    api.sim.seed_job(&job).unwrap();
    api.trigger("/job/slow/buildWithParameters?N=1").await;
    seconds(1).await;
    api.trigger("/job/slow/buildWithParameters?N=2").await;
    let blocked = item(&api, 2).await;
    assert_eq!(blocked["_class"], "hudson.model.Queue$BlockedItem");
    assert_eq!((&blocked["blocked"], &blocked["buildable"]), (&json!(true), &json!(false)));
    assert_eq!(blocked["why"], "Build #1 is already in progress (ETA: N/A)");
    assert!(blocked["buildableStartMilliseconds"].is_i64());
    assert_eq!(api.read("/job/slow/api/json", "/inQueue").await, true);
    seconds(120).await;
    assert_eq!(item(&api, 2).await["executable"]["number"], 2);
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_executor_waits_for_one() {
    let api = Api::of(builder().executors(1).build());
    for name in ["one", "two"] {
        api.sim.seed_job(&SeedJob::freestyle(name, "sleep 60").quiet_period(0)).unwrap();
    }
    api.trigger("/job/one/build").await;
    api.trigger("/job/two/build").await;
    seconds(1).await;
    let waiting = item(&api, 2).await;
    assert_eq!(waiting["_class"], "hudson.model.Queue$BuildableItem");
    assert_eq!(
        (&waiting["pending"], &waiting["why"]),
        (&json!(false), &json!("Waiting for next available executor"))
    );
    let busy = api.get("/computer/api/json?depth=2").await.json();
    assert_eq!((&busy["busyExecutors"], &busy["totalExecutors"]), (&json!(1), &json!(1)));
    let running = &busy["computer"][0]["executors"][0]["currentExecutable"];
    assert_eq!(running["url"], "http://jenkins.test/job/one/1/");
    seconds(61).await;
    assert_eq!(item(&api, 2).await["executable"]["number"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_waits_for_its_node_in_its_log() {
    let api = Api::of(builder().executors(1).build());
    api.sim.seed_job(&SeedJob::freestyle("busy", "sleep 60").quiet_period(0)).unwrap();
    api.sim.seed_job(&SeedJob::pipeline("flow", "node { echo 'on a node' }").quiet_period(0)).unwrap();
    api.trigger("/job/busy/build").await;
    seconds(1).await;
    api.trigger("/job/flow/build").await;
    seconds(1).await;
    let console = api.get("/job/flow/1/consoleText").await.text;
    assert!(
        console.ends_with("Still waiting to schedule task\nWaiting for next available executor\n"),
        "{console}"
    );
    let one_off =
        api.read("/computer/api/json?depth=2", "/computer/0/oneOffExecutors/0/currentExecutable/url").await;
    assert_eq!(one_off, "http://jenkins.test/job/flow/1/");
    seconds(61).await;
    assert!(api.get("/job/flow/1/consoleText").await.text.contains("on a node"));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_item_can_still_be_read() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true")).unwrap();
    api.trigger("/job/free/build?delay=600sec").await;
    assert_eq!(api.read("/queue/api/json", "/items/0/id").await, 1);
    assert_eq!(api.post("/queue/cancelItem?id=1").await.status, 204);
    let left = item(&api, 1).await;
    assert_eq!((&left["_class"], &left["cancelled"]), (&json!("hudson.model.Queue$LeftItem"), &json!(true)));
    assert_eq!(left["executable"], json!(null));
    assert_eq!(api.post("/queue/cancelItem?id=1").await.status, 404);
    assert_eq!(api.read("/queue/api/json", "/items").await, json!([]));
    seconds(700).await;
    assert_eq!(api.sim.snapshot().builds("free").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_delay_is_taken_over() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true")).unwrap();
    api.trigger("/job/free/build?delay=600sec").await;
    assert_eq!(api.post("/job/free/build?delay=0sec").await.status, 303);
    seconds(1).await;
    assert_eq!(api.sim.snapshot().builds("free").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_while_jenkins_quiets_down() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true").quiet_period(0)).unwrap();
    assert_eq!(api.post("/quietDown").await.status, 302);
    assert_eq!(api.read("/api/json", "/quietingDown").await, true);
    api.trigger("/job/free/build").await;
    seconds(60).await;
    assert_eq!(item(&api, 1).await["why"], "Jenkins is about to shut down");
    api.post("/cancelQuietDown").await;
    seconds(1).await;
    assert_eq!(api.sim.snapshot().builds("free").count(), 1);
}
