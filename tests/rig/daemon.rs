//! `autoscalerd` as a child process.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::account::{Account, TOKEN};
use super::configuration::Configuration;
use super::{autoscalerd, eventually, http, seconds};

/// What a caller shows who changes something.
pub(crate) const CREDENTIAL: &str = "the-operators-credential";

/// What Alertmanager shows.
pub(crate) const WEBHOOK_CREDENTIAL: &str = "the-webhooks-credential";

/// The daemon: its folder with configuration and store, and the process while it runs. It is killed when it is dropped,
/// and its last lines are shown when the test fails.
#[derive(Debug)]
pub(crate) struct Daemon {
    folder: TempDir,
    listen: SocketAddr,
    child: Option<Child>,
    http: reqwest::Client,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Daemon {
    /// Chooses where the daemon will listen, so that others can be told before it starts.
    pub(crate) fn new(account: &Account) -> Self {
        // A port that is free now, at an address that nobody else uses.
        let listen = TcpListener::bind((account.neighbour(), 0)).unwrap().local_addr().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), listen, child: None, http: http(seconds(30)) }
    }

    /// Starts it and waits until it is ready; returns how long that took.
    pub(crate) async fn start(&mut self, account: &Account, configuration: &Configuration) -> Duration {
        let text = configuration.text(account, &self.listen.to_string());
        fs::write(self.file(), text).unwrap();
        self.again().await
    }

    /// Starts it with the same configuration and store as before.
    pub(crate) async fn again(&mut self) -> Duration {
        let program = autoscalerd();
        let began = Instant::now();
        self.spawn(program);
        let ready = format!("{}/readyz?acting", self.url());
        loop {
            if let Some(status) = self.ended() {
                panic!("autoscalerd ended by itself: {status}\n{}", self.log());
            }
            match self.http.get(&ready).send().await {
                Ok(answer) if answer.status().is_success() => break,
                _ => assert!(began.elapsed() < seconds(20), "autoscalerd is not ready"),
            }
            sleep(Duration::from_millis(2)).await;
        }
        began.elapsed()
    }

    /// Starts it, and waits for nothing.
    pub(crate) fn spawn(&mut self, program: PathBuf) {
        let log = File::options().append(true).create(true).open(self.log_file()).unwrap();
        let child = Command::new(program)
            .arg("--config")
            .arg(self.file())
            .env_remove("RUST_LOG")
            .env("LINODE_TOKEN", TOKEN)
            .env("AUTOSCALE_TOKEN", CREDENTIAL)
            .env("WEBHOOK_TOKEN", WEBHOOK_CREDENTIAL)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// SIGKILL: it gets no chance to finish anything.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and how it ended.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        eventually(seconds(20), "autoscalerd ends", async || self.ended()).await
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().unwrap()
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let id = self.child.as_ref().expect("it runs").id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listen
    }

    /// The configuration file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("autoscale.yaml")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("autoscalerd.log")
    }

    /// Everything it wrote, over all starts.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// A GET without a credential.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.http.get(format!("{}{path}", self.url()))).await
    }

    /// A call with a body of our choice and a credential, if any.
    pub(crate) async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        credential: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url()))
            .header("content-type", "application/json")
            .body(body);
        answer(match credential {
            Some(credential) => request.bearer_auth(credential),
            None => request,
        })
        .await
    }

    /// Posts to the webhook as Alertmanager would.
    pub(crate) async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        self.send(reqwest::Method::POST, "/webhook", Some(WEBHOOK_CREDENTIAL), body).await
    }

    /// Posts a notification, which must be taken.
    pub(crate) async fn notify(&self, alerts: &[Value]) {
        let answer = self.post(super::notification(alerts).to_string()).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }

    /// How the group stands.
    pub(crate) async fn group(&self) -> Value {
        let answer = self.get("/api/v1/groups/web").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Waits until so many members serve, warmed up, and nothing is under way.
    pub(crate) async fn until_at_rest(&self, members: u64, within: Duration) {
        let mut last = Value::Null;
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            last = self.group().await;
            let is = |key: &str, number: u64| last[key] == json!(number);
            let none = |key: &str| is(key, 0);
            if is("desired", members)
                && is("in_service", members)
                && is("may_exist", members)
                && ["warming", "on_their_way", "unhealthy", "leaving"].into_iter().all(none)
            {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("not at rest with {members} members within {} s: {last:#}", within.as_secs());
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    Answer { status, text: answer.text().await.unwrap() }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(60)..];
            eprintln!("--- autoscalerd's last lines\n{}", last.join("\n"));
        }
    }
}
