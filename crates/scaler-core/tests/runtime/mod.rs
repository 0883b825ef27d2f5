//! The loop over the ports, under a paused clock.

mod alerts;
mod calls;
mod clock;
mod cloud;
mod crash;
mod dry_run;
mod endings;
mod groups;
mod guards;
mod handle;
mod log;
mod moves;
mod ownership;
mod pace;
mod rate_limits;
mod removal_budget;
mod store;
mod story;

use std::collections::BTreeMap;
use std::time::Duration;

use scaler_core::clock::TokioClock;
use scaler_core::model::{Alert, AlertState, Amount, ConfigId, Group, Size, StepId, StepPolicy, Template};
use scaler_core::runtime::{GroupHandle, Outcome, Scaler};
use scaler_core::state::{Cause, Entry, Fact};

use self::cloud::Cloud;
use self::store::Faulty;

pub const CONFIG: ConfigId = ConfigId(7);

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A group without times to wait for where the test is not about them.
pub fn group(name: &str, config: ConfigId, min: u32, max: u32) -> Group {
    let template = Template::new("t1", ["g6-standard-2", "g6-dedicated-2"]);
    let mut group = Group::new(name.parse().unwrap(), Size { min, max }, vec![config], template);
    let on = |name: &str| BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    group.policies = vec![
        StepPolicy::on(on("WebCpuHigh")).adding(Amount::Percent(100)),
        StepPolicy::on(on("WebCpuLow")).removing(Amount::Count(1)),
    ];
    group.launch.warm_up = seconds(30);
    group
}

pub fn alert(name: &str, state: AlertState) -> Alert {
    let labels = BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    let starts_at = "2026-08-01T12:00:00Z".parse().unwrap();
    Alert::new(name.to_owned(), labels, BTreeMap::new(), starts_at, state)
}

/// The group that most of these tests are about.
pub fn web_of(scaler: &Scaler) -> GroupHandle {
    scaler.group("web").unwrap()
}

/// A cloud, a store, and what is built on them.
pub struct Bench {
    pub clock: TokioClock,
    pub cloud: Cloud,
    pub store: Faulty,
}

impl Bench {
    pub fn new() -> Self {
        let clock = TokioClock::new("2026-08-01T12:00:00Z".parse().unwrap());
        Self { clock, cloud: Cloud::new(clock), store: Faulty::default() }
    }

    pub fn scaler(&self, groups: impl IntoIterator<Item = Group>, seed: u64) -> Scaler {
        Scaler::builder()
            .compute(self.cloud.clone())
            .balancer(self.cloud.clone())
            .store(self.store.clone())
            .clock(self.clock)
            .groups(groups)
            .seed(seed)
            .build()
            .unwrap()
    }

    pub fn web(&self, seed: u64) -> Scaler {
        self.scaler([group("web", CONFIG, 1, 12)], seed)
    }

    /// A group of so many, at rest.
    pub async fn settled(&self, n: u32, seed: u64) -> Scaler {
        let scaler = self.web(seed);
        let ended =
            web_of(&scaler).scale_to(n).because(Cause::operator("test")).events().outcome().await.unwrap();
        assert_eq!(ended, Outcome::Reached);
        scaler
    }

    pub async fn entries(&self) -> Vec<Entry> {
        self.store.entries("web").await
    }

    pub async fn facts(&self) -> Vec<Fact> {
        self.entries().await.into_iter().map(|entry| entry.draft.fact).collect()
    }

    /// Turns the loop for so long.
    pub async fn turn_for(&self, scaler: &Scaler, time: Duration) {
        scaler.run(tokio::time::sleep(time)).await.unwrap();
    }
}

/// Every step that was intended has one outcome, and no outcome stands alone.
pub fn each_step_once(entries: &[Entry]) {
    for (id, outcomes) in outcomes(entries) {
        assert_eq!(outcomes, 1, "outcomes of step {id}");
    }
}

/// The same after a crash, which leaves intents without an outcome.
pub fn each_step_at_most_once(entries: &[Entry]) {
    for (id, outcomes) in outcomes(entries) {
        assert!(outcomes <= 1, "{outcomes} outcomes of step {id}");
    }
}

fn outcomes(entries: &[Entry]) -> BTreeMap<StepId, usize> {
    let mut intended = BTreeMap::new();
    for entry in entries {
        let id = entry.draft.step;
        match &entry.draft.fact {
            Fact::Intended { .. } => {
                assert!(intended.insert(id.unwrap(), 0).is_none(), "step {id:?} was intended twice");
            }
            Fact::Done { .. } => *intended.get_mut(&id.unwrap()).expect("an outcome has an intent") += 1,
            _ => {}
        }
    }
    intended
}
