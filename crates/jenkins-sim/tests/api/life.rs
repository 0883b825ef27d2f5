//! A job from its creation to its end.

use jenkins_sim::{SeedJob, SeedParameter};
use serde_json::{Value, json};

use super::{Api, seconds};

const SCRIPT: &str = r#"
pipeline {
    agent any
    stages {
        stage('Check') {
            steps {
                script {
                    if (!(params.DESIRED ==~ /\d+/)) { error "DESIRED must be digits, not ${params.DESIRED}" }
                }
            }
        }
        stage('Scale') {
            steps {
                echo "scaling to ${params.DESIRED}"
                sh 'echo $DESIRED > size.txt; sleep 30; echo done'
                archiveArtifacts artifacts: '*.txt'
            }
        }
    }
    post {
        failure { echo 'that went wrong' }
        always { echo 'the end' }
    }
}
"#;

fn scale() -> SeedJob {
    SeedJob::pipeline("infra/scale-web", SCRIPT).parameter(SeedParameter::string("DESIRED", "2"))
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_goes_from_the_trigger_to_its_result() {
    let api = Api::new();
    api.sim.seed_job(&scale()).unwrap();
    let item = api.trigger("/job/infra/job/scale-web/buildWithParameters?DESIRED=5").await;
    let waiting = api.get(&format!("{item}api/json")).await.json();
    assert_eq!(waiting["_class"], "hudson.model.Queue$WaitingItem");
    assert_eq!(waiting["task"]["name"], "scale-web");
    assert_eq!(waiting["params"], "\nDESIRED=5");
    assert_eq!(waiting["why"], "In the quiet period. Expires in 5.0 sec");

    seconds(6).await;
    let left = api.get(&format!("{item}api/json")).await.json();
    assert_eq!(left["_class"], "hudson.model.Queue$LeftItem");
    assert_eq!(left["why"], Value::Null);
    assert_eq!(left["executable"]["url"], "http://jenkins.test/job/infra/job/scale-web/1/");
    let build = "/job/infra/job/scale-web/1";
    let running = api.get(&format!("{build}/api/json")).await.json();
    assert_eq!((&running["building"], &running["result"]), (&json!(true), &Value::Null));
    let first = api.get(&format!("{build}/logText/progressiveText?start=0")).await;
    assert_eq!(first.header("x-more-data"), "true");
    assert!(first.text.ends_with("+ sleep 30\n"), "{}", first.text);
    let next: usize = first.header("x-text-size").parse().unwrap();
    assert!(next > first.text.len());

    seconds(31).await;
    let rest = api.get(&format!("{build}/logText/progressiveText?start={next}")).await;
    assert_eq!(rest.headers.get("x-more-data"), None);
    assert_eq!(first.text + &rest.text, api.get(&format!("{build}/consoleText")).await.text);
    assert!(rest.text.contains("the end") && rest.text.ends_with("Finished: SUCCESS\n"), "{}", rest.text);
    let done = api.get(&format!("{build}/api/json")).await.json();
    assert_eq!((&done["building"], &done["result"]), (&json!(false), &json!("SUCCESS")));
    assert_eq!(done["artifacts"][0]["relativePath"], "size.txt");
    assert_eq!(api.get(&format!("{build}/artifact/size.txt")).await.text, "5\n");
    assert_eq!(
        done["actions"][0]["parameters"][0],
        json!({
            "_class": "hudson.model.StringParameterValue", "name": "DESIRED", "value": "5"
        })
    );
    let stages = api.read(&format!("{build}/wfapi/describe"), "/stages").await;
    let names: Vec<&str> =
        stages.as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Check", "Scale", "Declarative: Post Actions"]);

    // The item is forgotten, and the build is found by its queue id.
    seconds(300).await;
    assert_eq!(api.get(&format!("{item}api/json")).await.status, 404);
    let found =
        api.read("/job/infra/job/scale-web/api/json?tree=builds[number,queueId]{0,50}", "/builds/0").await;
    assert_eq!((&found["number"], &found["queueId"]), (&json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_value_that_the_pipeline_refuses_fails_it() {
    let api = Api::new();
    api.sim.seed_job(&scale()).unwrap();
    api.trigger("/job/infra/job/scale-web/buildWithParameters?DESIRED=5;reboot&delay=0sec").await;
    seconds(1).await;
    let build = &api.sim.snapshot().jobs["infra/scale-web"].builds[0];
    assert_eq!(build.result.as_deref(), Some("FAILURE"));
    assert!(build.console.contains("that went wrong"), "{}", build.console);
    assert!(build.console.contains("ERROR: DESIRED must be digits, not 5;reboot"), "{}", build.console);
    assert!(!build.console.contains("scaling to"), "{}", build.console);
    let stages = api.read("/job/infra/job/scale-web/1/wfapi/describe", "/stages").await;
    assert_eq!(stages[0]["status"], "FAILED");
    assert_eq!(stages[0]["error"]["message"], "DESIRED must be digits, not 5;reboot");
}
