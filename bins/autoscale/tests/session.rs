//! A place with a configuration, a cloud, and a transcript of what was typed and answered there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use linode_sim::live::{LiveOptions, Server};
use linode_sim::{RateLimits, SeedBalancer, SeedConfig, SeedInstance, Simulator, Timings};
use regex::Regex;
use scaler_core::clock::SystemClock;
use scaler_core::ports::Clock as _;
use tempfile::TempDir;

pub const TOKEN: &str = "token-that-nobody-may-see";

/// A simulated cloud with two members behind a NodeBalancer, over a real socket.
pub struct Cloud {
    pub sim: Simulator,
    pub server: Server,
    pub nodebalancer: u64,
    pub config: u64,
    pub instances: Vec<u64>,
}

impl Cloud {
    pub async fn new(timings: Timings, speed: f64) -> Self {
        let sim = Simulator::builder()
            .token(TOKEN)
            .seed(7)
            .start(SystemClock.now())
            .speed(speed)
            .profile(timings)
            .rate_limits(RateLimits::off())
            .build();
        let labels = ["web-aaaaa-1", "web-aaaaa-2"];
        let mut instances = Vec::new();
        for label in labels {
            let mut instance =
                SeedInstance::new(label).tag("autoscale-owner:k3x9w2").tag("autoscale-group:web");
            instance.age_secs = 7_200;
            instances.push(sim.seed_instance(&instance).unwrap());
        }
        let mut config = SeedConfig::new(80).nodes(8080, labels);
        config.check_interval = 2;
        config.check_timeout = 1;
        let balancer = sim.seed_nodebalancer(&SeedBalancer::new("web-lb").config(config)).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let server = Server::bind(any, sim.clone(), LiveOptions::without_guests()).await.unwrap();
        Self { sim, server, nodebalancer: balancer.id, config: balancer.configs[0], instances }
    }

    /// A configuration of one group in this cloud.
    pub fn configuration(&self) -> String {
        format!(
            r#"owner: k3x9w2
linode: {{ token: {{ env: LINODE_TOKEN }}, url: "{}" }}
groups:
  web:
    region: nl-ams
    size: {{ min: 1, max: 5 }}
    template:
      type: g6-standard-2
      image: linode/debian12
      authorized_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9pDpZ4Qn1wVvF8a1hMZ0m6kO2J4b2l5q7cX3d8e9fA deploy"]
    balancers: [{{ nodebalancer: {}, config: {}, port: 8080 }}]
    policies:
      - step: {{ on: {{ alertname: WebCpuHigh }}, add: 50% }}
      - step: {{ on: {{ alertname: WebCpuLow }}, remove: 1 }}
"#,
            self.server.url(),
            self.nodebalancer,
            self.config
        )
    }
}

/// What is typed, and what comes back.
pub struct Session {
    dir: TempDir,
    pub env: Vec<(String, String)>,
    transcript: String,
}

impl Session {
    pub fn new() -> Self {
        let env = [("LINODE_TOKEN", TOKEN), ("USER", "anna"), ("COLUMNS", "100")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { dir: tempfile::tempdir().unwrap(), env, transcript: String::new() }
    }

    /// As if nothing had been typed yet.
    pub fn forget(&mut self) {
        self.transcript.clear();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn command(&self, line: &str) -> Command {
        let mut words = words(line).into_iter();
        assert_eq!(words.next().as_deref(), Some("autoscale"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_autoscale"));
        command
            .args(words)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a line off the runtime, and keeps what was said.
    pub async fn run(&mut self, line: &str) -> Said {
        let mut command = self.command(line);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = Said::of(&output);
        assert!(!said.out.contains(TOKEN) && !said.err.contains(TOKEN), "the token was shown by {line}");
        let transcript = &mut self.transcript;
        writeln!(transcript, "$ {line}").unwrap();
        transcript.push_str(&said.out);
        for line in said.err.lines() {
            writeln!(transcript, "! {line}").unwrap();
        }
        if said.code != 0 {
            writeln!(transcript, "(exit {})", said.code).unwrap();
        }
        transcript.push('\n');
        said
    }

    /// All of it, without what differs from run to run.
    pub fn transcript(&self) -> String {
        let dir = self.dir.path().canonicalize().unwrap();
        plain(&self.transcript, &dir)
    }
}

/// What a command said.
#[derive(Clone, Debug)]
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Said {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            out: text(&output.stdout),
            err: text(&output.stderr),
            code: output.status.code().unwrap_or(-1),
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON: {error}\n{self:?}"))
    }
}

/// As a shell splits it, with single quotes only.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('\'').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn plain(text: &str, dir: &Path) -> String {
    let filters = [
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\b\d\d:\d\d:\d\dZ", "[time]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"\(process \d+\)", "(process [id])"),
        (r"web-[a-z0-9]{5}-(\d+)", "web-[inc]-$1"),
        (r"(?m)^(web-\[inc\]-\d+ +)\d+ ", "$1[id] "),
        (r"instance \d+", "instance [id]"),
    ];
    let mut text = text.replace(dir.to_str().unwrap(), "[dir]");
    for (pattern, to) in filters {
        text = Regex::new(pattern).unwrap().replace_all(&text, to).into_owned();
    }
    // Where something was put in place of something of another length, columns don't line up any more.
    let gaps = Regex::new(r"(\S) {2,}").unwrap();
    let spans = Regex::new(r"  (\d+[dhms]){1,2}(  |$)").unwrap();
    let lines = text.lines().map(|line| {
        let moved = ["[time]", "[inc]", "MEMBER", "GENERATION "].iter().any(|mark| line.contains(mark));
        let line = if moved { gaps.replace_all(line, "$1  ") } else { line.into() };
        let row = line.starts_with("web-[inc]") || line.contains("  [time]  ");
        if row { spans.replace(&line, "  [span]$2").into_owned() } else { line.into_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Long enough for a machine that builds something else meanwhile.
pub const PATIENCE: Duration = Duration::from_secs(60);
