//! Reads from the simulator what should be running.

use std::net::SocketAddr;
use std::time::Duration;

use super::Unhealthy;
use super::balancer::{Algorithm, CheckKind, CheckSpec, ConfigSpec, Mode, NodeSpec, Protocol, Stickiness};
use super::fleet::Picture;
use super::guest::{GuestSpec, Health};
use crate::{BalancerView, ConfigView, Guest, NodeView, Simulator};

/// An entry of a stickiness table lasts this long in simulated time.
const STICKY: Duration = Duration::from_secs(30 * 60);
/// However fast the simulated clock goes, checks need this much real time: they are real.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(25);
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(500);

/// What should be running now.
pub(super) fn of(simulator: &Simulator, unhealthy: Unhealthy) -> Picture {
    let balancers = simulator.nodebalancers();
    let configs = balancers.iter().flat_map(|balancer| {
        balancer.configs.iter().filter_map(move |config| config_spec(simulator, balancer, config))
    });
    Picture {
        configs: configs.collect(),
        guests: simulator.guests().iter().map(|guest| guest_spec(guest, unhealthy)).collect(),
    }
}

fn guest_spec(guest: &Guest, unhealthy: Unhealthy) -> GuestSpec {
    let health = match (guest.healthy, guest.serving, unhealthy) {
        (false, _, Unhealthy::Answers500) => Health::Failing,
        (true, true, _) => Health::Good,
        // Unhealthy, or it runs and its service has yet to start.
        (false, _, Unhealthy::Refuses) | (true, false, _) => Health::Refusing,
    };
    GuestSpec {
        id: guest.id,
        label: guest.label.clone(),
        address: guest.ipv4,
        vcpus: guest.vcpus,
        memory_mb: guest.memory_mb,
        booted_at: guest.running_since.as_millisecond() as f64 / 1000.0,
        health,
    }
}

/// None for what is not forwarded: UDP, and HTTPS, whose key nobody gave us.
fn config_spec(simulator: &Simulator, balancer: &BalancerView, config: &ConfigView) -> Option<ConfigSpec> {
    let protocol = match config.protocol.as_str() {
        "http" => Protocol::Http,
        "tcp" => Protocol::Tcp,
        _ => return None,
    };
    let algorithm = match config.algorithm.as_str() {
        "leastconn" => Algorithm::LeastConn,
        "source" => Algorithm::Source,
        _ => Algorithm::RoundRobin,
    };
    let stickiness = match (config.stickiness.as_str(), protocol) {
        ("table", _) => Stickiness::Table,
        ("http_cookie", Protocol::Http) => Stickiness::HttpCookie,
        _ => Stickiness::None,
    };
    let seconds = |seconds: u64| simulator.real(Duration::from_secs(seconds));
    Some(ConfigSpec {
        id: config.id,
        listen: SocketAddr::from((balancer.ipv4, config.port)),
        protocol,
        algorithm,
        stickiness,
        sticky_for: simulator.real(STICKY),
        check: CheckSpec {
            kind: match config.check.as_str() {
                "connection" => CheckKind::Connection,
                "http" => CheckKind::Http,
                "http_body" => CheckKind::HttpBody,
                _ => CheckKind::None,
            },
            interval: seconds(config.check_interval).max(SHORTEST_INTERVAL),
            timeout: seconds(config.check_timeout).max(SHORTEST_TIMEOUT),
            attempts: config.check_attempts.max(1),
            path: config.check_path.clone(),
            body: config.check_body.clone(),
        },
        passive: config.check_passive,
        nodes: config.nodes.iter().map(node_spec).collect(),
    })
}

fn node_spec(node: &NodeView) -> NodeSpec {
    NodeSpec {
        id: node.node,
        target: node.target.map(SocketAddr::V4),
        weight: u32::from(node.weight),
        mode: match node.effective_mode {
            crate::NodeMode::Drain => Mode::Drain,
            crate::NodeMode::Reject => Mode::Reject,
            crate::NodeMode::Backup => Mode::Backup,
            crate::NodeMode::Accept | crate::NodeMode::None => Mode::Accept,
        },
    }
}

/// Whether an instance still has power to end by itself; one that is being deleted has none.
pub(super) fn exists(simulator: &Simulator, id: u64) -> bool {
    simulator.snapshot().instances.iter().any(|one| one.id == id && one.status != "deleting")
}
