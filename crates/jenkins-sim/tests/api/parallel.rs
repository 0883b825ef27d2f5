//! Branches of `parallel` and cells of `matrix`: at the same time.

use jenkins_sim::{SeedJob, SimulatorBuilder};
use serde_json::json;

use super::{Api, builder, seconds};

async fn begun(builder: SimulatorBuilder, script: &str) -> Api {
    let api = Api::of(builder.build());
    api.sim.seed_job(&SeedJob::pipeline("flow", script).quiet_period(0)).unwrap();
    api.trigger("/job/flow/build").await;
    api
}

async fn console(api: &Api) -> String {
    api.get("/job/flow/1/consoleText").await.text
}

/// The result and the length of the build in seconds, after some time.
async fn ended(api: &Api, after: u64) -> (String, u64) {
    seconds(after).await;
    let build = api.get("/job/flow/1/api/json").await.json();
    let result = build["result"].as_str().unwrap_or_default().to_owned();
    (result, build["duration"].as_u64().unwrap() / 1000)
}

async fn stages(api: &Api) -> Vec<(String, String)> {
    let described = api.get("/job/flow/1/wfapi/describe").await.json();
    let text = |stage: &serde_json::Value, name: &str| stage[name].as_str().unwrap_or_default().to_owned();
    described["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "name"), text(one, "status")))
        .collect()
}

const TWO: &str = "pipeline { agent any\n environment { WHERE = 'here' }\n stages { stage('Both') { parallel {\n stage('One') { \
                   steps { sh 'echo one $WHERE; sleep 60; echo one is done' } }\n stage('Two') { environment { WHERE = 'there' }\n \
                   steps { sh 'echo two $WHERE; sleep 45; echo two is done' } } } }\n stage('After') { steps { echo 'after' } } } }";

#[tokio::test(start_paused = true)]
async fn branches_overlap_each_with_its_environment() {
    let api = begun(builder(), TWO).await;
    assert_eq!(ended(&api, 300).await, ("SUCCESS".to_owned(), 60), "{}", console(&api).await);
    let console = console(&api).await;
    let at = |text: &str| console.find(text).unwrap_or_else(|| panic!("{text}:\n{console}"));
    assert!(at("one here") < at("two is done") && at("two there") < at("one is done"), "{console}");
    assert!(at("two is done") < at("one is done") && at("// parallel") < at("after\n"), "{console}");
    assert!(console.contains("[Pipeline] parallel\n[Pipeline] { (Branch: One)\n"), "{console}");
    let names = ["Both", "One", "Two", "After"].map(|name| (name.to_owned(), "SUCCESS".to_owned()));
    assert_eq!(stages(&api).await, names);
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_fails_lets_the_others_end() {
    let script = "node { parallel a: { stage('A') { sleep 5\n error 'bad' } }, b: { stage('B') { sleep 30\n echo 'b is done' } } }\n\
                  echo 'never'";
    let api = begun(builder(), script).await;
    assert_eq!(ended(&api, 300).await, ("FAILURE".to_owned(), 30), "{}", console(&api).await);
    let console = console(&api).await;
    assert!(console.contains("Failed in branch a\n") && console.contains("b is done\n"), "{console}");
    assert!(console.contains("ERROR: bad\n") && !console.contains("never"), "{console}");
    assert_eq!(
        stages(&api).await[..2],
        [("A", "FAILED"), ("B", "SUCCESS")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn fail_fast_ends_the_others_at_once() {
    for script in [
        "parallel failFast: true, a: { sleep 5\n error 'bad' }, b: { node { sleep 300\n echo 'b is done' } }",
        "pipeline { agent any\n stages { stage('Both') { failFast true\n parallel {\n stage('A') { steps { sleep 5\n error 'bad' } }\n \
         stage('B') { steps { sleep 300\n echo 'b is done' } } } } } }",
    ] {
        let api = begun(builder(), script).await;
        assert_eq!(ended(&api, 60).await, ("FAILURE".to_owned(), 5), "{}", console(&api).await);
        assert!(!console(&api).await.contains("b is done"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_branch_throws_is_caught_around_them_or_within() {
    let script = "try { parallel a: { error 'bad' }, b: { try { error 'worse' } catch (e) { echo \"within ${e.message}\" } } } \
                  catch (e) { echo \"around ${e.message}\" }";
    let api = begun(builder(), script).await;
    assert_eq!(ended(&api, 60).await.0, "SUCCESS");
    let console = console(&api).await;
    assert!(console.contains("within worse\n") && console.contains("around bad\n"), "{console}");
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_every_branch_and_their_posts_run() {
    for level in ["stop", "term", "kill"] {
        let script = TWO
            .replace("steps { sh 'echo one", "post { always { echo 'post of one' } }\n steps { sh 'echo one");
        let api = begun(builder(), &script).await;
        seconds(10).await;
        assert_eq!(api.post(&format!("/job/flow/1/{level}")).await.status, 302);
        assert_eq!(ended(&api, 5).await, ("ABORTED".to_owned(), 10), "{level}: {}", console(&api).await);
        let console = console(&api).await;
        assert!(!console.contains("is done"), "{level}: {console}");
        assert_eq!(console.contains("post of one"), level != "kill", "{level}: {console}");
        let computer = api.read("/computer/api/json", "/busyExecutors").await;
        assert_eq!(computer, 0, "{level}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_around_branches_ends_all_of_them() {
    let api =
        begun(builder(), "timeout(time: 20) { parallel a: { sleep 5000 }, b: { input 'Go on?' } }").await;
    assert_eq!(ended(&api, 1300).await, ("ABORTED".to_owned(), 1200), "{}", console(&api).await);
    assert_eq!(api.get("/job/flow/1/wfapi/pendingInputActions").await.json(), json!([]));
}

#[tokio::test(start_paused = true)]
async fn each_branch_with_a_node_takes_an_executor() {
    let script = "parallel a: { node { sleep 60 } }, b: { node { sleep 60 } }, c: { node { sleep 60 } }";
    for (executors, lasts) in [(1, 180), (2, 120), (3, 60)] {
        let api = begun(builder().executors(executors), script).await;
        seconds(1).await;
        assert_eq!(api.read("/computer/api/json", "/busyExecutors").await, executors);
        assert_eq!(ended(&api, 300).await, ("SUCCESS".to_owned(), lasts), "{executors}");
        assert_eq!(api.read("/computer/api/json", "/busyExecutors").await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_within_a_node_does_not_free_the_executor_around_it() {
    let script = "pipeline { agent any\n stages { stage('A') { agent any\n steps { echo 'a' } }\n stage('B') { steps { sleep 60 } } } }";
    let api = begun(builder(), script).await;
    seconds(10).await;
    assert_eq!(api.read("/computer/api/json", "/busyExecutors").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_question_in_one_branch_holds_no_other() {
    let script = "parallel ask: { stage('Ask') { def size = input message: 'How many?', id: 'size', parameters: [string(name: 'N', \
                  defaultValue: '3')]\n echo \"to ${size}\" } }, work: { stage('Work') { sleep 30\n echo 'worked' } }";
    let api = begun(builder(), script).await;
    seconds(60).await;
    assert_eq!(
        stages(&api).await,
        [("Ask", "PAUSED_PENDING_INPUT"), ("Work", "SUCCESS")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert!(console(&api).await.contains("worked\n"));
    assert_eq!(api.post("/job/flow/1/input/Size/proceedEmpty").await.status, 200);
    assert_eq!(ended(&api, 5).await.0, "SUCCESS");
    assert!(console(&api).await.contains("to null\n"));
}

#[tokio::test(start_paused = true)]
async fn branches_go_on_after_a_restart() {
    let api = begun(builder(), TWO).await;
    seconds(20).await;
    api.sim.restart();
    assert_eq!(ended(&api, 300).await.0, "SUCCESS", "{}", console(&api).await);
    let console = console(&api).await;
    for once in ["\none is done\n", "\ntwo is done\n", "\nafter\n"] {
        assert_eq!(console.matches(once).count(), 1, "{once}: {console}");
    }
}

#[tokio::test(start_paused = true)]
async fn branches_have_branches() {
    let script = "parallel a: { parallel([c: { sleep 10 }, d: { sleep 20 }])\n sleep 5\n echo 'a' }, b: { sleep 10\n echo 'b' }\n\
                  echo 'over'";
    let api = begun(builder(), script).await;
    assert_eq!(ended(&api, 60).await, ("SUCCESS".to_owned(), 25), "{}", console(&api).await);
    assert_eq!(console(&api).await.matches("// parallel").count(), 2);
}

const MATRIX: &str = "pipeline { agent none\n stages { stage('Test') { matrix {\n axes { axis { name 'OS'\n values 'linux', 'mac' }\n \
                      axis { name 'DB'\n values 'sqlite', 'pg', 'none' } }\n excludes { exclude { axis { name 'OS'\n values 'mac' }\n \
                      axis { name 'DB'\n notValues 'sqlite' } } }\n environment { FROM = 'cell' }\n stages {\n stage('Build') { steps { \
                      sh 'sleep 20' } }\n stage('Check') { steps { echo \"${env.OS} on ${env.DB} by ${env.FROM}\" } } } } } } }";

#[tokio::test(start_paused = true)]
async fn the_cells_of_a_matrix_overlap_but_for_those_that_are_excluded() {
    let api = begun(builder(), MATRIX).await;
    assert_eq!(ended(&api, 300).await, ("SUCCESS".to_owned(), 20), "{}", console(&api).await);
    let console = console(&api).await;
    for cell in ["linux on sqlite", "linux on pg", "linux on none", "mac on sqlite"] {
        assert!(console.contains(&format!("{cell} by cell\n")), "{cell}: {console}");
    }
    assert!(!console.contains("mac on pg") && !console.contains("mac on none"), "{console}");
    assert!(console.contains("[Pipeline] { (Branch: Matrix - OS = 'linux', DB = 'sqlite')\n"), "{console}");
    assert_eq!(stages(&api).await.len(), 1 + 4 * 3);
}

#[tokio::test(start_paused = true)]
async fn a_matrix_that_is_wrong_is_named_with_its_line() {
    let api = Api::new();
    for (without, says) in [
        ("axes", "WorkflowScript: 2: Missing required section \"axes\""),
        ("values", "WorkflowScript: 3: Missing required section \"values\" of an axis"),
        ("stages {\n", "Missing required section \"stages\""),
    ] {
        let script = match without {
            "axes" => {
                "pipeline { agent any\n stages { stage('T') { matrix {\n stages { stage('B') { steps { echo 'b' } } } } } } }"
            }
            "values" => {
                "pipeline { agent any\n stages { stage('T') { matrix {\n axes { axis { name 'A' } }\n stages { stage('B') { steps { \
                 echo 'b' } } } } } } }"
            }
            _ => {
                "pipeline { agent any\n stages { stage('T') { matrix {\n axes { axis { name 'A'\n values 'b' } } } } } }"
            }
        };
        let form: String = url_form("jenkinsfile", script);
        let answer = api.form("/pipeline-model-converter/validate", &form).await;
        assert!(answer.text.contains(says), "{says}: {}", answer.text);
    }
}

fn url_form(name: &str, value: &str) -> String {
    let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{name}={encoded}")
}
