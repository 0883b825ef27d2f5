//! The table of endpoints in the README, held against what the calls send.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::{Future, IntoFuture};
use std::sync::{Arc, Mutex};

use api_transport::http::{Request, Response};
use api_transport::{Body, Bytes, ServiceError};
use async_trait::async_trait;
use futures_util::StreamExt;
use jenkins_client::api::Permalink;
use jenkins_client::models::CredentialConfig;
use jenkins_client::{Client, Retry, Service};

/// Answers everything with 404, and keeps what was asked first.
#[derive(Debug, Default)]
struct Recorder(Mutex<Option<String>>);

#[async_trait]
impl Service for Recorder {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        let path: Vec<&str> = request
            .uri()
            .path()
            .trim_start_matches('/')
            .split('/')
            .map(|part| match part {
                "7" => "N",
                "12" => "ID",
                part => part,
            })
            .collect();
        self.0.lock().unwrap().get_or_insert(format!("{} {}", request.method(), path.join("/")));
        Ok(Response::builder().status(404).body(Body::default()).unwrap())
    }
}

struct Calls {
    recorder: Arc<Recorder>,
    rows: BTreeSet<(String, String)>,
}

impl Calls {
    /// Makes a call, which fails, and keeps its endpoint under the method's name.
    async fn make<T: Debug, E: Debug>(&mut self, name: &str, call: impl Future<Output = Result<T, E>>) {
        call.await.unwrap_err();
        let asked = self.recorder.0.lock().unwrap().take().unwrap_or_else(|| panic!("{name} asked nothing"));
        assert!(self.rows.insert((asked, name.to_owned())), "{name} twice");
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_of_endpoints_is_what_the_calls_send() {
    let recorder = Arc::new(Recorder::default());
    let client = Client::builder("http://ci.test")
        .api_token("a", "b")
        .service(recorder.clone())
        .retry(Retry::never())
        .build()
        .unwrap();
    let mut calls = Calls { recorder, rows: BTreeSet::new() };
    macro_rules! make {
        ($($name:literal: $call:expr;)+) => { $(calls.make($name, $call.into_future()).await;)+ };
    }
    let job = client.job("NAME").unwrap();
    let build = job.build_number(7);
    let input = build.input("ID");
    let credential = CredentialConfig::secret_text("ID", "x");
    make! {
        "jobs().list": client.jobs().list();
        "job.get": job.get();
        "job.parameters": job.parameters();
        "job.jobs": job.jobs();
        "job.create": job.create("<project/>");
        "job.create_folder": job.create_folder();
        "job.copy_from": job.copy_from(&"OTHER".parse().unwrap());
        "job.config": job.config();
        "job.set_config": job.set_config("<project/>");
        "job.rename": job.rename("OTHER");
        "job.enable": job.enable();
        "job.disable": job.disable();
        "job.delete": job.delete();
        "job.scan": job.scan();
        "job.set_description": job.set_description("x");
        "job.build": job.build();
        "job.build_with": job.build_with([("A", "b")]).unchecked();
        "job.permalink": job.permalink(Permalink::LastBuild);
        "job.builds": job.builds();
        "job.build_of": job.build_of(12.into());
        "build.get": build.get();
        "build.stop": build.stop();
        "build.term": build.term();
        "build.kill": build.kill();
        "build.delete": build.delete();
        "build.keep": build.keep(true);
        "build.set_description": build.set_description("x");
        "build.artifact": build.artifact("PATH");
        "build.artifacts_as_zip": build.artifacts_as_zip();
        "build.test_report": build.test_report();
        "build.stages": build.stages();
        "build.pending_inputs": build.pending_inputs();
        "input.proceed": input.proceed();
        "input.abort": input.abort();
        "input.submit": input.submit([("A", "b")]);
        "queue().list": client.queue().list();
        "queue().item": client.queue().item(12.into());
        "queue().cancel": client.queue().cancel(12.into());
        "nodes().list": client.nodes().list();
        "nodes().get": client.nodes().get("NAME");
        "views().list": client.views().list();
        "views().get": client.views().get("NAME");
        "plugins().list": client.plugins().list();
        "system().info": client.system().info();
        "system().who_am_i": client.system().who_am_i();
        "system().quiet_down": client.system().quiet_down();
        "system().cancel_quiet_down": client.system().cancel_quiet_down();
        "system().safe_restart": client.system().safe_restart();
        "system().restart": client.system().restart();
        "system().validate": client.system().validate("pipeline {}");
        "credentials().list": client.credentials().list();
        "credentials().create": client.credentials().create(&credential);
        "credentials().update": client.credentials().update(&credential);
        "credentials().delete": client.credentials().delete("ID");
    }
    calls.make("build.console", async { build.console().next().await.unwrap() }).await;
    calls.make("build.console_so_far", async { build.console_so_far().next().await.unwrap() }).await;

    let readme = include_str!("../README.md");
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    let table: BTreeSet<(String, String)> = readme
        .lines()
        .filter(|line| line.starts_with("| `GET ") || line.starts_with("| `POST "))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            assert_eq!(cells.len(), 7, "{line}");
            (cell(cells[1]), cell(cells[2]))
        })
        .collect();
    let missing: Vec<_> = calls.rows.difference(&table).collect();
    let wrong: Vec<_> = table.difference(&calls.rows).collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "not in the README: {missing:#?}\nonly in the README: {wrong:#?}"
    );
}
