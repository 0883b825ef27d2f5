//! NodeBalancers.

mod config;
mod config_request;
mod node;
mod request;

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::config::{
    Algorithm, Check, CipherSuite, NodeBalancerConfig, NodesStatus, Protocol, ProxyProtocol, Stickiness,
};
pub use self::config_request::{CreateNodeBalancerConfig, NodeBalancerConfigSettings};
pub use self::node::{
    CreateNodeBalancerNode, NodeBalancerNode, NodeMode, NodeStatus, UpdateNodeBalancerNode,
};
pub use self::request::{CreateNodeBalancer, CreateNodeBalancerVpc, UpdateNodeBalancer};

use super::{Decimal, Extra, LockType, NodeBalancerId, time};

/// A NodeBalancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancer {
    /// Its id.
    pub id: NodeBalancerId,
    /// Its label, unique on the account; null where it has none, which is not the same as an empty one.
    pub label: Option<String>,
    /// Its region; its nodes must be in it.
    pub region: String,
    /// `common`, `premium` …
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name in the DNS.
    pub hostname: Option<String>,
    /// Its IPv4 address.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address.
    pub ipv6: Option<String>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// How many new connections a second one address may open, 0 to 20; 0 for any number.
    pub client_conn_throttle: u32,
    /// The same for sessions of UDP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_udp_sess_throttle: Option<u32>,
    /// The Kubernetes cluster that it belongs to, as it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lke_cluster: Option<Extra>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Its traffic this month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<NodeBalancerTransfer>,
    /// Which kind of address its nodes have: private IPv4, VPC or public IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_connectivity: Option<String>,
    /// The locks on it; only `v4beta` shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locks: Option<Vec<LockType>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The traffic of a NodeBalancer this month, in MB; null before there was any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerTransfer {
    /// Received.
    #[serde(rename = "in")]
    pub incoming: Option<Decimal>,
    /// Sent.
    #[serde(rename = "out")]
    pub outgoing: Option<Decimal>,
    /// Both.
    pub total: Option<Decimal>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
