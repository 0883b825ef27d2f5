//! The whole on one machine: simulated members and NodeBalancer, the daemon, Prometheus and Alertmanager, visitors.

use std::time::Duration;

use linode_sim::Timings;

use super::readme;
use super::stack::{Job, Setup, Stack, Targets};
use crate::rig::{Account, Configuration, Daemon, Load, WEBHOOK_CREDENTIAL, eventually, seconds};

/// Work of one core that a page costs: a member with two cores serves 40 a second.
const COST: Duration = Duration::from_millis(50);

/// Visitors a second whom two members serve at a tenth of what they can.
pub(super) const CALM: f64 = 8.0;

/// Visitors a second who take 85 % of two members, and 43 % of four.
pub(super) const SPIKE: f64 = 68.0;

/// What the README tells a person to write; the window is that of a test.
fn rules() -> String {
    readme::with(&readme::block("web.rules.yml"), &[("[2m]", "[4s]")])
}

/// Everything that runs; visitors come first, so that they go first.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) load: Load,
    pub(super) daemon: Daemon,
    pub(super) stack: Stack,
    pub(super) account: Account,
}

impl Scene {
    /// Two members serve, and calm visitors come. The daemon makes the members itself, out of nothing. Where it does not
    /// poll, the webhook is all that it hears of.
    pub(super) async fn begin(polled: bool, remove: &'static str) -> Self {
        let account = Account::live(Timings::quick(), COST).await;
        let mut daemon = Daemon::new(&account);
        let mut setup = Setup::new(&rules(), &format!("{}/webhook", daemon.url()));
        setup.webhook_bearer = Some(WEBHOOK_CREDENTIAL.to_owned());
        let discovery = format!("{}/sd/web?port=9100&address=public", daemon.url());
        setup.jobs.push(Job::new("web", Targets::Http(discovery)));
        let stack = Stack::start(&setup).await;
        let configuration = Configuration {
            alertmanager: polled.then(|| stack.alertmanager()),
            confirm: (!polled).then_some("30s"),
            heartbeat: true,
            warm_up: "3s",
            remove,
            ..Configuration::default()
        };
        daemon.start(&account, &configuration).await;
        daemon.until_at_rest(2, seconds(60)).await;
        let load = Load::start(&account.door(), CALM);
        let scene = Self { load, daemon, stack, account };
        scene.until("the members' load is seen", 30, || true, "web:cpu:percent").await;
        scene
    }

    /// Waits until something is so, and (where `promql` is not empty) Prometheus has an answer.
    pub(super) async fn until(
        &self,
        what: &str,
        within: u64,
        so: impl Fn() -> bool + Send + Sync,
        promql: &str,
    ) {
        eventually(seconds(within), what, async || {
            let seen = promql.is_empty() || !self.stack.query(promql).await.is_empty();
            (so() && seen).then_some(())
        })
        .await;
    }

    /// The spike comes, and two members become four that all serve.
    pub(super) async fn grow(&self) {
        self.load.set_rate(SPIKE);
        self.until("four members serve", 60, || self.account.serving() == 4, "").await;
        self.daemon.until_at_rest(4, seconds(30)).await;
        let before = self.load.tally().by;
        let served = || {
            let now = self.load.tally().by;
            now.iter().filter(|(member, served)| before.get(*member) < Some(*served)).count()
        };
        self.until("all four serve visitors", 10, || served() == 4, "").await;
        self.until("the load is spread", 20, || true, "web:cpu:percent < 60").await;
    }
}
