//! The one file, for a test.

use std::fmt::Write as _;

use super::account::{Account, OWNER, WEB};

/// What of the file a test may want otherwise; the times are those of a hurried person.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// Alertmanager to be asked, if any; else its notifications are all there is.
    pub(crate) alertmanager: Option<String>,
    /// Within which notifications must repeat where nobody is asked, if not within the default.
    pub(crate) confirm: Option<&'static str>,
    pub(crate) heartbeat: bool,
    pub(crate) warm_up: &'static str,
    /// The section `remove`.
    pub(crate) remove: &'static str,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            min: 2,
            max: 4,
            alertmanager: None,
            confirm: None,
            heartbeat: false,
            warm_up: "1s",
            remove: "{ low_for: 1s, after_add: 1s, at_most: 50%, every: 1s, drain: 5s, reject: 3s }",
        }
    }
}

impl Configuration {
    pub(super) fn text(&self, account: &Account, listen: &str) -> String {
        let Self { min, max, warm_up, remove, .. } = self;
        let (url, balancer, config) = (account.url(), account.nodebalancer, account.config);
        let mut text = format!(
            "owner: {OWNER}
linode: {{ token: {{ env: LINODE_TOKEN }}, url: \"{url}\" }}
daemon:
  listen: \"{listen}\"
  credentials: {{ env: AUTOSCALE_TOKEN }}
  webhook_credentials: {{ env: WEBHOOK_TOKEN }}
store: {{ sqlite: autoscale.db }}
groups:
  web:
    region: nl-ams
    size: {{ min: {min}, max: {max} }}
    template:
      type: g6-standard-2
      image: linode/debian12
      authorized_keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJustForATest test\"]
    balancers: [{{ nodebalancer: {balancer}, config: {config}, port: {WEB} }}]
    policies:
      - step: {{ on: {{ alertname: WebCpuHigh }}, add: 100% }}
      - step: {{ on: {{ alertname: WebCpuLow }}, remove: 50% }}
    launch: {{ warm_up: {warm_up} }}
    remove: {remove}
"
        );
        if let Some(alertmanager) = &self.alertmanager {
            let _ = writeln!(text, "alertmanager: {{ url: \"{alertmanager}\", poll: 1s }}");
        }
        if let Some(confirm) = self.confirm {
            let _ = writeln!(text, "confirm: {confirm}");
        }
        if self.heartbeat {
            text.push_str("heartbeat: Watchdog\n");
        }
        text
    }
}
