//! A simulated account on real sockets, with a NodeBalancer that has no nodes yet.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use linode_sim::live::{LiveOptions, Server};
use linode_sim::{
    BalancerView, InstanceView, NodeMode, NodeStatus, NodeView, SeedBalancer, SeedConfig, Simulator,
    Snapshot, Timings,
};
use scaler_core::clock::SystemClock;
use scaler_core::ports::Clock as _;

use super::network::Network;

/// The API token that the account takes, and no other.
pub(super) const TOKEN: &str = "a-token-that-no-log-shows";

/// Thresholds what is ours.
pub(super) const OWNER: &str = "k3x9w2";

/// The port at which the NodeBalancer listens.
const DOOR: u16 = 8000;

/// The port at which members serve.
pub(super) const WEB: u16 = 8080;

/// The account; everything of it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) simulator: Simulator,
    server: Server,
    network: Network,
    pub(super) nodebalancer: u64,
    pub(super) config: u64,
}

impl Account {
    /// Instances and the NodeBalancer are real servers; a page costs `cost` of one of an instance's two cores.
    pub(crate) async fn live(timings: Timings, cost: Duration) -> Self {
        Self::start(timings, LiveOptions::default().web_port(WEB).request_cost(cost)).await
    }

    /// Only the API: health is modelled.
    pub(crate) async fn api_only(timings: Timings) -> Self {
        Self::start(timings, LiveOptions::without_guests()).await
    }

    async fn start(timings: Timings, options: LiveOptions) -> Self {
        let network = Network::claim();
        // The daemon compares what the cloud says of a creation with its own clock.
        let simulator = Simulator::builder()
            .token(TOKEN)
            .start(SystemClock.now())
            .profile(timings)
            .loopback(network.octet())
            .build();
        let mut config = SeedConfig::new(DOOR);
        config.check_path = "/healthz".to_owned();
        config.check_interval = 2;
        config.check_timeout = 1;
        let seeded = simulator.seed_nodebalancer(&SeedBalancer::new("web").config(config)).unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(listen, simulator.clone(), options).await.unwrap();
        Self { simulator, server, network, nodebalancer: seeded.id, config: seeded.configs[0] }
    }

    /// Where the API is.
    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// An address of the same network, for the daemon.
    pub(super) fn neighbour(&self) -> Ipv4Addr {
        self.network.daemon()
    }

    /// Where visitors come in.
    pub(crate) fn door(&self) -> String {
        format!("http://{}:{DOOR}/", self.balancer().ipv4)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.simulator.snapshot()
    }

    pub(crate) fn instances(&self) -> Vec<InstanceView> {
        self.snapshot().instances
    }

    pub(crate) fn nodes(&self) -> Vec<NodeView> {
        self.balancer().configs.remove(0).nodes
    }

    fn balancer(&self) -> BalancerView {
        self.snapshot().nodebalancers.remove(0)
    }

    /// Requests so far of a method and path, `{id}` for ids.
    pub(crate) fn calls(&self, call: &str) -> u64 {
        self.snapshot().calls.get(call).copied().unwrap_or_default()
    }

    /// Nodes that take traffic.
    pub(crate) fn serving(&self) -> usize {
        self.nodes()
            .iter()
            .filter(|node| node.mode == NodeMode::Accept && node.status == NodeStatus::Up)
            .count()
    }

    /// Nodes in a mode.
    pub(crate) fn nodes_in(&self, mode: NodeMode) -> usize {
        self.nodes().iter().filter(|node| node.mode == mode).count()
    }

    /// Nothing is left over, nothing is there twice: every instance is marked, has a label of its own and exactly one
    /// node, and every node has an instance.
    pub(crate) fn assert_whole(&self) {
        let (instances, nodes) = (self.instances(), self.nodes());
        let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
        for instance in &instances {
            assert!(instance.tags.contains(&format!("autoscale-owner:{OWNER}")), "not marked: {instance:?}");
            assert!(instance.tags.contains(&"autoscale-group:web".to_owned()), "of no group: {instance:?}");
            assert_eq!(labels.insert(&instance.label, instance.id), None, "twice: {}", instance.label);
            let here = nodes.iter().filter(|node| node.instance == Some(instance.id)).count();
            assert_eq!(here, 1, "nodes of {}: {nodes:?}", instance.label);
        }
        for node in &nodes {
            assert!(node.instance.is_some(), "an orphan: {node:?}");
        }
    }
}
