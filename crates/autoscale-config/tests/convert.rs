//! What the scaler is told.

use std::collections::BTreeMap;
use std::time::Duration;

use scaler_core::model::{
    AlertFreshness, Amount, ConfigId, Group, InstanceType, OnUnknown, Price, Size, Thresholds, VictimOrder,
};

use crate::support::{GOOD, read, with, with_group_lines};

/// The one group of the file.
fn read_group(text: &str) -> Group {
    read(text).unwrap().groups.into_values().next().unwrap().group
}

#[test]
fn everything_written_arrives() {
    let text = format!(
        "{}    replace: {{ after: 3m, max_unhealthy: 30% }}\n    cost: {{ per_hour: 1.20 }}\n    headroom: 2\n    \
         thresholds: {{ low: 20, high: 70 }}\n    on_unknown: {{ at_least: 3 }}\n    \
         largest_step: {{ count: 6, percent: 50% }}\n    \
         remove: {{ low_for: 5m, after_add: 11m, at_most: 2, every: 12m, drain: 4m, reject: 90s, order: oldest }}\n",
        with("warm_up: 2m", "timeout: 7m, warm_up: 1m, per_hour: 30")
    );
    let group = read_group(&text);
    let minutes = |n: u64| Duration::from_secs(n * 60);
    assert_eq!(group.name.as_str(), "web");
    assert_eq!(group.size, Size { min: 2, max: 12 });
    assert_eq!(group.balancers, [ConfigId(11_873)]);
    assert_eq!(group.template.types, [InstanceType::from("g6-standard-2")]);
    assert_eq!(group.policies[0].on["alertname"], "WebCpuHigh");
    assert_eq!(group.policies[1].remove, Some(Amount::Count(1)));
    assert_eq!(group.largest_step, (6, Amount::Percent(50)));
    assert_eq!(
        (group.launch.timeout, group.launch.warm_up, group.replace.after),
        (minutes(7), minutes(1), minutes(3))
    );
    assert_eq!(group.launches_per_hour(), 30);
    assert_eq!(group.replace.max_unhealthy, Amount::Percent(30));
    assert_eq!(group.cost.unwrap().per_hour, Price(1_200_000));
    assert_eq!(group.headroom, Amount::Count(2));
    assert_eq!(group.thresholds, Some(Thresholds::new(20.0, 70.0)));
    assert_eq!(group.on_unknown, OnUnknown::AtLeast(3));
    assert_eq!(group.remove.order, VictimOrder::Oldest);
    assert_eq!((group.remove.low_for, group.remove.after_add), (minutes(5), minutes(11)));
    assert_eq!((group.remove.at_most, group.remove.every), (Amount::Count(2), minutes(12)));
    assert_eq!((group.remove.drain, group.remove.reject), (minutes(4), Duration::from_secs(90)));
}

#[test]
fn what_is_not_written_is_the_default() {
    let group = read_group(GOOD);
    let mut bare =
        Group::new(group.name.clone(), group.size, group.balancers.clone(), group.template.clone());
    bare.policies.clone_from(&group.policies);
    assert_eq!(group, bare);
    let half = read_group(&with_group_lines("largest_step: { count: 6 }"));
    assert_eq!(half.largest_step, (6, bare.largest_step.1));
}

#[test]
fn freshness_follows_the_file() {
    let heartbeat = BTreeMap::from([("alertname".to_owned(), "Watchdog".to_owned())]);
    let confirm = Duration::from_secs(600);
    let polled = read(GOOD).unwrap().alert_freshness();
    let mut expected = AlertFreshness::polled(Duration::from_secs(15));
    (expected.confirm, expected.heartbeat) = (confirm, heartbeat.clone());
    assert_eq!(polled, expected);
    let pushed = read(&with("alertmanager: { url: \"http://127.0.0.1:9093\" }", "confirm: 30m"))
        .unwrap()
        .alert_freshness();
    let mut expected = AlertFreshness::pushed(confirm * 3);
    expected.heartbeat = heartbeat;
    assert_eq!(pushed, expected);
    let labelled = with("heartbeat: Watchdog", "heartbeat: { alertname: Watchdog, prometheus: eu/shop }");
    let labelled = read(&labelled).unwrap().alert_freshness().heartbeat;
    assert_eq!(labelled.get("prometheus").map(String::as_str), Some("eu/shop"));
}
