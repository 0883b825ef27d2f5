//! The real Prometheus and Alertmanager as child processes, with generated configuration.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::rules::{self, WATCHDOG, millis};
use crate::Failure;
use crate::happening::{Diary, What};
use crate::pace::Pace;
use crate::web::Web;

/// How long a program may take until it is ready; on two busy cores that is seconds.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long one of them may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between looks at what Prometheus says of its alerts.
const LOOK: Duration = Duration::from_millis(100);

/// Where both programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    prometheus: PathBuf,
    alertmanager: PathBuf,
    web: Web,
}

impl Programs {
    /// Looks on PATH.
    ///
    /// # Errors
    /// Says which is missing, and what to do.
    pub(crate) fn find(web: Web) -> Result<Self, Failure> {
        let missing = |what: &str| -> Failure {
            format!(
                "--prometheus needs {what} on PATH: install Debian's packages prometheus and prometheus-alertmanager, or \
                 put the programs of prometheus.io on PATH; without --prometheus the sandbox evaluates the same rules by \
                 itself"
            )
            .into()
        };
        let prometheus = on_path(&["prometheus"]).ok_or_else(|| missing("`prometheus`"))?;
        let alertmanager = on_path(&["prometheus-alertmanager", "alertmanager"])
            .ok_or_else(|| missing("`alertmanager` (or `prometheus-alertmanager`)"))?;
        Ok(Self { prometheus, alertmanager, web })
    }

    /// Starts Alertmanager, which sends its notifications to `webhook`.
    pub(crate) async fn alertmanager(
        &self,
        folder: &Path,
        pace: Pace,
        webhook: &str,
        token: &str,
    ) -> Result<Program, Failure> {
        let config = json!({
            "route": {
                "receiver": "autoscaler",
                "group_by": ["alertname", "autoscale_group"],
                "group_wait": "100ms",
                "group_interval": millis(rules::interval(pace)),
                "repeat_interval": millis(rules::repeat(pace)),
            },
            "receivers": [{
                "name": "autoscaler",
                "webhook_configs": [{
                    "url": webhook,
                    "send_resolved": true,
                    "http_config": { "authorization": { "credentials": token } },
                }],
            }],
        });
        let file = folder.join("alertmanager.yml");
        fs::write(&file, config.to_string())?;
        let mut command = Command::new(&self.alertmanager);
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", folder.join("alertmanager").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]);
        Program::start(command, "alertmanager", folder, &self.web).await
    }

    /// Starts Prometheus, which finds its targets at `sd`.
    pub(crate) async fn prometheus(
        &self,
        folder: &Path,
        pace: Pace,
        sd: &str,
        alertmanager: &Program,
    ) -> Result<Program, Failure> {
        let interval = millis(rules::interval(pace));
        let rule_file = folder.join("rules.yml");
        fs::write(&rule_file, rules::rule_file(pace).to_string())?;
        let config = json!({
            "global": { "scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval },
            "rule_files": [rule_file],
            "alerting": { "alertmanagers": [{ "static_configs": [{ "targets": [alertmanager.address] }] }] },
            "scrape_configs": [{
                "job_name": "members",
                "http_sd_configs": [{ "url": sd, "refresh_interval": interval }],
            }],
        });
        let file = folder.join("prometheus.yml");
        fs::write(&file, config.to_string())?;
        let mut command = Command::new(&self.prometheus);
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("prometheus").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--web.external-url=http://127.0.0.1/"])
            // Alertmanager holds an alert for four of these: it must not outlive the condition by much.
            .arg(format!("--rules.alert.resend-delay={interval}"));
        Program::start(command, "prometheus", folder, &self.web).await
    }
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// A program at work; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    /// Where it listens.
    pub(crate) address: String,
    _child: Child,
}

impl Program {
    async fn start(
        mut command: Command,
        name: &'static str,
        folder: &Path,
        web: &Web,
    ) -> Result<Self, Failure> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).kill_on_drop(true);
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().map_err(|error| format!("{program} can't be started: {error}"))?;
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if let Some(address) = listening(&text)
                && let Ok(answer) = web.get(&format!("http://{address}/-/ready"), PATIENCE).await
                && answer.status().is_success()
            {
                return Ok(Self { address, _child: child });
            }
            let ended = child.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let lines: Vec<&str> = text.lines().collect();
                let last = lines[lines.len().saturating_sub(5)..].join("\n");
                let how =
                    ended.map_or_else(|| "is not ready".to_owned(), |status| format!("ended ({status})"));
                return Err(format!("{program} {how}; its last words:\n{last}").into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The address that the kernel gave, as both programs log it.
fn listening(log: &str) -> Option<String> {
    let line = log.lines().find(|line| line.contains("msg=\"Listening on\""))?;
    line.split_whitespace().find_map(|word| word.strip_prefix("address=")).map(str::to_owned)
}

#[derive(Deserialize)]
struct Alerts {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    alerts: Vec<Active>,
}

#[derive(Deserialize)]
struct Active {
    labels: BTreeMap<String, String>,
    state: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// Notes what becomes of Prometheus' alerts until it is dropped.
pub(crate) async fn watch(web: Web, prometheus: String, diary: Diary) {
    let url = format!("http://{prometheus}/api/v1/alerts");
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    loop {
        sleep(LOOK).await;
        let Ok(answer) = web.get(&url, PATIENCE).await else { continue };
        let Ok(alerts) = serde_json::from_slice::<Alerts>(answer.body()) else { continue };
        let mut now = BTreeMap::new();
        for active in alerts.data.alerts {
            let alert = active.labels.get("alertname").cloned().unwrap_or_default();
            if alert == WATCHDOG {
                continue;
            }
            if before.get(&alert) != Some(&active.state) {
                let value = active.annotations.get("value").and_then(|value| value.parse().ok());
                diary.note(match active.state.as_str() {
                    "firing" => What::Firing { alert: alert.clone(), value },
                    _ => What::Pending { alert: alert.clone(), value },
                });
            }
            now.insert(alert, active.state);
        }
        for (alert, state) in &before {
            if state == "firing" && now.get(alert) != Some(state) {
                diary.note(What::Resolved { alert: alert.clone() });
            }
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_log() {
        let log =
            "ts=1 level=info msg=\"Starting\"\nts=2 level=info msg=\"Listening on\" address=127.0.0.1:4321\n";
        assert_eq!(listening(log).as_deref(), Some("127.0.0.1:4321"));
        assert_eq!(listening("nothing yet"), None);
    }
}
