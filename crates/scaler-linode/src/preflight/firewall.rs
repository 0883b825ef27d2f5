//! Whether a firewall lets NodeBalancers through.

use std::net::Ipv4Addr;

use linode_api::models::{Firewall, FirewallAction, FirewallRule, FirewallStatus};

/// Checks and traffic of NodeBalancers come from 192.168.255.0/24.
const NODEBALANCERS: (u32, u32) = (Ipv4Addr::new(192, 168, 255, 0).to_bits(), 24);

/// Whether what comes from NodeBalancers to `port` is dropped. The first rule that covers all of it decides.
pub(super) fn drops(firewall: &Firewall, port: u16) -> bool {
    if firewall.status != FirewallStatus::Enabled {
        return false;
    }
    let rules = firewall.rules.inbound.iter().flatten();
    let decided = rules.filter(|rule| covers(rule, port)).find_map(|rule| rule.action.as_ref());
    decided.or(firewall.rules.inbound_policy.as_ref()) == Some(&FirewallAction::Drop)
}

fn covers(rule: &FirewallRule, port: u16) -> bool {
    let tcp = rule.protocol.as_deref().is_none_or(|protocol| protocol.eq_ignore_ascii_case("tcp"));
    let ports = rule.ports.as_deref().filter(|ports| !ports.trim().is_empty());
    let port = ports.is_none_or(|ports| ports.split(',').any(|part| holds(part.trim(), port)));
    let addresses =
        rule.addresses.as_ref().and_then(|addresses| addresses.ipv4.as_deref()).unwrap_or_default();
    tcp && port && addresses.iter().any(|network| contains(network))
}

fn holds(ports: &str, port: u16) -> bool {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let number = |text: &str| text.trim().parse::<u16>().ok();
    number(first).zip(number(last)).is_some_and(|(first, last)| (first..=last).contains(&port))
}

fn contains(network: &str) -> bool {
    let (address, length) = network.split_once('/').unwrap_or((network, "32"));
    let Some((address, length)) = address.parse::<Ipv4Addr>().ok().zip(length.parse::<u32>().ok()) else {
        return false;
    };
    let (wanted, shortest) = NODEBALANCERS;
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
    length <= shortest && address.to_bits() & mask == wanted & mask
}
