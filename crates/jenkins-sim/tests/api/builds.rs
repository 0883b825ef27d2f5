//! Builds: stopping, results, artifacts, tests, permalinks.

use std::time::Duration;

use jenkins_sim::SeedJob;
use serde_json::{Value, json};

use super::{Api, pass, seconds};

async fn built(job: SeedJob) -> (Api, String) {
    let api = Api::new();
    let job = job.quiet_period(0);
    api.sim.seed_job(&job).unwrap();
    api.trigger(&format!("/job/{}/build", job.name)).await;
    seconds(1).await;
    let build = format!("/job/{}/1", job.name);
    (api, build)
}

#[tokio::test(start_paused = true)]
async fn a_freestyle_build_is_stopped_and_publishes() {
    let mut job = SeedJob::freestyle("free", "echo half > out.txt; sleep 600; echo whole > out.txt");
    job.artifacts = Some("*.txt".to_owned());
    let (api, build) = built(job).await;
    let reply = api.post(&format!("{build}/stop")).await;
    assert_eq!((reply.status, reply.header("location")), (302, "http://jenkins.test/job/free/1/"));
    seconds(1).await;
    let done = api.get(&format!("{build}/api/json")).await.json();
    assert_eq!((&done["result"], &done["building"]), (&json!("ABORTED"), &json!(false)));
    assert_eq!(api.get(&format!("{build}/artifact/out.txt")).await.text, "half\n");
    let console = api.get(&format!("{build}/consoleText")).await.text;
    assert!(console.contains("Aborted by alice\n") && console.ends_with("Finished: ABORTED\n"), "{console}");
}

const PATIENT: &str = "pipeline { agent any\n stages { stage('Wait') { steps { sleep 600 } } }\n post { aborted { echo 'tidy up' } } }";

#[tokio::test(start_paused = true)]
async fn a_stopped_pipeline_runs_its_post_and_a_killed_one_does_not() {
    for (how, tidied) in [("stop", true), ("term", true), ("kill", false)] {
        let (api, build) = built(SeedJob::pipeline("flow", PATIENT)).await;
        assert_eq!(api.post(&format!("{build}/{how}")).await.status, 302);
        seconds(1).await;
        assert_eq!(api.read(&format!("{build}/api/json"), "/result").await, "ABORTED");
        let console = api.get(&format!("{build}/consoleText")).await.text;
        assert_eq!(console.contains("tidy up"), tidied, "{how}: {console}");
        assert_eq!(api.read(&format!("{build}/wfapi/describe"), "/stages/0/status").await, "ABORTED");
        let busy = api.read("/computer/api/json", "/busyExecutors").await;
        assert_eq!(busy, 0, "after {how} an executor is still taken");
    }
}

#[tokio::test(start_paused = true)]
async fn the_result_is_there_before_the_end() {
    let (api, build) = built(SeedJob::pipeline("flow", "sleep 10")).await;
    // Past the start and the sleep, and within the time that finishing takes.
    pass(Duration::from_millis(9_300)).await;
    let nearly = api.get(&format!("{build}/api/json")).await.json();
    assert_eq!((&nearly["result"], &nearly["building"]), (&json!("SUCCESS"), &json!(true)));
    seconds(1).await;
    assert_eq!(api.read(&format!("{build}/api/json"), "/building").await, false);
}

#[tokio::test(start_paused = true)]
async fn a_failed_command_fails_the_build() {
    let (api, build) = built(SeedJob::freestyle("free", "echo before\nexit 3\necho after")).await;
    let console = api.get(&format!("{build}/consoleText")).await.text;
    assert!(console.contains("Build step 'Execute shell' marked build as failure"), "{console}");
    assert!(!console.contains("after"), "{console}");
    let job = api.get("/job/free/api/json").await.json();
    assert_eq!(job["color"], "red");
    assert_eq!(job["lastFailedBuild"]["number"], 1);
    assert_eq!(job["lastSuccessfulBuild"], Value::Null);
    assert_eq!(api.get("/job/free/lastUnsuccessfulBuild/api/json").await.status, 200);
    assert_eq!(api.get("/job/free/lastStableBuild/api/json").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn tests_that_fail_make_it_unstable() {
    let script = r#"node {
        writeFile file: 'out/report.xml', text: '''<testsuite name="s"><testcase classname="c" name="good" time="0.5"/>
            <testcase classname="c" name="bad"><failure message="no">trace</failure></testcase></testsuite>'''
        junit 'out/*.xml'
        archiveArtifacts artifacts: '**/*.xml'
    }"#;
    let (api, build) = built(SeedJob::pipeline("flow", script)).await;
    assert_eq!(api.read(&format!("{build}/api/json"), "/result").await, "UNSTABLE");
    let report = api.get(&format!("{build}/testReport/api/json")).await.json();
    assert_eq!((&report["passCount"], &report["failCount"]), (&json!(1), &json!(1)));
    let whole = api.get(&format!("{build}/testReport/api/json?depth=1")).await.json();
    assert_eq!(whole["suites"][0]["cases"][1]["status"], "FAILED");
    let zip = api.sim.service();
    let request = axum::http::Request::get(format!("{build}/artifact/*zip*/archive.zip"))
        .header("authorization", super::TOKEN)
        .body(axum::body::Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(zip, request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04") && bytes.windows(14).any(|window| window == b"out/report.xml"));
}

#[tokio::test(start_paused = true)]
async fn without_tests_there_is_no_report() {
    let (api, build) = built(SeedJob::freestyle("free", "true")).await;
    let reply = api.get(&format!("{build}/testReport/api/json")).await;
    assert_eq!(reply.status, 404);
    assert!(reply.text.contains("HTTP ERROR 404 Not Found"), "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn a_build_is_described_kept_and_deleted() {
    let (api, build) = built(SeedJob::freestyle("free", "true")).await;
    api.form(&format!("{build}/submitDescription"), "description=five+members").await;
    assert_eq!(api.read(&format!("{build}/api/json"), "/description").await, "five members");
    api.post(&format!("{build}/toggleLogKeep")).await;
    assert_eq!(api.read(&format!("{build}/api/json"), "/keepLog").await, true);
    assert_eq!(api.post(&format!("{build}/doDelete")).await.status, 400);
    api.post(&format!("{build}/toggleLogKeep")).await;
    assert_eq!(api.post(&format!("{build}/doDelete")).await.status, 302);
    assert_eq!(api.get(&format!("{build}/api/json")).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_password_and_a_credential_are_masked() {
    let script = "node { withCredentials([string(credentialsId: 'cloud', variable: 'KEY')]) { sh 'echo the key is $KEY' } }";
    let api = Api::new();
    let seed = r#"{"credentials": [{"id": "cloud", "secret": "hush-hush"}]}"#;
    api.sim.seed(&serde_json::from_str(seed).unwrap()).unwrap();
    api.sim.seed_job(&SeedJob::pipeline("flow", script).quiet_period(0)).unwrap();
    api.trigger("/job/flow/build").await;
    seconds(1).await;
    let console = api.get("/job/flow/1/consoleText").await.text;
    assert!(console.contains("the key is ****\n") && !console.contains("hush-hush"), "{console}");
}

#[tokio::test(start_paused = true)]
async fn old_builds_are_discarded() {
    let api = Api::new();
    let xml = "<project><properties><jenkins.model.BuildDiscarderProperty><strategy class=\"hudson.tasks.LogRotator\">\
               <numToKeep>2</numToKeep></strategy></jenkins.model.BuildDiscarderProperty></properties></project>";
    api.sim.seed_job(&SeedJob::xml("free", xml)).unwrap();
    for _ in 0..4 {
        api.trigger("/job/free/build?delay=0sec").await;
        seconds(1).await;
    }
    let numbers = api.read("/job/free/api/json?tree=builds[number]", "/builds").await;
    assert_eq!(
        numbers.as_array().unwrap().iter().map(|build| build["number"].as_u64().unwrap()).collect::<Vec<_>>(),
        [4, 3]
    );
}
