//! Jobs, folders, views, nodes, credentials, and checking a Jenkinsfile.

use jenkins_sim::SeedJob;
use serde_json::json;

use super::{Api, seconds};

const XML: &str = "<?xml version='1.1' encoding='UTF-8'?>\n<project>\n  <description>one</description>\n  <properties/>\n  \
                   <builders><hudson.tasks.Shell><command>echo one</command></hudson.tasks.Shell></builders>\n</project>\n";

#[tokio::test(start_paused = true)]
async fn a_job_is_created_read_changed_copied_renamed_and_deleted() {
    let api = Api::new();
    assert_eq!(
        api.post("/createItem?name=infra&mode=com.cloudbees.hudson.plugins.folder.Folder").await.status,
        302
    );
    assert_eq!(api.xml("/job/infra/createItem?name=one", &format!("\u{feff}{XML}")).await.status, 200);
    let again = api.xml("/job/infra/createItem?name=one", XML).await;
    assert_eq!((again.status, again.header("x-error")), (400, "A job already exists with the name ‘one’"));
    let unsafe_name = api.xml("/createItem?name=a%3Fb", XML).await;
    assert_eq!((unsafe_name.status, unsafe_name.header("x-error")), (400, "‘?’ is an unsafe character"));
    assert_eq!(api.xml("/createItem?name=bad", "<project>").await.status, 500);
    assert_eq!(api.get("/job/infra/job/one/config.xml").await.text, XML);

    assert_eq!(api.post("/job/infra/job/one/description?description=two+%26+more").await.status, 204);
    let xml = api.get("/job/infra/job/one/config.xml").await.text;
    assert!(xml.contains("<description>two &amp; more</description>") && xml.contains("echo one"), "{xml}");
    assert_eq!(api.get("/job/infra/job/one/description").await.text, "two & more");
    assert_eq!(api.post("/job/infra/job/one/disable").await.status, 302);
    assert!(api.get("/job/infra/job/one/config.xml").await.text.contains("<disabled>true</disabled>"));
    assert_eq!(api.read("/job/infra/job/one/api/json", "/color").await, "disabled");
    assert_eq!(api.xml("/job/infra/job/one/config.xml", XML).await.status, 200);
    assert_eq!(api.read("/job/infra/job/one/api/json", "/color").await, "notbuilt");

    assert_eq!(api.post("/job/infra/createItem?name=two&mode=copy&from=one").await.status, 302);
    let renamed = api.post("/job/infra/job/two/confirmRename?newName=three").await;
    assert_eq!(
        (renamed.status, renamed.header("location")),
        (302, "http://jenkins.test/job/infra/job/three/")
    );
    assert_eq!(api.get("/job/infra/job/two/api/json").await.status, 404);
    assert_eq!(api.post("/job/infra/doDelete").await.status, 302);
    assert_eq!(api.read("/api/json", "/jobs").await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn deleting_a_job_ends_what_runs_and_waits() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "sleep 600").quiet_period(0)).unwrap();
    api.trigger("/job/free/build").await;
    seconds(1).await;
    api.trigger("/job/free/build").await;
    assert_eq!(api.post("/job/free/doDelete").await.status, 302);
    seconds(1).await;
    assert_eq!(api.read("/computer/api/json", "/busyExecutors").await, 0);
    assert_eq!(api.read("/queue/api/json", "/items").await, json!([]));
    assert_eq!(api.get("/job/free/1/api/json").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_renamed_job_keeps_its_builds_even_the_running_one() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("old", "sleep 60; echo woke").quiet_period(0)).unwrap();
    api.trigger("/job/old/build").await;
    seconds(1).await;
    assert_eq!(api.post("/job/old/doRename?newName=new").await.status, 302);
    seconds(60).await;
    assert!(api.get("/job/new/1/consoleText").await.text.contains("woke"));
}

#[tokio::test(start_paused = true)]
async fn the_next_number_can_be_set() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true").quiet_period(0)).unwrap();
    assert_eq!(api.form("/job/free/nextbuildnumber/submit", "nextBuildNumber=40").await.status, 302);
    api.trigger("/job/free/build").await;
    seconds(1).await;
    assert_eq!(api.read("/job/free/api/json", "/lastBuild/number").await, 40);
}

#[tokio::test(start_paused = true)]
async fn views_show_jobs() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true")).unwrap();
    let xml = "<hudson.model.ListView><name>mine</name><jobNames><string>free</string></jobNames></hudson.model.ListView>";
    assert_eq!(api.xml("/createView?name=mine", xml).await.status, 200);
    assert_eq!(api.read("/view/mine/api/json?tree=jobs[name]", "/jobs/0/name").await, "free");
    assert_eq!(api.read("/view/mine/job/free/api/json", "/name").await, "free");
    assert_eq!(api.post("/view/mine/removeJobFromView?name=free").await.status, 200);
    assert_eq!(api.read("/view/mine/api/json", "/jobs").await, json!([]));
    assert_eq!(api.post("/view/mine/doDelete").await.status, 302);
    assert_eq!(api.get("/view/mine/api/json").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn nodes_run_builds_unless_they_are_offline() {
    let api = Api::new();
    let form = "name=far&json=%7B%22numExecutors%22%3A3%2C%22labelString%22%3A%22linux%22%7D";
    assert_eq!(api.form("/computer/doCreateItem", form).await.status, 302);
    let far = api.get("/computer/far/api/json").await.json();
    assert_eq!((&far["numExecutors"], &far["assignedLabels"][0]["name"]), (&json!(3), &json!("linux")));
    assert_eq!(api.post("/computer/far/toggleOffline?offlineMessage=away").await.status, 302);
    let far = api.get("/computer/far/api/json").await.json();
    assert_eq!((&far["offline"], &far["offlineCauseReason"]), (&json!(true), &json!("away")));
    assert_eq!(api.post("/computer/far/doDelete").await.status, 302);
    assert_eq!(api.get("/computer/far/api/json").await.status, 404);
    assert_eq!(api.read("/computer/(built-in)/api/json", "/displayName").await, "Built-In Node");
}

#[tokio::test(start_paused = true)]
async fn credentials_are_kept_in_domains_without_showing_their_secrets() {
    let api = Api::new();
    let store = "/credentials/store/system/domain/_";
    let form = "json=%7B%22credentials%22%3A%7B%22scope%22%3A%22GLOBAL%22%2C%22id%22%3A%22cloud%22%2C%22username%22%3A%22\
                robot%22%2C%22password%22%3A%22hush%22%2C%22description%22%3A%22a+robot%22%2C%22%24class%22%3A%22com.cloudbees.\
                plugins.credentials.impl.UsernamePasswordCredentialsImpl%22%7D%7D";
    assert_eq!(api.form(&format!("{store}/createCredentials"), form).await.status, 302);
    let all = api.get(&format!("{store}/api/json?depth=1")).await;
    assert!(!all.text.contains("hush"));
    let one = &all.json()["credentials"][0];
    assert_eq!((&one["id"], &one["typeName"]), (&json!("cloud"), &json!("Username with password")));
    assert_eq!(one["displayName"], "robot/****** (a robot)");
    let xml = api.get(&format!("{store}/credential/cloud/config.xml")).await.text;
    assert!(xml.contains("<secret-redacted/>") && !xml.contains("hush"), "{xml}");
    let text = "<org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl><id>cloud</id><secret>x</secret>\
                </org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl>";
    assert_eq!(api.xml(&format!("{store}/createCredentials"), text).await.status, 409);
    assert_eq!(api.xml(&format!("{store}/credential/cloud/config.xml"), text).await.status, 200);
    assert_eq!(api.read(&format!("{store}/credential/cloud/api/json"), "/typeName").await, "Secret text");
    assert_eq!(api.post(&format!("{store}/credential/cloud/doDelete")).await.status, 302);
    assert_eq!(api.get(&format!("{store}/credential/cloud/api/json")).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_jenkinsfile_is_checked_for_its_structure_and_not_its_steps() {
    let api = Api::new();
    let checked = |script: &'static str| {
        let api = &api;
        async move {
            let escaped: String = script.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let reply =
                api.form("/pipeline-model-converter/validate", &format!("jenkinsfile={escaped}")).await;
            assert_eq!(reply.status, 200);
            reply.text
        }
    };
    let good = "pipeline { agent any\n stages { stage('One') { steps { noSuchStep 'x' } } }\n post { always { echo 'x' } } }";
    assert_eq!(checked(good).await.trim(), "Jenkinsfile successfully validated.");
    for (script, problem) in [
        ("pipeline { agent any }", "Missing required section \"stages\""),
        ("pipeline { stages { stage('One') { steps { echo 'x' } } } }", "Missing required section \"agent\""),
        ("pipeline { agent any\n stages { stage('One') { } } }", "Expected one of \"steps\""),
        (
            "pipeline { agent any\n stages { stage('One') { steps { echo 'x' } } }\n banana { } }",
            "Undefined section \"banana\"",
        ),
        ("pipeline { agent any\n stages { stage('One') { steps { echo 'x' } }", "expecting '}'"),
        ("node { echo 'scripted' }", "did not find the 'pipeline' step"),
    ] {
        let text = checked(script).await;
        assert!(
            text.starts_with("Errors encountered validating Jenkinsfile:") && text.contains(problem),
            "{text}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_seed_file_of_the_crates_page_is_one() {
    let page = include_str!("../../README.md");
    let seed = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let api = Api::new();
    api.sim.seed(&serde_json::from_str(seed).unwrap()).unwrap();
    let jobs: Vec<String> = api.sim.snapshot().jobs.into_keys().collect();
    assert_eq!(jobs, ["branches", "branches/main", "by-hand", "infra", "infra/scale-web", "nightly"]);
}

#[tokio::test(start_paused = true)]
async fn the_list_of_nodes_shows_them_without_depth() {
    let api = Api::new();
    let computers = api.get("/computer/api/json?depth=0").await.json();
    let built_in = &computers["computer"][0];
    assert_eq!((&built_in["displayName"], &built_in["offline"]), (&json!("Built-In Node"), &json!(false)));
    assert_eq!(built_in["executors"], json!([{}, {}]));
}

#[tokio::test(start_paused = true)]
async fn whatever_is_done_leads_to_a_page_that_is_there() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("plain", "true").quiet_period(0)).unwrap();
    api.trigger("/job/plain/build").await;
    seconds(5).await;
    let folder = "/createItem?name=infra&mode=com.cloudbees.hudson.plugins.folder.Folder";
    for path in [
        folder,
        "/computer/doCreateItem?name=far&json=%7B%7D",
        "/computer/far/toggleOffline",
        "/createView?name=Scaling",
        "/job/plain/disable",
        "/job/plain/1/toggleLogKeep",
        "/job/plain/1/toggleLogKeep",
        "/job/plain/1/doDelete",
        "/job/plain/confirmRename?newName=other",
        "/computer/far/doDelete",
        "/view/Scaling/doDelete",
        "/quietDown",
        "/cancelQuietDown",
        "/job/other/doDelete",
    ] {
        let answer = api.post(path).await;
        assert_eq!(answer.status, 302, "{path}: {}", answer.text);
        let page = answer.header("location").strip_prefix("http://jenkins.test").unwrap().to_owned();
        assert_eq!(api.get(&page).await.status, 200, "{path} leads to {page}");
    }
}
