//! Questions of a pipeline to people.

use jenkins_sim::SeedJob;
use serde_json::json;

use super::{Api, seconds};

const ASKING: &str = "pipeline { agent none\n stages { stage('Approve') { steps { script {\n def size = input message: 'Scale?', id: \
                      'approve', ok: 'Go', parameters: [string(name: 'SIZE', defaultValue: '3')]\n echo \"to ${size}\" } } } } }";

async fn asked(script: &str) -> Api {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::pipeline("flow", script).quiet_period(0)).unwrap();
    api.trigger("/job/flow/build").await;
    seconds(60).await;
    api
}

async fn result(api: &Api) -> serde_json::Value {
    seconds(1).await;
    api.read("/job/flow/1/api/json", "/result").await
}

#[tokio::test(start_paused = true)]
async fn a_question_waits_and_takes_values() {
    let api = asked(ASKING).await;
    let described = api.get("/job/flow/1/wfapi/describe").await.json();
    assert_eq!(
        (&described["status"], &described["stages"][0]["status"]),
        (&json!("PAUSED_PENDING_INPUT"), &json!("PAUSED_PENDING_INPUT"))
    );
    assert!(described["_links"].get("pendingInputActions").is_some());
    let pending = api.get("/job/flow/1/wfapi/pendingInputActions").await.json();
    assert_eq!(
        (&pending[0]["id"], &pending[0]["message"], &pending[0]["proceedText"]),
        (&json!("Approve"), &json!("Scale?"), &json!("Go"))
    );
    assert_eq!(pending[0]["inputs"][0]["name"], "SIZE");
    assert_eq!(pending[0]["abortUrl"], "/job/flow/1/input/Approve/abort");
    let form = "json=%7B%22parameter%22%3A%5B%7B%22name%22%3A%22SIZE%22%2C%22value%22%3A%225%22%7D%5D%7D";
    assert_eq!(api.form("/job/flow/1/wfapi/inputSubmit?inputId=Approve", form).await.status, 200);
    assert_eq!(result(&api).await, "SUCCESS");
    let console = api.get("/job/flow/1/consoleText").await.text;
    assert!(console.contains("Approved by alice\n") && console.contains("to 5\n"), "{console}");
    let paused = api.read("/job/flow/1/wfapi/describe", "/pauseDurationMillis").await;
    assert!(paused.as_u64().unwrap() > 59_000, "{paused}");
}

#[tokio::test(start_paused = true)]
async fn going_on_without_values_gives_none_and_not_the_defaults() {
    let api = asked(ASKING).await;
    assert_eq!(api.post("/job/flow/1/input/Approve/proceedEmpty").await.status, 200);
    assert_eq!(result(&api).await, "SUCCESS");
    assert!(api.get("/job/flow/1/consoleText").await.text.contains("to null\n"));
    assert_eq!(api.post("/job/flow/1/input/Approve/proceedEmpty").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn no_aborts_the_build() {
    let api = asked(ASKING).await;
    assert_eq!(api.post("/job/flow/1/input/Approve/abort").await.status, 200);
    assert_eq!(result(&api).await, "ABORTED");
    assert!(api.get("/job/flow/1/consoleText").await.text.contains("Rejected by alice"));
}

#[tokio::test(start_paused = true)]
async fn nobody_answering_in_time_aborts_it_too() {
    let api = asked("timeout(time: 5, unit: 'MINUTES') { input 'Go on?' }").await;
    seconds(300).await;
    assert_eq!(result(&api).await, "ABORTED");
    assert!(api.get("/job/flow/1/consoleText").await.text.contains("Cancelling nested steps due to timeout"));
}
