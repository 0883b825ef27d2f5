//! The account's rate of lists is planned: many groups share it, and none goes without.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{Alert, AlertState, ConfigId, elapsed};
use scaler_core::ports::Clock as _;
use scaler_core::runtime::Scaler;
use scaler_core::state::Cause;

use super::{Bench, alert, group, seconds};

const GROUPS: u64 = 200;
const EACH: usize = 10;

fn name(n: u64) -> String {
    format!("web{n:03}")
}

const fn config(n: u64) -> ConfigId {
    ConfigId(1_000 + n)
}

/// An account with 200 groups of ten that serve, and a scaler that does not know them yet.
fn large_account() -> (Bench, Scaler) {
    let bench = Bench::new();
    for n in 0..GROUPS {
        bench.cloud.plant(&name(n), config(n), EACH);
    }
    let groups: Vec<_> = (0..GROUPS).map(|n| group(&name(n), config(n), 10, 20)).collect();
    let scaler = bench.scaler(groups, 1);
    (bench, scaler)
}

fn fires(n: u64) -> Alert {
    let mut alert = alert("WebCpuHigh", AlertState::Firing);
    alert.fingerprint = format!("high-{n}");
    alert.labels.insert("autoscale_group".to_owned(), name(n));
    alert
}

impl Bench {
    /// The lists that were read between two times: of instances (`None`) and of each config's nodes.
    fn lists(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Option<ConfigId>)> {
        let state = self.cloud.state();
        state.listed.iter().filter(|(at, _)| (from..to).contains(at)).copied().collect()
    }

    /// The most lists in any minute between two times, of instances and of nodes.
    fn most_a_minute(&self, from: Timestamp, to: Timestamp) -> (usize, usize) {
        let lists = self.lists(from, to);
        let within = |start: Timestamp, nodes: bool| {
            lists.iter().filter(move |(at, of)| {
                *at >= start && elapsed(start, *at) < seconds(60) && of.is_some() == nodes
            })
        };
        let most = |nodes| lists.iter().map(|(start, _)| within(*start, nodes).count()).max().unwrap_or(0);
        (most(false), most(true))
    }

    /// The longest time for which a config's nodes were not read, of those for which `of` says so.
    fn longest_unread(&self, from: Timestamp, to: Timestamp, of: impl Fn(ConfigId) -> bool) -> Duration {
        let mut last: BTreeMap<ConfigId, Timestamp> =
            (0..GROUPS).map(config).filter(|config| of(*config)).map(|config| (config, from)).collect();
        let mut longest = Duration::ZERO;
        for (at, config) in self.lists(from, to).into_iter().filter_map(|(at, of)| Some((at, of?))) {
            if let Some(before) = last.get_mut(&config) {
                longest = longest.max(elapsed(*before, at));
                *before = at;
            }
        }
        last.values().map(|at| elapsed(*at, to)).max().unwrap_or_default().max(longest)
    }
}

#[tokio::test(start_paused = true)]
async fn two_hundred_groups_used_up_the_rate_of_lists_when_they_began() {
    let (bench, scaler) = large_account();
    let began = bench.clock.now();
    bench.turn_for(&scaler, seconds(90)).await;
    let mut unseen = BTreeSet::new();
    for n in 0..GROUPS {
        let status = scaler.group(&name(n)).unwrap().status().await.unwrap();
        if status.observed.is_none() || status.in_service != 10 {
            unseen.insert((n, status.in_service, status.discarded().map(ToString::to_string)));
        }
    }
    assert!(unseen.is_empty(), "{} groups are not observed after 90 s: {:?}", unseen.len(), unseen.first());
    let (instances, nodes) = bench.most_a_minute(began, bench.clock.now());
    assert!(instances <= 67, "{instances} calls for instances in a minute: a third of the rate");
    assert!(nodes <= 200, "{nodes} lists of nodes in a minute");
}

#[tokio::test(start_paused = true)]
async fn groups_at_rest_listed_more_and_more_as_alerts_put_them_out_of_step() {
    let (bench, scaler) = large_account();
    let observed = async {
        tokio::time::sleep(seconds(120)).await;
        // Each group is woken at a time of its own, by an alert that goes again at once.
        for n in 0..GROUPS {
            let mut one = fires(n);
            one.labels.insert("alertname".to_owned(), "WebCpuLow".to_owned());
            scaler.alerts().notified(vec![one.clone()]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(97)).await;
            one.state = AlertState::Resolved;
            scaler.alerts().notified(vec![one]).await.unwrap();
        }
        tokio::time::sleep(seconds(200)).await;
        let from = bench.clock.now();
        tokio::time::sleep(seconds(300)).await;
        let to = bench.clock.now();
        let (instances, nodes) = bench.most_a_minute(from, to);
        assert!(instances + nodes < 150, "{instances} + {nodes} lists in a minute at rest");
        let oldest = bench.longest_unread(from, to, |_| true);
        assert!(oldest <= seconds(150), "nodes were not read for {oldest:?}");
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_notification_waited_for_the_rate_that_groups_at_rest_had_used_up() {
    let (bench, scaler) = large_account();
    let observed = async {
        tokio::time::sleep(seconds(120)).await;
        let mut slow = Vec::new();
        for n in 0..20 {
            tokio::time::sleep(seconds(7)).await;
            let before = bench.cloud.count("create");
            scaler.alerts().notified(vec![fires(n)]).await.unwrap();
            tokio::time::sleep(seconds(2)).await;
            if bench.cloud.count("create") == before {
                let status = scaler.group(&name(n)).unwrap().status().await.unwrap();
                slow.push((n, status.signal, status.desired, status.holds));
            }
        }
        assert!(slow.is_empty(), "nothing was created within 2 s: {slow:#?}");
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn groups_that_move_took_each_others_reads() {
    let (bench, scaler) = large_account();
    bench.cloud.state().boot = seconds(80);
    let observed = async {
        tokio::time::sleep(seconds(120)).await;
        for n in 0..20 {
            let ask = scaler.group(&name(n)).unwrap().scale_to(15).because(Cause::operator("burst"));
            ask.submit().await.unwrap();
        }
        let from = bench.clock.now();
        tokio::time::sleep(seconds(100)).await;
        let to = bench.clock.now();
        let moving = bench.longest_unread(from, to, |of| of.0 < 1_020);
        assert!(moving <= seconds(30), "a moving group's nodes were not read for {moving:?}");
        let (instances, nodes) = bench.most_a_minute(from, to);
        assert!(instances <= 67 && nodes <= 200, "{instances} and {nodes} lists in a minute");
        tokio::time::sleep(seconds(100)).await;
        for n in 0..20 {
            let status = scaler.group(&name(n)).unwrap().status().await.unwrap();
            assert_eq!((status.in_service, status.may_exist), (15, 15), "group {n}: {:?}", status.holds);
        }
    };
    scaler.run(observed).await.unwrap();
}
