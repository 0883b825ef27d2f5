//! The daemon's configuration, as somebody would write it: realistic times, played fast.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use autoscale_config::Config;
use linode_sim::SeededBalancer;
use serde_json::json;

use crate::Failure;
use crate::alerts::rules::{GROUP, HIGH, HIGH_THRESHOLD, LOW, LOW_THRESHOLD, WATCHDOG};
use crate::options::Story;

pub(crate) const OWNER: &str = "demo42";
pub(crate) const TOKEN: &str = "sandbox-linode-token";
pub(crate) const WEBHOOK_TOKEN: &str = "sandbox-webhook-token";
pub(crate) const TYPE: &str = "g6-standard-2";
pub(crate) const MIN: usize = 2;
pub(crate) const MAX: usize = 4;
/// Simulated seconds between health checks of the NodeBalancer.
pub(crate) const CHECK_EVERY: u64 = 5;
/// Simulated time that a member rejects before it is deregistered: modes take so long.
pub(crate) const REJECT: Duration = Duration::from_secs(60);

/// Simulated time that a member drains. In the second story long enough for the spike to come back meanwhile.
pub(crate) const fn drain(story: Story) -> Duration {
    match story {
        Story::Spike => Duration::from_secs(60),
        Story::SpikeReturns => Duration::from_secs(5 * 60),
    }
}

/// Writes the configuration and its secrets into `folder`, and reads it as the daemon does.
///
/// # Errors
/// What the file system says, or what is wrong with the configuration.
pub(crate) fn write(
    folder: &Path,
    linode: &str,
    alertmanager: &str,
    balancer: &SeededBalancer,
    story: Story,
) -> Result<Config, Failure> {
    let port = balancer.configs.first().ok_or("the NodeBalancer has no config")?;
    for (file, secret) in [("linode.token", TOKEN), ("webhook.token", WEBHOOK_TOKEN)] {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(file))?;
        file.write_all(secret.as_bytes())?;
    }
    let seconds = |time: Duration| format!("{}s", time.as_secs());
    let config = json!({
        "owner": OWNER,
        "linode": { "url": linode, "token": { "file": "linode.token" } },
        "alertmanager": { "url": alertmanager, "poll": "15s" },
        "heartbeat": WATCHDOG,
        "daemon": { "listen": "127.0.0.1:0", "webhook_credentials": { "file": "webhook.token" } },
        "store": { "sqlite": "autoscale.db" },
        "groups": { GROUP: {
            "region": "nl-ams",
            "size": { "min": MIN, "max": MAX },
            "template": { "type": TYPE, "image": "linode/debian12", "authorized_users": ["sandbox"] },
            "balancers": [{ "nodebalancer": balancer.id, "config": port, "port": 8080 }],
            "policies": [
                { "step": { "on": { "alertname": HIGH }, "add": "100%" } },
                { "step": { "on": { "alertname": LOW }, "remove": 1 } },
            ],
            "launch": { "timeout": "10m", "warm_up": "90s" },
            "remove": {
                "low_for": "2m",
                "after_add": "3m",
                "at_most": "10%",
                "every": "2m",
                "drain": seconds(drain(story)),
                "reject": seconds(REJECT),
            },
            "cost": { "per_hour": 0.5 },
            "thresholds": { "low": LOW_THRESHOLD, "high": HIGH_THRESHOLD },
        } },
    });
    let text = serde_json::to_string_pretty(&config)?;
    let file = folder.join("autoscale.yaml");
    // JSON is YAML too.
    fs::write(&file, text)?;
    Config::load(&file).map_err(|problems| problems.to_string().into())
}
