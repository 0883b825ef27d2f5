//! The requests that create and change NodeBalancers.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::CreateNodeBalancerConfig;
use crate::models::{Extra, FirewallId, SubnetId};

/// What `POST /nodebalancers` takes.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateNodeBalancer {
    /// The region.
    pub region: String,
    /// The label: 3 to 32 characters, letters, digits, `-` and `_`; unique on the account.
    pub label: Option<String>,
    /// How many new connections a second one address may open, 0 to 20; 0 for any number.
    pub client_conn_throttle: Option<u32>,
    /// The same for sessions of UDP.
    pub client_udp_sess_throttle: Option<u32>,
    /// `common`, `premium` …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// The firewall.
    pub firewall_id: Option<FirewallId>,
    /// The subnets of VPCs to connect to; only now, not later.
    pub vpcs: Option<Vec<CreateNodeBalancerVpc>>,
    /// A reserved address to give it.
    pub ipv4: Option<Ipv4Addr>,
    /// Configs, with their nodes.
    pub configs: Option<Vec<CreateNodeBalancerConfig>>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateNodeBalancer {
    /// A NodeBalancer in this region.
    #[must_use]
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), ..Self::default() }
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets how many new connections a second one address may open.
    #[must_use]
    pub fn client_conn_throttle(mut self, client_conn_throttle: u32) -> Self {
        self.client_conn_throttle = Some(client_conn_throttle);
        self
    }

    /// Sets how many new sessions of UDP a second one address may open.
    #[must_use]
    pub fn client_udp_sess_throttle(mut self, client_udp_sess_throttle: u32) -> Self {
        self.client_udp_sess_throttle = Some(client_udp_sess_throttle);
        self
    }

    /// Sets the type.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Sets the tags.
    #[must_use]
    pub fn tags(mut self, tags: Vec<String>) -> Self {
        self.tags = Some(tags);
        self
    }

    /// Sets the firewall.
    #[must_use]
    pub fn firewall_id(mut self, firewall_id: FirewallId) -> Self {
        self.firewall_id = Some(firewall_id);
        self
    }

    /// Sets the subnets of VPCs to connect to.
    #[must_use]
    pub fn vpcs(mut self, vpcs: Vec<CreateNodeBalancerVpc>) -> Self {
        self.vpcs = Some(vpcs);
        self
    }

    /// Sets the reserved address to give it.
    #[must_use]
    pub fn ipv4(mut self, ipv4: Ipv4Addr) -> Self {
        self.ipv4 = Some(ipv4);
        self
    }

    /// Sets the configs.
    #[must_use]
    pub fn configs(mut self, configs: Vec<CreateNodeBalancerConfig>) -> Self {
        self.configs = Some(configs);
        self
    }
}

/// A subnet of a VPC that a new NodeBalancer connects to.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateNodeBalancerVpc {
    /// The subnet.
    pub subnet_id: SubnetId,
    /// The range that its checks and traffic come from.
    pub ipv4_range: Option<String>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateNodeBalancerVpc {
    /// This subnet, with a range that the API chooses.
    #[must_use]
    pub fn new(subnet_id: SubnetId) -> Self {
        Self { subnet_id, ipv4_range: None, extra: Extra::new() }
    }

    /// Sets the range that its checks and traffic come from.
    #[must_use]
    pub fn ipv4_range(mut self, ipv4_range: impl Into<String>) -> Self {
        self.ipv4_range = Some(ipv4_range.into());
        self
    }
}

/// What `PUT /nodebalancers/{id}` takes. What is left out stays.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateNodeBalancer {
    /// The label.
    pub label: Option<String>,
    /// How many new connections a second one address may open.
    pub client_conn_throttle: Option<u32>,
    /// The same for sessions of UDP.
    pub client_udp_sess_throttle: Option<u32>,
    /// All its tags: those that are not named here are taken off.
    pub tags: Option<Vec<String>>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl UpdateNodeBalancer {
    /// A change of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets how many new connections a second one address may open.
    #[must_use]
    pub fn client_conn_throttle(mut self, client_conn_throttle: u32) -> Self {
        self.client_conn_throttle = Some(client_conn_throttle);
        self
    }

    /// Sets how many new sessions of UDP a second one address may open.
    #[must_use]
    pub fn client_udp_sess_throttle(mut self, client_udp_sess_throttle: u32) -> Self {
        self.client_udp_sess_throttle = Some(client_udp_sess_throttle);
        self
    }

    /// Sets all its tags.
    #[must_use]
    pub fn tags(mut self, tags: Vec<String>) -> Self {
        self.tags = Some(tags);
        self
    }
}
