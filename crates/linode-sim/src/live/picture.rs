//! Reads from the simulator what should be running.

use std::net::SocketAddr;
use std::time::Duration;

use super::balancer::{Algorithm, CheckKind, CheckSpec, ConfigSpec, Mode, NodeSpec, Protocol, Stickiness};
use super::fleet::Picture;
use super::guest::{GuestSpec, Health};
use crate::snapshot::{self, Backend, BalancerView, ConfigView, Guest};
use crate::Simulator;

/// An entry of a stickiness table lasts this long in simulated time.
const STICKY: Duration = Duration::from_secs(30 * 60);
/// However fast the simulated clock goes, checks need this much real time: they are real.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(25);
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(500);

/// What should be running now.
pub(super) fn of(simulator: &Simulator) -> Picture {
    let snapshot = simulator.snapshot();
    let speed = simulator.speed();
    // An instance that is being deleted has lost its power; one that shuts down ends by itself.
    let stopped = snapshot.instances.iter().filter(|i| i.status != "deleting").map(|i| i.id).collect();
    let configs = snapshot.nodebalancers.iter().flat_map(|balancer| {
        balancer.configs.iter().filter_map(move |config| config_spec(balancer, config, speed))
    });
    Picture {
        configs: configs.collect(),
        guests: simulator.guests().iter().map(guest_spec).collect(),
        stopped,
    }
}

fn guest_spec(guest: &Guest) -> GuestSpec {
    let health = match (guest.serving, guest.healthy) {
        (true, true) => Health::Good,
        (true, false) => Health::Failing,
        (false, _) => Health::Refusing,
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
fn config_spec(balancer: &BalancerView, config: &ConfigView, speed: f64) -> Option<ConfigSpec> {
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
    let seconds = |seconds: u64| Duration::from_secs(seconds).div_f64(speed);
    Some(ConfigSpec {
        id: config.id,
        listen: SocketAddr::from((balancer.ipv4, config.port)),
        protocol,
        algorithm,
        stickiness,
        sticky_for: STICKY.div_f64(speed),
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

fn node_spec(node: &Backend) -> NodeSpec {
    NodeSpec {
        id: node.node,
        target: node.target.map(SocketAddr::V4),
        weight: u32::from(node.weight),
        mode: match node.effective_mode {
            snapshot::Mode::Drain => Mode::Drain,
            snapshot::Mode::Reject => Mode::Reject,
            snapshot::Mode::Backup => Mode::Backup,
            snapshot::Mode::Accept | snapshot::Mode::None => Mode::Accept,
        },
    }
}
