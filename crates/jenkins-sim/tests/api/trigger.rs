//! What a trigger takes, and what it answers.

use jenkins_sim::{SeedJob, SeedParameter};

use super::{Api, builder, seconds};

fn api() -> Api {
    let api = Api::new();
    let job = SeedJob::freestyle("scale", "echo $DESIRED $DRY")
        .parameter(SeedParameter::string("DESIRED", "2"))
        .parameter(SeedParameter::choice("GROUP", ["web", "api"]))
        .parameter(SeedParameter::new("boolean", "DRY", "true"))
        .parameter(SeedParameter::new("password", "KEY", "hush"))
        .parameter(SeedParameter::new("file", "plan", ""));
    api.sim.seed_job(&job).unwrap();
    api.sim.seed_job(&SeedJob::freestyle("plain", "true").token("remote")).unwrap();
    api
}

#[tokio::test(start_paused = true)]
async fn parameters_that_are_left_out_take_their_default_and_unknown_ones_are_ignored() {
    let api = api();
    api.trigger("/job/scale/buildWithParameters?DESIRED=7&UNKNOWN=1&delay=0sec").await;
    seconds(1).await;
    let build = &api.sim.snapshot().jobs["scale"].builds[0];
    let parameters: Vec<(&str, &str)> =
        build.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(parameters, [("DESIRED", "7"), ("DRY", "true"), ("GROUP", "web")]);
    assert!(build.console.contains("7 true"), "{}", build.console);
    let environment = api.read("/job/scale/1/injectedEnvVars/api/json", "/envMap").await;
    assert_eq!((environment.get("UNKNOWN"), environment.get("KEY")), (None, None));
    assert_eq!(environment["DESIRED"], "7");
}

#[tokio::test(start_paused = true)]
async fn values_come_by_form_too_and_a_file_as_a_part() {
    let api = api();
    let body = "--x\r\nContent-Disposition: form-data; name=\"GROUP\"\r\n\r\napi\r\n--x\r\nContent-Disposition: form-data; \
                name=\"plan\"; filename=\"plan.txt\"\r\n\r\nadd two\r\n--x--\r\n";
    let reply =
        api.send("POST", "/job/scale/buildWithParameters", "multipart/form-data; boundary=x", body).await;
    assert_eq!(reply.unwrap().status, 201);
    let parameters = &api.read("/queue/item/1/api/json", "/actions/0/parameters").await;
    assert_eq!(parameters[1]["value"], "api");
    assert_eq!(parameters[4]["_class"], "hudson.model.FileParameterValue");
}

#[tokio::test(start_paused = true)]
async fn a_file_parameter_is_in_the_workspace_of_a_freestyle_job_and_not_in_that_of_a_pipeline() {
    let api = Api::new();
    let file = || SeedParameter::new("file", "in/plan.txt", "");
    api.sim.seed_job(&SeedJob::freestyle("free", "cat in/plan.txt").parameter(file())).unwrap();
    api.sim.seed_job(&SeedJob::pipeline("flow", "node { sh 'cat in/plan.txt' }").parameter(file())).unwrap();
    let body = "--x\r\nContent-Disposition: form-data; name=\"in/plan.txt\"; filename=\"p.txt\"\r\n\r\nadd two\n\r\n--x--\r\n";
    for job in ["free", "flow"] {
        let path = format!("/job/{job}/buildWithParameters?delay=0sec");
        api.send("POST", &path, "multipart/form-data; boundary=x", body).await.unwrap();
    }
    seconds(5).await;
    let console = api.get("/job/free/1/consoleText").await.text;
    assert!(console.contains("Copying file to in/plan.txt\n") && console.contains("add two\n"), "{console}");
    assert!(console.ends_with("Finished: SUCCESS\n"), "{console}");
    // Jenkins itself brings files only to freestyle jobs.
    assert!(api.get("/job/flow/1/consoleText").await.text.ends_with("Finished: FAILURE\n"));
}

#[tokio::test(start_paused = true)]
async fn build_on_a_parameterised_job_wants_the_form() {
    let api = api();
    let reply = api.post("/job/scale/build").await;
    assert_eq!(reply.status, 400);
    assert!(reply.text.contains("Nothing is submitted"), "{}", reply.text);
    let unknown =
        api.form("/job/scale/build", "json=%7B%22parameter%22%3A%5B%7B%22name%22%3A%22X%22%7D%5D%7D").await;
    assert_eq!(unknown.status, 500);
    assert!(unknown.text.contains("No such parameter definition: X"), "{}", unknown.text);
    let form = "json=%7B%22parameter%22%3A%7B%22name%22%3A%22DESIRED%22%2C%22value%22%3A%229%22%7D%7D";
    assert_eq!(api.form("/job/scale/build", form).await.status, 201);
    assert_eq!(api.read("/queue/item/1/api/json", "/actions/0/parameters/0/value").await, "9");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_built_says_why() {
    let api = api();
    let choice = api.post("/job/scale/buildWithParameters?GROUP=none").await;
    assert_eq!(choice.status, 500);
    assert!(choice.text.contains("Illegal choice for parameter GROUP: none"), "{}", choice.text);
    let plain = api.post("/job/plain/buildWithParameters").await;
    assert!(plain.status == 500 && plain.text.contains("This build is not parameterized!"), "{}", plain.text);
    let get = api.get("/job/plain/build").await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    assert_eq!(api.post("/job/plain/disable").await.status, 302);
    let disabled = api.post("/job/plain/build").await;
    assert!(disabled.status == 409 && disabled.text.contains("plain is not buildable"), "{}", disabled.text);
    assert_eq!(api.post("/job/none/build").await.status, 404);
    assert_eq!(api.sim.snapshot().queue, []);
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_the_item_that_waits() {
    let api = api();
    let first = api.post("/job/scale/buildWithParameters?DESIRED=3").await;
    let again = api.post("/job/scale/buildWithParameters?DESIRED=3").await;
    let other = api.post("/job/scale/buildWithParameters?DESIRED=4").await;
    assert_eq!((first.status, again.status, other.status), (201, 303, 201));
    assert_eq!(first.header("location"), again.header("location"));
    assert_ne!(first.header("location"), other.header("location"));
    assert_eq!(api.sim.snapshot().queue.len(), 2);

    let older = Api::of(builder().coalesced_status(201).build());
    older.sim.seed_job(&SeedJob::freestyle("plain", "true")).unwrap();
    assert_eq!(older.post("/job/plain/build").await.status, 201);
    assert_eq!(older.post("/job/plain/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_token_triggers_by_get_and_says_the_cause() {
    let api = api();
    assert_eq!(api.get("/job/plain/build?token=wrong").await.status, 405);
    assert_eq!(api.get("/job/plain/build?token=remote&cause=an+alert&delay=0sec").await.status, 201);
    seconds(1).await;
    let build = &api.sim.snapshot().jobs["plain"].builds[0];
    assert_eq!(build.causes, ["Started by remote host 127.0.0.1 with note: an alert"]);
}
