//! Jobs, builds, pipelines and the rest.

use std::time::Duration;

use futures_util::TryStreamExt;
use jenkins_client::api::Permalink;
use jenkins_client::models::{CredentialConfig, Validation};
use jenkins_client::{BuildResult, Client};
use jenkins_sim::{SeedJob, SeedParameter};

use super::{all, client, jenkins};

#[tokio::test(start_paused = true)]
async fn a_job_lives_from_creation_to_deletion() {
    for prefix in ["", "/jenkins"] {
        let sim = jenkins(|sim| sim.prefix(prefix).root_url("https://elsewhere.example/ci"));
        let service = std::sync::Arc::new(jenkins_client::InProcess::new(sim.service()));
        let base = format!("http://ci.test{prefix}");
        let client = Client::builder(base).api_token("ann", "t0ken").service(service).build().unwrap();
        let config = client.job("plain").unwrap().config().await.unwrap();
        let job = client.job("infra/new job").unwrap();
        job.create(format!("\u{feff}{config}")).await.unwrap();
        job.set_description("made here").await.unwrap();
        assert_eq!(job.get().tree("description").await.unwrap().description.as_deref(), Some("made here"));
        client.job("infra/copy").unwrap().copy_from(job.name()).await.unwrap();
        job.disable().await.unwrap();
        assert_eq!(job.get().await.unwrap().buildable, Some(false));
        job.enable().await.unwrap();
        job.rename("renamed").await.unwrap();
        let job = client.job("infra/renamed").unwrap();
        let build = job.build().delay(Duration::ZERO).await.unwrap().started().await.unwrap();
        assert_eq!(build.job().to_string(), "infra/renamed");
        build.stop().await.unwrap();
        assert_eq!(build.finished().await.unwrap().result, Some(BuildResult::Aborted));
        let url = build.get().await.unwrap().url.unwrap();
        let here = client.here(&url).unwrap();
        assert_eq!(here.as_str(), format!("http://ci.test{prefix}/job/infra/job/renamed/1/"), "{url}");
        job.delete().await.unwrap();
        assert!(job.get().await.unwrap_err().is_not_found());
    }
}

#[tokio::test(start_paused = true)]
async fn folders_are_listed_one_after_the_other() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    client.job("infra/deep").unwrap().create_folder().await.unwrap();
    sim.seed_job(&SeedJob::freestyle("infra/deep/down", "true")).unwrap();
    let flat: Vec<_> = client.jobs().list().await.unwrap().into_iter().filter_map(|job| job.name).collect();
    assert!(flat.contains(&"infra".to_owned()) && !flat.contains(&"down".to_owned()), "{flat:?}");
    let names = |jobs: Vec<jenkins_client::models::Job>| -> Vec<String> {
        jobs.iter().map(|job| job.job_name().unwrap().to_string()).collect()
    };
    let deep = names(client.jobs().list().recursive().stream().try_collect().await.unwrap());
    for name in ["infra", "infra/scale web", "infra/deep", "infra/deep/down", "plain"] {
        assert_eq!(deep.iter().filter(|known| *known == name).count(), 1, "{name}: {deep:?}");
    }
    assert_eq!(names(client.job("infra/deep").unwrap().jobs().await.unwrap()), ["infra/deep/down"]);
}

#[tokio::test(start_paused = true)]
async fn builds_are_listed_linked_described_kept_and_deleted() {
    let sim = jenkins(|sim| sim);
    let job = client(&sim).job("infra/scale web").unwrap();
    for n in 1..=3 {
        job.build_with([("REQUEST_ID", n)]).delay(Duration::ZERO).await.unwrap().finished().await.unwrap();
    }
    let numbers = |builds: Vec<jenkins_client::models::Build>| -> Vec<u64> {
        builds.iter().map(|build| build.number.unwrap().get()).collect()
    };
    assert_eq!(numbers(job.builds().limit(2).await.unwrap()), [3, 2]);
    assert_eq!(numbers(all(job.builds().stream()).await), [3, 2, 1]);
    assert_eq!(job.permalink(Permalink::LastSuccessfulBuild).await.unwrap().number.unwrap().get(), 3);
    assert!(job.permalink(Permalink::LastFailedBuild).await.unwrap_err().is_not_found());
    let build = job.build_number(2);
    build.set_description("a & b").await.unwrap();
    build.keep(true).await.unwrap();
    build.keep(true).await.unwrap();
    let seen = build.get().await.unwrap();
    assert_eq!((seen.description.as_deref(), seen.keep_log), (Some("a & b"), Some(true)));
    build.keep(false).await.unwrap();
    build.delete().await.unwrap();
    assert!(build.get().await.unwrap_err().is_not_found());
    let secret = job.build_with([("PASSWORD", secrecy::SecretString::from("hush"))]).await.unwrap();
    let done = secret.finished().await.unwrap();
    assert_eq!(done.parameter("PASSWORD").and_then(|p| p.text()), None);
}

#[tokio::test(start_paused = true)]
async fn an_input_is_seen_approved_answered_and_refused() {
    let sim = jenkins(|sim| sim);
    let script = "node { echo 'before' }\ninput id: 'Approve', message: 'Go on?'\nnode { echo 'after' }";
    sim.seed_job(&SeedJob::pipeline("gate", script)).unwrap();
    let job = client(&sim).job("gate").unwrap();
    for (proceed, result) in [(true, BuildResult::Success), (false, BuildResult::Aborted)] {
        let build = job.build().delay(Duration::ZERO).await.unwrap().started().await.unwrap();
        let mut events = build.follow().with_stages().events();
        let input = loop {
            match events.try_next().await.unwrap().unwrap() {
                jenkins_client::Progress::Input(input) => break input,
                jenkins_client::Progress::Finished(build) => panic!("{build:?}"),
                _ => {}
            }
        };
        assert_eq!(input.message.as_deref(), Some("Go on?"));
        let handle = build.input(&input.id);
        if proceed {
            handle.proceed().await.unwrap()
        } else {
            handle.abort().await.unwrap()
        }
        assert_eq!(build.finished().await.unwrap().result, Some(result));
    }
}

#[tokio::test(start_paused = true)]
async fn artifacts_and_files_come_as_they_are() {
    let sim = jenkins(|sim| sim);
    let script = "node { sh 'echo content > plan.txt'\n archiveArtifacts artifacts: '*.txt' }";
    sim.seed_job(&SeedJob::pipeline("arts", script)).unwrap();
    sim.seed_job(&SeedJob::freestyle("upload", "cat plan.json").parameter(SeedParameter::new(
        "file",
        "plan.json",
        "",
    )))
    .unwrap();
    let client = client(&sim);
    let build = client.job("arts").unwrap().build().await.unwrap().finished().await.unwrap();
    assert_eq!(build.artifacts[0].relative_path, "plan.txt", "{build:?}");
    let handle = client.job("arts").unwrap().build_number(build.number.unwrap());
    let file: Vec<_> = all(handle.artifact("plan.txt").await.unwrap()).await;
    assert_eq!(file.concat(), b"content\n");
    let zip = all(handle.artifacts_as_zip().await.unwrap()).await.concat();
    assert!(zip.starts_with(b"PK"), "{zip:?}");
    assert!(handle.test_report().await.unwrap_err().is_not_found());

    let file = jenkins_client::ParameterValue::file("any.json", "{\"a\": 1}");
    let queued = client.job("upload").unwrap().build_with([("plan.json", file)]).await.unwrap();
    let build = queued.finished().await.unwrap();
    assert!(build.parameter("plan.json").is_some(), "{build:?}");
}

#[tokio::test(start_paused = true)]
async fn the_system_shows_itself() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let info = client.system().info().await.unwrap();
    assert_eq!(info.quieting_down, Some(false));
    client.system().quiet_down().await.unwrap();
    assert_eq!(client.system().info().tree("quietingDown").await.unwrap().quieting_down, Some(true));
    client.system().cancel_quiet_down().await.unwrap();
    assert!(!client.nodes().list().await.unwrap().computer.is_empty());
    assert!(client.nodes().get("(built-in)").await.is_ok());
    assert!(!client.plugins().list().await.unwrap().is_empty());
    let views = client.views().list().await.unwrap();
    assert!(!client.views().get(views[0].name.as_deref().unwrap()).await.unwrap().jobs.is_empty());
    assert!(client.queue().list().await.unwrap().is_empty());
    let good = "pipeline { agent any\n stages { stage('A') { steps { echo 'x' } } } }";
    assert!(client.system().validate(good).await.unwrap().is_valid());
    let bad = client.system().validate("pipeline { agent any }").await.unwrap();
    let Validation::Invalid { errors } = bad else { panic!("{bad:?}") };
    assert!(errors.iter().any(|error| error.contains("stages")), "{errors:?}");
    client.system().safe_restart().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn credentials_are_created_updated_listed_and_deleted() {
    let sim = jenkins(|sim| sim);
    let credentials = client(&sim).credentials();
    credentials.create(&CredentialConfig::secret_text("linode-token", "a<b&c")).await.unwrap();
    credentials
        .create(&CredentialConfig::username_password("deploy", "ann", "hush").description("d"))
        .await
        .unwrap();
    let ids = || async {
        let mut ids: Vec<_> = credentials.list().await.unwrap().into_iter().map(|c| c.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids().await, ["deploy", "linode-token"]);
    credentials.update(&CredentialConfig::secret_text("linode-token", "n3w")).await.unwrap();
    credentials.delete("deploy").await.unwrap();
    assert_eq!(ids().await, ["linode-token"]);
    assert!(
        credentials.update(&CredentialConfig::secret_text("none", "x")).await.unwrap_err().is_not_found()
    );
}
