//! What pages show: trees, depths, formats, URLs.

use jenkins_sim::{SeedJob, SeedParameter};
use serde_json::{Value, json};

use super::{Api, builder, seconds};

#[tokio::test(start_paused = true)]
async fn a_tree_selects_and_cuts() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("free", "true").quiet_period(0)).unwrap();
    for _ in 0..3 {
        api.trigger("/job/free/build").await;
        seconds(1).await;
    }
    let page = api.get("/api/json?tree=jobs[name,builds[number,result]{0,2}]").await.json();
    assert_eq!(
        page,
        json!({"_class": "hudson.model.Hudson", "jobs": [{
            "_class": "hudson.model.FreeStyleProject", "name": "free", "builds": [
                {"_class": "hudson.model.FreeStyleBuild", "number": 3, "result": "SUCCESS"},
                {"_class": "hudson.model.FreeStyleBuild", "number": 2, "result": "SUCCESS"},
            ],
        }]})
    );
    assert_eq!(api.get("/api/json?tree=jobs[name").await.status, 400);
    let leaf = api.get("/job/free/api/json?tree=lastBuild").await.json();
    assert_eq!(leaf["lastBuild"], json!({"_class": "hudson.model.FreeStyleBuild"}));
    let star = api.get("/job/free/1/api/json?tree=*").await.json();
    assert_eq!(star["queueId"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_depth_opens_what_is_linked() {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::freestyle("infra/free", "true").quiet_period(0)).unwrap();
    api.trigger("/job/infra/job/free/build").await;
    seconds(1).await;
    let flat = api.get("/job/infra/job/free/api/json").await.json();
    assert_eq!(
        flat["lastBuild"],
        json!({
            "_class": "hudson.model.FreeStyleBuild", "number": 1, "url": "http://jenkins.test/job/infra/job/free/1/"
        })
    );
    assert_eq!((&flat["fullName"], &flat["fullDisplayName"]), (&json!("infra/free"), &json!("infra » free")));
    assert_eq!(flat.get("allBuilds"), None);
    assert!(flat["actions"].as_array().unwrap().contains(&json!({})));
    let deep = api.get("/job/infra/job/free/api/json?depth=1").await.json();
    assert_eq!(deep["lastBuild"]["queueId"], 1);
    let folder = api.get("/job/infra/api/json").await.json();
    assert_eq!(
        folder["jobs"],
        json!([{
            "_class": "hudson.model.FreeStyleProject", "name": "free", "color": "blue",
            "url": "http://jenkins.test/job/infra/job/free/"
        }])
    );
}

#[tokio::test(start_paused = true)]
async fn definitions_of_parameters_are_shown() {
    let api = Api::new();
    let job = SeedJob::freestyle("free", "true")
        .parameter(SeedParameter::choice("GROUP", ["web", "api"]))
        .parameter(SeedParameter::new("boolean", "DRY", "true"))
        .parameter(SeedParameter::new("password", "KEY", "hush"));
    api.sim.seed_job(&job).unwrap();
    let page = api.get("/job/free/api/json").await;
    assert!(!page.text.contains("hush"));
    let property = &page.json()["property"][0];
    assert_eq!(property["_class"], "hudson.model.ParametersDefinitionProperty");
    let definitions = &property["parameterDefinitions"];
    assert_eq!(
        definitions[0],
        json!({
            "_class": "hudson.model.ChoiceParameterDefinition", "name": "GROUP", "type": "ChoiceParameterDefinition",
            "description": "", "choices": ["web", "api"],
            "defaultParameterValue": {"_class": "hudson.model.StringParameterValue", "name": "GROUP", "value": "web"},
        })
    );
    assert_eq!(definitions[1]["defaultParameterValue"]["value"], true);
}

#[tokio::test(start_paused = true)]
async fn the_same_page_as_python_and_as_xml() {
    let api = Api::new();
    let mut job = SeedJob::freestyle("it's free", "true");
    job.description = "<&>".to_owned();
    api.sim.seed_job(&job).unwrap();
    let python = api.get("/job/it's%20free/api/python?tree=name,buildable,lastBuild[number]").await.text;
    assert_eq!(
        python,
        r#"{"_class":"hudson.model.FreeStyleProject","buildable":True,"lastBuild":None,"name":"it's free"}"#
    );
    let xml = api.get("/api/xml?tree=jobs[name,buildable,description]").await;
    assert_eq!(xml.header("content-type"), "application/xml");
    assert_eq!(
        xml.text,
        "<hudson _class='hudson.model.Hudson'><job _class='hudson.model.FreeStyleProject'><buildable>true</buildable>\
         <description>&lt;&amp;&gt;</description><name>it&#39;s free</name></job></hudson>"
    );
}

#[tokio::test(start_paused = true)]
async fn urls_come_from_the_configured_root_and_redirects_from_the_request() {
    let sim = builder().prefix("/jenkins").root_url("https://ci.example/jenkins").build();
    let api = Api::of(sim);
    api.sim.seed_job(&SeedJob::freestyle("scale web", "true").quiet_period(0)).unwrap();
    assert_eq!(api.get("/api/json").await.status, 404, "outside of the context path");
    let reply = api.post("/jenkins/job/scale%20web/build").await;
    assert_eq!(reply.header("location"), "http://jenkins.test/jenkins/queue/item/1/");
    seconds(1).await;
    let item = api.get("/jenkins/queue/item/1/api/json").await.json();
    assert_eq!(item["executable"]["url"], "https://ci.example/jenkins/job/scale%20web/1/");
    assert_eq!(item["url"], "queue/item/1/");
}

#[tokio::test(start_paused = true)]
async fn a_branch_is_a_job_whose_name_is_escaped() {
    let api = Api::new();
    let seed = r#"{"repositories": {"https://git.example/infra.git": {
        "main": {"Jenkinsfile": "echo 'main'"}, "feature/x": {"Jenkinsfile": "echo 'x'"}, "docs": {"README.md": ""}
    }}}"#;
    api.sim.seed(&serde_json::from_str(seed).unwrap()).unwrap();
    api.sim.seed_job(&SeedJob::multibranch("infra", "https://git.example/infra.git")).unwrap();
    seconds(10).await;
    let jobs = api.read("/job/infra/api/json?tree=jobs[name,url]", "/jobs").await;
    let jobs: Vec<(&str, &str)> = jobs
        .as_array()
        .unwrap()
        .iter()
        .map(|job| (job["name"].as_str().unwrap(), job["url"].as_str().unwrap()))
        .collect();
    assert_eq!(
        jobs,
        [
            ("feature%2Fx", "http://jenkins.test/job/infra/job/feature%252Fx/"),
            ("main", "http://jenkins.test/job/infra/job/main/"),
        ]
    );
    let branch = api.get("/job/infra/job/feature%252Fx/1/consoleText").await;
    assert!(branch.text.starts_with("Branch indexing\n") && branch.text.contains("\nx\n"), "{}", branch.text);
    assert_eq!(api.post("/job/infra/build?delay=0").await.status, 302);
    assert!(api.get("/job/infra/indexing/consoleText").await.text.contains("Checking branch docs"));
}

#[tokio::test(start_paused = true)]
async fn head_is_get_without_a_body_and_errors_are_pages() {
    let api = Api::new();
    let head = api.send("HEAD", "/", "", "").await.unwrap();
    assert_eq!((head.status, head.header("x-jenkins"), head.text.as_str()), (200, "2.541.3", ""));
    let missing = api.get("/job/none/api/json").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "text/html;charset=utf-8"));
    assert!(missing.text.contains("<h2>HTTP ERROR 404 Not Found</h2>"), "{}", missing.text);
    assert_eq!(serde_json::from_str::<Value>(&missing.text).ok(), None);
}
