//! A real Prometheus and a real Alertmanager as child processes, on loopback ports of the kernel's choice and with their
//! data in a folder that goes with them.

mod silences;
mod tests;

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::e2e::readme;
use crate::rig::{eventually, http, seconds};

/// How long a program may take until it listens and is ready; on two busy cores that is seconds.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Where Prometheus finds what to scrape.
#[derive(Debug, Clone)]
pub(crate) enum Targets {
    /// These addresses, `host:port`.
    Fixed(Vec<String>),
    /// The answer of an http_sd endpoint.
    Http(String),
    /// A file_sd file, which [`Stack::set_targets`] writes.
    File,
}

/// A job of Prometheus.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) targets: Targets,
    /// Sent as `Authorization: Bearer …` to the http_sd endpoint.
    pub(crate) bearer: Option<String>,
}

impl Job {
    pub(crate) fn new(name: &str, targets: Targets) -> Self {
        Self { name: name.to_owned(), targets, bearer: None }
    }
}

/// What to start.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) jobs: Vec<Job>,
    /// A whole rule file (`groups: …`).
    pub(crate) rules: String,
    /// Where Alertmanager sends its notifications.
    pub(crate) webhook: String,
    /// Sent as `Authorization: Bearer …` with them.
    pub(crate) webhook_bearer: Option<String>,
    /// Between scrapes and between evaluations.
    pub(crate) interval: Duration,
    /// After which an unchanged group is sent again.
    pub(crate) repeat_interval: Duration,
}

impl Setup {
    pub(crate) fn new(rules: &str, webhook: &str) -> Self {
        Self {
            jobs: Vec::new(),
            rules: rules.to_owned(),
            webhook: webhook.to_owned(),
            webhook_bearer: None,
            interval: Duration::from_secs(1),
            repeat_interval: Duration::from_secs(10),
        }
    }

    fn prometheus(&self, alertmanager: &str, folder: &Path) -> Value {
        let jobs: Vec<Value> = self.jobs.iter().map(|job| self.job(job, folder)).collect();
        json!({
            "global": { "scrape_interval": duration(self.interval), "evaluation_interval": duration(self.interval) },
            "rule_files": [folder.join("rules.yml")],
            "alerting": { "alertmanagers": [{ "static_configs": [{ "targets": [alertmanager] }] }] },
            "scrape_configs": jobs,
        })
    }

    fn job(&self, job: &Job, folder: &Path) -> Value {
        let mut config = json!({ "job_name": job.name });
        match &job.targets {
            Targets::Fixed(targets) => config["static_configs"] = json!([{ "targets": targets }]),
            Targets::Http(url) => {
                config["http_sd_configs"] =
                    json!([{ "url": url, "refresh_interval": duration(self.interval) }]);
                if let Some(bearer) = &job.bearer {
                    // Prometheus 2.42 forgets the default type here, and sends an empty one.
                    config["http_sd_configs"][0]["authorization"] =
                        json!({ "type": "Bearer", "credentials": bearer });
                }
            }
            Targets::File => {
                let file = folder.join(format!("{}.targets.json", job.name));
                config["file_sd_configs"] = json!([{ "files": [file] }]);
            }
        }
        config
    }

    /// The README's, with the addresses and times of a test.
    fn alertmanager(&self) -> String {
        let login = format!("credentials: {}", self.webhook_bearer.as_deref().unwrap_or("none"));
        readme::with(
            &readme::block("alertmanager.yml"),
            &[
                ("url: http://127.0.0.1:9480/webhook", &format!("url: {}", self.webhook)),
                ("credentials_file: webhook.key", &login),
                ("group_wait: 10s", "group_wait: 100ms"),
                ("group_interval: 1m", &format!("group_interval: {}", duration(self.interval))),
                ("repeat_interval: 5m", &format!("repeat_interval: {}", duration(self.repeat_interval))),
            ],
        )
    }
}

fn duration(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// A sample of an instant query.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) labels: Value,
    pub(crate) value: f64,
}

/// Both programs, until it is dropped.
pub(crate) struct Stack {
    // The order is the order of the end: first who sends, then who is sent to, then the folder.
    prometheus: Program,
    alertmanager: Program,
    folder: TempDir,
    http: reqwest::Client,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("prometheus", &self.prometheus.address)
            .field("alertmanager", &self.alertmanager.address)
            .finish_non_exhaustive()
    }
}

impl Stack {
    /// Starts both and waits until they are ready.
    pub(crate) async fn start(setup: &Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let http = http(seconds(10));
        for job in setup.jobs.iter().filter(|job| matches!(job.targets, Targets::File)) {
            write(&at.join(format!("{}.targets.json", job.name)), "[]");
        }
        write(&at.join("rules.yml"), &setup.rules);
        write(&at.join("alertmanager.yml"), &setup.alertmanager());
        let mut command = Command::new("prometheus-alertmanager");
        command
            .arg(format!("--config.file={}", at.join("alertmanager.yml").display()))
            .arg(format!("--storage.path={}", at.join("alertmanager").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]);
        let alertmanager = Program::start(command, "alertmanager", at, &http).await;

        write(&at.join("prometheus.yml"), &setup.prometheus(&alertmanager.address, at).to_string());
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", at.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", at.join("prometheus").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--web.external-url=http://127.0.0.1/"])
            // A long resend delay would leave Alertmanager with alerts that end long after the test.
            .args(["--web.enable-lifecycle", "--rules.alert.resend-delay=1s"]);
        let prometheus = Program::start(command, "prometheus", at, &http).await;
        Self { prometheus, alertmanager, folder, http }
    }

    pub(crate) fn prometheus(&self) -> String {
        format!("http://{}", self.prometheus.address)
    }

    pub(crate) fn alertmanager(&self) -> String {
        format!("http://{}", self.alertmanager.address)
    }

    /// An instant query.
    pub(crate) async fn query(&self, promql: &str) -> Vec<Sample> {
        let mut url = url::Url::parse(&format!("{}/api/v1/query", self.prometheus())).unwrap();
        url.query_pairs_mut().append_pair("query", promql);
        let answer = self.get(url.as_str()).await;
        assert_eq!(answer["status"], "success", "{promql}: {answer}");
        let result = answer["data"]["result"].as_array().cloned().unwrap_or_default();
        result
            .into_iter()
            .map(|sample| Sample {
                value: sample["value"][1].as_str().unwrap().parse().unwrap(),
                labels: sample["metric"].clone(),
            })
            .collect()
    }

    /// The pending and firing alerts as Prometheus sees them.
    pub(crate) async fn alerts(&self) -> Vec<Value> {
        let answer = self.get(&format!("{}/api/v1/alerts", self.prometheus())).await;
        answer["data"]["alerts"].as_array().cloned().unwrap_or_default()
    }

    /// A client of the Alertmanager.
    pub(crate) fn client(&self) -> alertmanager_types::Client {
        alertmanager_types::Client::new(self.alertmanager()).unwrap()
    }

    /// The time by Prometheus' clock, in whole seconds: the one that counts here.
    pub(crate) async fn now(&self) -> Timestamp {
        Timestamp::from_second(self.query("vector(time())").await[0].value as i64).unwrap()
    }

    /// Replaces the targets of a job with [`Targets::File`]; Prometheus sees the file change.
    pub(crate) fn set_targets(&self, job: &str, targets: &Value) {
        let file = self.folder.path().join(format!("{job}.targets.json"));
        let new = file.with_extension("new");
        write(&new, &targets.to_string());
        fs::rename(new, file).unwrap();
    }

    /// Replaces the rules and has Prometheus read them.
    pub(crate) async fn set_rules(&self, rules: &str) {
        write(&self.folder.path().join("rules.yml"), rules);
        let answer = self.http.post(format!("{}/-/reload", self.prometheus())).send().await.unwrap();
        assert!(answer.status().is_success(), "reload: {}", answer.text().await.unwrap());
    }

    async fn get(&self, url: &str) -> Value {
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"))
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// A child process that is killed when it is dropped, and whose log is shown when a test fails.
struct Program {
    name: &'static str,
    child: Child,
    log: std::path::PathBuf,
    address: String,
}

impl Program {
    async fn start(mut command: Command, name: &'static str, folder: &Path, http: &reqwest::Client) -> Self {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}; .ci/install-monitoring installs it", command.get_program().display())
            });
        let mut program = Self { name, child, log, address: String::new() };
        program.address = eventually(READY_WITHIN, name, async || program.listening()).await;
        let ready = format!("http://{}/-/ready", program.address);
        eventually(READY_WITHIN, name, async || {
            http.get(&ready).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
        program
    }

    /// The address that the kernel gave, as the program logs it.
    fn listening(&self) -> Option<String> {
        let log = fs::read_to_string(&self.log).ok()?;
        let line = log.lines().find(|line| line.contains("msg=\"Listening on\""))?;
        line.split_whitespace().find_map(|word| word.strip_prefix("address=")).map(str::to_owned)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(30)..];
            eprintln!("--- {}'s last lines\n{}", self.name, last.join("\n"));
        }
    }
}
