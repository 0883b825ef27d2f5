//! What the simulated world looks like from outside the API.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A NodeBalancer node's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeMode {
    /// Takes new connections.
    Accept,
    /// Takes no new connections; open ones stay; it is not checked and shows DOWN.
    Reject,
    /// Takes new connections only of clients that stick to it.
    Drain,
    /// Takes connections only when no other node can.
    Backup,
    /// What nodes of a UDP config have.
    None,
}

/// A NodeBalancer node's health as the API shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NodeStatus {
    /// Not checked yet.
    Unknown,
    /// The last checks passed.
    #[serde(rename = "UP")]
    Up,
    /// The last checks failed, or the node is rejected.
    #[serde(rename = "DOWN")]
    Down,
}

/// The whole world at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// Simulated time.
    pub now: Timestamp,
    /// Every instance that exists, by id.
    pub instances: Vec<InstanceView>,
    /// Every NodeBalancer, by id.
    pub nodebalancers: Vec<BalancerView>,
    /// What it has cost so far.
    pub bill: Bill,
    /// Requests by method and path, with `{id}` for ids, refused ones included.
    pub calls: BTreeMap<String, u64>,
}

/// An instance as it is, whatever lists show.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InstanceView {
    /// Its id.
    pub id: u64,
    /// Its label.
    pub label: String,
    /// Its status in the API's word, such as `running`.
    pub status: String,
    /// Its type.
    pub plan: String,
    /// Its region.
    pub region: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its public address, on loopback.
    pub ipv4: Ipv4Addr,
    /// Its private address, a number in 192.168.128.0/17.
    pub private_ipv4: Option<Ipv4Addr>,
    /// When it was created.
    pub created: Timestamp,
    /// Whether its service answers.
    pub serving: bool,
    /// Its load, as [`Simulator::set_load`](crate::Simulator::set_load) set it: 0 idle, 1 all CPUs busy.
    pub load: f64,
}

/// A NodeBalancer with its configs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BalancerView {
    /// Its id.
    pub id: u64,
    /// Its label.
    pub label: String,
    /// Its region.
    pub region: String,
    /// The address it listens on, on loopback.
    pub ipv4: Ipv4Addr,
    /// Its configs, by id.
    pub configs: Vec<ConfigView>,
}

/// A NodeBalancer config with its nodes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConfigView {
    /// Its id.
    pub id: u64,
    /// The port it listens on.
    pub port: u16,
    /// `http`, `https`, `tcp` or `udp`.
    pub protocol: String,
    /// `roundrobin`, `leastconn`, `source` or `ring_hash`.
    pub algorithm: String,
    /// `none`, `table`, `http_cookie`, `session` or `source_ip`.
    pub stickiness: String,
    /// `none`, `connection`, `http` or `http_body`.
    pub check: String,
    /// Seconds of simulated time between checks.
    pub check_interval: u64,
    /// Seconds of simulated time that a check may take.
    pub check_timeout: u64,
    /// Failed checks before a node is DOWN.
    pub check_attempts: u32,
    /// What `http` and `http_body` checks ask for.
    pub check_path: String,
    /// What `http_body` checks look for.
    pub check_body: String,
    /// Whether an error of a node's answer takes it out.
    pub check_passive: bool,
    /// Its nodes, by id.
    pub nodes: Vec<NodeView>,
}

/// A node as the NodeBalancer acts on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NodeView {
    /// The node's id.
    pub node: u64,
    /// Its label.
    pub label: String,
    /// Its address as the API has it, such as `192.168.130.7:8080`.
    pub address: String,
    /// The instance that has this address, if any.
    pub instance: Option<u64>,
    /// Where that instance is reached: its loopback address and the node's port.
    pub target: Option<SocketAddrV4>,
    /// 1 to 255.
    pub weight: u16,
    /// The mode that the API shows.
    pub mode: NodeMode,
    /// The mode that the NodeBalancer acts on by now.
    pub effective_mode: NodeMode,
    /// Its health.
    pub status: NodeStatus,
}

/// An instance as the side that runs guests needs it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Guest {
    /// The instance's id.
    pub id: u64,
    /// Its label.
    pub label: String,
    /// Where it is reached: an address of its own in 127.0.0.0/8.
    pub ipv4: Ipv4Addr,
    /// Its private address.
    pub private_ipv4: Option<Ipv4Addr>,
    /// Its CPUs.
    pub vcpus: u32,
    /// Its memory in MB.
    pub memory_mb: u64,
    /// When it last reached `running`.
    pub running_since: Timestamp,
    /// Whether its service should answer.
    pub serving: bool,
    /// Whether its service should refuse although it runs: a fault, or [`Simulator::set_healthy`](crate::Simulator::set_healthy).
    pub healthy: bool,
    /// Its region.
    pub region: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// What it has cost: started hours, each at most a month's price a calendar month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bill {
    /// Everything so far, in USD.
    pub total: f64,
    /// What one more hour of what exists now costs, in USD.
    pub per_hour: f64,
    /// One line for each thing that exists or existed.
    pub lines: Vec<BillLine>,
}

/// One thing on the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BillLine {
    /// `linode` or `nodebalancer`.
    pub kind: String,
    /// Its id.
    pub id: u64,
    /// Its label when it was created.
    pub label: String,
    /// Its type.
    pub plan: String,
    /// From when.
    pub from: Timestamp,
    /// Until when; `None` while it exists.
    pub until: Option<Timestamp>,
    /// Started hours.
    pub hours: u64,
    /// In USD.
    pub amount: f64,
}
