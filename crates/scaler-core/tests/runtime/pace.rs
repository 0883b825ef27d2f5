//! The account's rate of lists is planned: many groups share it, and none goes without.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{Alert, AlertState, ConfigId, InstanceId, Phase, elapsed};
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

/// An account with so many groups of ten that serve, and a scaler that does not know them yet.
fn account_of(groups: u64) -> (Bench, Scaler) {
    let bench = Bench::new();
    for n in 0..groups {
        bench.cloud.plant(&name(n), config(n), EACH);
    }
    let groups: Vec<_> = (0..groups).map(|n| group(&name(n), config(n), 10, 20)).collect();
    let scaler = bench.scaler(groups, 1);
    (bench, scaler)
}

fn large_account() -> (Bench, Scaler) {
    account_of(GROUPS)
}

fn fires(n: u64) -> Alert {
    let mut alert = alert("WebCpuHigh", AlertState::Firing);
    alert.fingerprint = format!("high-{n}");
    alert.labels.insert("autoscale_group".to_owned(), name(n));
    alert
}

async fn is_ill(scaler: &Scaler, n: u64, id: InstanceId) -> bool {
    let status = scaler.group(&name(n)).unwrap().status().await.unwrap();
    let member = status.members.iter().find(|member| member.instance == Some(id)).unwrap();
    member.phase == Phase::Unhealthy
}

/// These members are seen as unhealthy.
async fn all_are_ill(scaler: &Scaler, ids: Vec<(u64, InstanceId)>) {
    let mut unseen = Vec::new();
    for (n, id) in ids {
        if !is_ill(scaler, n, id).await {
            unseen.push(n);
        }
    }
    assert!(unseen.is_empty(), "members that are down and not seen: {unseen:?}");
}

impl Bench {
    /// The service of an instance fails.
    fn falls_ill(&self, label: &str) -> InstanceId {
        let mut cloud = self.cloud.state();
        let machine = cloud.machines.values_mut().find(|machine| machine.instance.label == label).unwrap();
        machine.healthy = false;
        machine.instance.id
    }

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

    /// The most calls in any minute between two times that read an instance, and a config, by id.
    fn most_by_id_a_minute(&self, from: Timestamp, to: Timestamp) -> (usize, usize) {
        let cloud = self.cloud.state();
        let most = |calls: Vec<Timestamp>| {
            let calls: Vec<_> = calls.into_iter().filter(|at| (from..to).contains(at)).collect();
            let within = |first: usize| calls.partition_point(|at| elapsed(calls[first], *at) < seconds(60));
            (0..calls.len()).map(|first| within(first) - first).max().unwrap_or(0)
        };
        (most(cloud.read.clone()), most(cloud.counted.iter().map(|(at, _)| *at).collect()))
    }

    /// The longest time for which a config's nodes were neither read nor counted, of those for which `of` says so.
    fn longest_unread(&self, from: Timestamp, to: Timestamp, of: impl Fn(ConfigId) -> bool) -> Duration {
        let configs: BTreeSet<ConfigId> = self.cloud.state().nodes.values().map(|node| node.config).collect();
        let mut last: BTreeMap<ConfigId, Timestamp> =
            configs.into_iter().filter(|config| of(*config)).map(|config| (config, from)).collect();
        let mut longest = Duration::ZERO;
        let lists = self.lists(from, to).into_iter().filter_map(|(at, of)| Some((at, of?)));
        let counted = self.cloud.state().counted.clone();
        let counted = counted.into_iter().filter(|(at, _)| (from..to).contains(at));
        let mut seen: Vec<(Timestamp, ConfigId)> = lists.chain(counted).collect();
        seen.sort_unstable();
        for (at, config) in seen {
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
        assert!(oldest <= seconds(150), "nodes were neither read nor counted for {oldest:?}");
        let ids: Vec<_> =
            (7..GROUPS).step_by(20).map(|n| (n, bench.falls_ill(&format!("{}-aaaaa-3", name(n))))).collect();
        tokio::time::sleep(seconds(45)).await;
        for (n, id) in ids {
            assert!(
                is_ill(&scaler, n, id).await,
                "a member of group {n} is down, which is not seen after 45 s"
            );
        }
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

/// Five more in each of so many groups, under 20 creates in 15 s: none is made twice, and none waits longer than it has to.
async fn all_groups_grow_at_once(groups: u64) {
    let (bench, scaler) = account_of(groups);
    let observed = async {
        tokio::time::sleep(seconds(120)).await;
        {
            let mut cloud = bench.cloud.state();
            (cloud.boot, cloud.creates_window) = (seconds(100), Some((20, seconds(15))));
        }
        for n in 0..groups {
            let ask = scaler.group(&name(n)).unwrap().scale_to(15).because(Cause::operator("burst"));
            ask.submit().await.unwrap();
        }
        let from = bench.clock.now();
        let (more, all) = (5 * groups as usize, 15 * groups as usize);
        let mut took = Duration::ZERO;
        while bench.cloud.serving() < all && took < seconds(1_500) {
            tokio::time::sleep(seconds(5)).await;
            took = elapsed(from, bench.clock.now());
        }
        let (made, deleted) = (bench.cloud.count("create"), bench.cloud.count("delete"));
        println!("{more} more in {groups} groups: {made} were made, all serve after {took:?}");
        assert_eq!((made, deleted, bench.cloud.serving()), (more, 0, all));
        // The windows before the last one, and the boot of those that it lets through.
        let floor = seconds((groups.div_ceil(4) - 1) * 15 + 100);
        assert!(took <= floor + seconds(60), "{took:?}, where the rate and the boot take {floor:?}");
        let (instances, nodes) = bench.most_a_minute(from, bench.clock.now());
        assert!(instances <= 67 && nodes <= 200, "{instances} and {nodes} lists in a minute");
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn all_groups_grew_at_once_and_healthy_launches_were_deleted() {
    all_groups_grow_at_once(60).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "takes a minute: just large"]
async fn two_hundred_groups_grew_at_once_and_healthy_launches_were_deleted() {
    all_groups_grow_at_once(GROUPS).await;
}

#[tokio::test(start_paused = true)]
async fn dry_runs_took_the_lists_of_groups_that_waited_for_theirs() {
    let (bench, scaler) = large_account();
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        let ids: Vec<_> =
            (7..GROUPS).step_by(10).map(|n| (n, bench.falls_ill(&format!("{}-aaaaa-3", name(n))))).collect();
        // Somebody asks for what the same few would do, again and again.
        let until = bench.clock.now() + seconds(45);
        while bench.clock.now() < until {
            for n in 0..5 {
                scaler.group(&name(n)).unwrap().plan().await.unwrap();
            }
        }
        all_are_ill(&scaler, ids).await;
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_member_that_fell_ill_again_was_not_seen_for_its_count_was_known() {
    let (bench, scaler) = large_account();
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        let fall = |n: u64| bench.falls_ill(&format!("{}-aaaaa-3", name(n)));
        let ids: Vec<_> = (7..GROUPS).step_by(10).map(|n| (n, fall(n))).collect();
        tokio::time::sleep(seconds(45)).await;
        for (_, id) in &ids {
            bench.cloud.state().machines.get_mut(id).unwrap().healthy = true;
        }
        let mut serving = BTreeSet::new();
        for _ in 0..120 {
            tokio::time::sleep(seconds(1)).await;
            for (n, _) in &ids {
                let status = scaler.group(&name(*n)).unwrap().status().await.unwrap();
                if (status.in_service, status.warming) == (10, 0) && serving.insert(*n) {
                    fall(*n);
                }
            }
        }
        assert_eq!(serving.len(), ids.len());
        tokio::time::sleep(seconds(45)).await;
        all_are_ill(&scaler, ids).await;
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_member_that_fell_ill_was_not_seen_for_it_had_recovered_before_its_nodes_were_read() {
    let (bench, scaler) = large_account();
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        let fall = |n: u64| bench.falls_ill(&format!("{}-aaaaa-3", name(n)));
        // Nobody's nodes can be read for a moment, in which members are down: that is counted, and nothing more.
        bench.cloud.state().lists_left = Some(0);
        let ids: Vec<_> = (7..GROUPS).step_by(10).map(|n| (n, fall(n))).collect();
        tokio::time::sleep(seconds(40)).await;
        for (_, id) in &ids {
            bench.cloud.state().machines.get_mut(id).unwrap().healthy = true;
        }
        bench.cloud.state().lists_left = None;
        tokio::time::sleep(seconds(200)).await;
        for (n, _) in &ids {
            fall(*n);
        }
        tokio::time::sleep(seconds(45)).await;
        all_are_ill(&scaler, ids).await;
    };
    scaler.run(observed).await.unwrap();
}

/// 20 pages of instances and 1,000 configs: lists alone would show a group's nodes every eleven minutes.
#[tokio::test(start_paused = true)]
#[ignore = "takes a minute: just large"]
async fn a_thousand_groups_were_blind_for_eleven_minutes() {
    const MANY: u64 = 1_000;
    let (bench, scaler) = account_of(MANY);
    let began = bench.clock.now();
    let observed = async {
        tokio::time::sleep(seconds(390)).await;
        let mut unseen = 0;
        for n in 0..MANY {
            let status = scaler.group(&name(n)).unwrap().status().await.unwrap();
            unseen += usize::from(status.in_service != 10);
        }
        assert_eq!(unseen, 0, "groups that were not observed after six and a half minutes");
        let from = bench.clock.now();
        tokio::time::sleep(seconds(100)).await;
        let id = {
            let mut cloud = bench.cloud.state();
            let machine =
                cloud.machines.values_mut().find(|machine| machine.instance.label == "web777-aaaaa-3");
            let machine = machine.unwrap();
            machine.healthy = false;
            machine.instance.id
        };
        tokio::time::sleep(seconds(200)).await;
        let status = scaler.group("web777").unwrap().status().await.unwrap();
        let member = status.members.iter().find(|member| member.instance == Some(id)).unwrap();
        assert_eq!(member.phase, Phase::Unhealthy, "a member that is down is not seen after 200 s");
        let before = bench.cloud.count("create");
        scaler.alerts().notified(vec![fires(500)]).await.unwrap();
        tokio::time::sleep(seconds(2)).await;
        assert!(bench.cloud.count("create") > before, "nothing was created within 2 s");
        let to = bench.clock.now();
        let (instances, nodes) = bench.most_a_minute(began, to);
        assert!(instances <= 67 && nodes <= 200, "{instances} and {nodes} lists in a minute");
        let unread = bench.longest_unread(from, to, |_| true);
        assert!(unread <= seconds(150), "nodes were neither read nor counted for {unread:?}");
        let (read, counted) = bench.most_by_id_a_minute(began, to);
        assert!(read <= 800 && counted <= 800, "{read} instances and {counted} configs by id in a minute");
    };
    scaler.run(observed).await.unwrap();
}
