//! Nodes: where a config sends its traffic.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::models::{Extra, NodeBalancerConfigId, NodeBalancerId, NodeBalancerNodeId, SubnetId, VpcConfigId};

open_enum! {
    /// What the checks say about a node.
    pub enum NodeStatus {
        /// It was not checked yet.
        Unknown = "Unknown",
        /// It gets traffic.
        Up = "UP",
        /// It gets none.
        Down = "DOWN",
    }

    /// Which traffic a node gets. A change takes up to 60 s.
    pub enum NodeMode {
        /// All.
        Accept = "accept",
        /// No new connections; open ones stay. It is not checked, and down.
        Reject = "reject",
        /// New connections only from clients that stick to it.
        Drain = "drain",
        /// Only when no other node is up.
        Backup = "backup",
        /// Nodes of a UDP config have no mode. It must not be sent.
        None = "none",
    }
}

/// A node of a config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerNode {
    /// Its id.
    pub id: NodeBalancerNodeId,
    /// Its address with its port, such as `192.168.210.120:80`.
    pub address: String,
    /// Its label, for display only.
    pub label: String,
    /// What the checks say about it.
    pub status: NodeStatus,
    /// How much of the traffic it gets, 1 to 255.
    pub weight: u32,
    /// Which traffic it gets.
    pub mode: NodeMode,
    /// The config that it belongs to.
    pub config_id: NodeBalancerConfigId,
    /// The NodeBalancer that it belongs to.
    pub nodebalancer_id: NodeBalancerId,
    /// The NodeBalancer's connection to the VPC that its address is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_config_id: Option<VpcConfigId>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `POST /nodebalancers/{id}/configs/{id}/nodes` takes.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateNodeBalancerNode {
    /// The node to keep; in a rebuild only.
    pub id: Option<NodeBalancerNodeId>,
    /// Its address with its port: a private address of an instance in the same region, or one in a VPC.
    pub address: String,
    /// Its label: 3 to 32 characters, letters, digits, `-`, `_` and `.`.
    pub label: String,
    /// How much of the traffic it gets, 1 to 255; the API's default is 50.
    pub weight: Option<u32>,
    /// Which traffic it gets; the API's default is all. Not for nodes of a UDP config.
    pub mode: Option<NodeMode>,
    /// The subnet of its address, in a VPC.
    pub subnet_id: Option<SubnetId>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateNodeBalancerNode {
    /// A node at this address and port.
    #[must_use]
    pub fn new(address: impl Into<String>, label: impl Into<String>) -> Self {
        Self { address: address.into(), label: label.into(), ..Self::default() }
    }

    /// Names the node to keep in a rebuild.
    #[must_use]
    pub fn id(mut self, id: NodeBalancerNodeId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets how much of the traffic it gets.
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Sets which traffic it gets.
    #[must_use]
    pub fn mode(mut self, mode: NodeMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Sets the subnet of its address.
    #[must_use]
    pub fn subnet_id(mut self, subnet_id: SubnetId) -> Self {
        self.subnet_id = Some(subnet_id);
        self
    }
}

/// What `PUT /nodebalancers/{id}/configs/{id}/nodes/{id}` takes. What is left out stays.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateNodeBalancerNode {
    /// Its address with its port.
    pub address: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// How much of the traffic it gets, 1 to 255.
    pub weight: Option<u32>,
    /// Which traffic it gets. Not for nodes of a UDP config.
    pub mode: Option<NodeMode>,
    /// The subnet of its address, in a VPC.
    pub subnet_id: Option<SubnetId>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl UpdateNodeBalancerNode {
    /// A change of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets its address with its port.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Sets its label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets how much of the traffic it gets.
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Sets which traffic it gets.
    #[must_use]
    pub fn mode(mut self, mode: NodeMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Sets the subnet of its address.
    #[must_use]
    pub fn subnet_id(mut self, subnet_id: SubnetId) -> Self {
        self.subnet_id = Some(subnet_id);
        self
    }
}
