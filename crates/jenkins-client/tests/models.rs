//! What is read is kept: fields and words that no model knows among it.

use jenkins_client::models::{
    Action, Build, BuildResult, Color, CredentialConfig, Job, JobName, ParameterKind, PipelineRun, QueueItem,
    QueueState, StageStatus, Validation,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Whether everything of `from` is in `to`; null and missing are the same.
fn kept(from: &Value, to: &Value) -> bool {
    match (from, to) {
        (Value::Null, _) => true,
        (Value::Object(from), Value::Object(to)) => {
            from.iter().all(|(name, value)| kept(value, to.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(from), Value::Array(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| kept(from, to))
        }
        (from, to) => from == to,
    }
}

fn read<T: DeserializeOwned + Serialize>(json: &Value) -> T {
    let read: T = serde_json::from_value(json.clone()).unwrap();
    let written = serde_json::to_value(&read).unwrap();
    assert!(kept(json, &written), "{json}\n{written}");
    read
}

#[test]
fn a_build_with_words_actions_and_fields_of_the_future_is_kept() {
    let build: Build = read(&json!({
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun",
        "actions": [
            {},
            {"_class": "hudson.model.ParametersAction", "parameters": [
                {"_class": "hudson.model.StringParameterValue", "name": "DESIRED", "value": "5"},
                {"_class": "hudson.model.BooleanParameterValue", "name": "DRY", "value": true},
                {"_class": "hudson.model.PasswordParameterValue", "name": "PASSWORD"}]},
            {"_class": "hudson.model.CauseAction", "causes": [{"shortDescription": "Started by user Ann", "userId": "ann"}]},
            {"_class": "hudson.plugins.git.util.BuildData", "remoteUrls": ["x"], "lastBuiltRevision": {"SHA1": "ab"}}],
        "building": false, "result": "MAYBE", "duration": 1234, "estimatedDuration": -1, "timestamp": 1_790_000_000_123_u64,
        "number": 7, "queueId": -1, "changeSets": [{"items": []}], "tomorrow": {"deep": [1, 2]},
        "previousBuild": {"number": 6, "url": "https://ci/job/a/6/"}, "nextBuild": null,
    }));
    assert_eq!(build.result, Some(BuildResult::Other("MAYBE".to_owned())));
    assert_eq!(build.parameter("DESIRED").unwrap().text().as_deref(), Some("5"));
    assert_eq!(build.parameter("DRY").unwrap().text().as_deref(), Some("true"));
    assert_eq!(build.parameter("PASSWORD").unwrap().text(), None);
    assert!(matches!(&build.actions[3], Action::Other(fields) if fields.contains_key("remoteUrls")));
    assert_eq!(build.timestamp.unwrap().as_millisecond(), 1_790_000_000_123);
    assert_eq!(build.extra["tomorrow"]["deep"][1], 2);
    let (job, number) = build.previous_build.unwrap().job_and_number().unwrap();
    assert_eq!((job.to_string().as_str(), number.get()), ("a", 6));
    let null: Build = read(&json!({"actions": [null]}));
    assert_eq!(null.actions.len(), 1);
}

#[test]
fn a_result_alone_does_not_end_a_build() {
    let over = |json: Value| read::<Build>(&json).is_over();
    assert!(!over(json!({"building": true, "result": "SUCCESS"})));
    assert!(!over(json!({"building": false, "inProgress": true, "result": "SUCCESS"})));
    assert!(!over(json!({"result": "SUCCESS"})));
    assert!(over(json!({"building": false, "result": null})));
}

#[test]
fn every_kind_of_item_says_where_it_stands() {
    let state = |json: Value| read::<QueueItem>(&json).state();
    assert_eq!(
        state(json!({"_class": "hudson.model.Queue$WaitingItem", "blocked": false})),
        QueueState::Waiting
    );
    assert_eq!(
        state(json!({"_class": "hudson.model.Queue$BlockedItem", "why": "Build #1 is in progress"})),
        QueueState::Blocked
    );
    assert_eq!(
        state(json!({"_class": "hudson.model.Queue$BuildableItem", "pending": true})),
        QueueState::Buildable
    );
    let left = "hudson.model.Queue$LeftItem";
    assert_eq!(state(json!({"_class": left, "cancelled": true, "executable": null})), QueueState::Cancelled);
    let build = json!({"_class": "x", "number": 3, "url": "https://ci/job/a/3/"});
    assert_eq!(state(json!({"_class": left, "cancelled": false, "executable": build})), QueueState::Started);
    assert_eq!(state(json!({"_class": left, "cancelled": false, "executable": null})), QueueState::Unknown);
    assert_eq!(state(json!({"_class": left, "cancelled": false, "executable": {}})), QueueState::Unknown);
    assert_eq!(state(json!({"buildable": true})), QueueState::Buildable);
}

#[test]
fn a_job_shows_its_parameters_and_whether_it_is_a_folder() {
    let job: Job = read(&json!({
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowJob", "name": "scale web",
        "url": "https://ci.example/jenkins/job/infra/job/scale%20web/", "color": "blue_anime",
        "property": [{}, {"_class": "hudson.model.ParametersDefinitionProperty", "parameterDefinitions": [
            {"name": "GROUP", "type": "ChoiceParameterDefinition", "choices": ["web"],
             "defaultParameterValue": {"name": "GROUP", "value": "web"}},
            {"name": "NEW", "type": "SomethingNew"}]}],
        "lastBuild": {}, "lastFailedBuild": null,
    }));
    let parameters: Vec<_> = job.parameter_definitions().collect();
    assert_eq!(parameters[0].kind, Some(ParameterKind::Choice));
    assert_eq!(parameters[1].kind, Some(ParameterKind::Other("SomethingNew".to_owned())));
    assert_eq!(job.job_name().unwrap().to_string(), "infra/scale web");
    assert!(job.color.as_ref().is_some_and(Color::is_building) && !job.is_folder());
    assert!(read::<Job>(&json!({"_class": "com.cloudbees.hudson.plugins.folder.Folder"})).is_folder());
    assert!(read::<Job>(&json!({"_class": "x", "jobs": []})).is_folder());
}

#[test]
fn stages_of_the_future_are_kept() {
    let run: PipelineRun = read(&json!({
        "id": "7", "status": "PAUSED_PENDING_INPUT", "startTimeMillis": 1_790_000_000_000_u64, "durationMillis": 5,
        "stages": [{"id": "6", "name": "Declarative: Checkout SCM", "status": "THINKING", "error": {"message": "m", "type": "t"}}],
        "_links": {"self": {"href": "/job/x/7/wfapi/describe"}},
    }));
    assert_eq!(run.status, Some(StageStatus::PausedPendingInput));
    assert_eq!(run.stages[0].status, Some(StageStatus::Other("THINKING".to_owned())));
}

#[test]
fn names_of_jobs_come_from_urls_and_branches() {
    let from = |url: &str| JobName::from_url(url).map(|(name, rest)| (name.to_string(), rest));
    assert_eq!(
        from("https://ci/jenkins/job/a/job/b%20c/7/"),
        Some(("a/b c".to_owned(), vec!["7".to_owned()]))
    );
    assert_eq!(from("https://ci/job/p/job/feature%252Fx/"), Some(("p/feature%2Fx".to_owned(), vec![])));
    assert_eq!(from("https://ci/view/all/job/a/?x=1#y"), Some(("a".to_owned(), vec![])));
    assert_eq!(from("https://ci/job/job/job/a%2/"), Some(("job/a%2".to_owned(), vec![])));
    assert_eq!(from("https://ci/queue/item/5/"), None);
    let pipeline: JobName = "p".parse().unwrap();
    for (branch, name) in [
        ("feature/x", "feature%2Fx"),
        ("50%#?[]\\", "50%25%23%3F%5B%5D%5C"),
        (".", "%2E"),
        ("..", "%2E."),
        ("ü b", "ü b"),
    ] {
        assert_eq!(pipeline.branch(branch).name(), name);
    }
    assert!(pipeline.child("a/b").is_err() && pipeline.child("").is_err() && pipeline.child("a").is_ok());
}

#[test]
fn a_jenkinsfile_is_valid_or_has_errors() {
    assert_eq!(Validation::read("Jenkinsfile successfully validated.\n"), Some(Validation::Valid));
    let errors = "Errors encountered validating Jenkinsfile:\nWorkflowScript: 1: Missing required section \"stages\"\n";
    let Some(Validation::Invalid { errors }) = Validation::read(errors) else { panic!() };
    assert_eq!(errors, ["WorkflowScript: 1: Missing required section \"stages\""]);
    assert_eq!(Validation::read("<html>"), None);
}

#[test]
fn a_credential_is_written_as_xml_and_never_shown() {
    let key = CredentialConfig::ssh_key("deploy", "ann", "-----BEGIN\nhush\r\n", Some("p&p".into()));
    let xml = key.to_xml();
    assert!(
        xml.expose_secret().contains("<privateKey>-----BEGIN\nhush&#13;\n</privateKey>"),
        "{}",
        xml.expose_secret()
    );
    assert!(xml.expose_secret().contains("<passphrase>p&amp;p</passphrase>"));
    assert!(!format!("{key:?}").contains("hush"));
}
