//! VPCs, as far as instances and NodeBalancers refer to them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    DatabaseId, Extra, InstanceConfigId, InstanceId, InterfaceId, NodeBalancerId, SubnetId, VpcConfigId,
    VpcId, time,
};

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vpc {
    /// Its id.
    pub id: VpcId,
    /// Its label.
    pub label: String,
    /// A description.
    pub description: Option<String>,
    /// Its region.
    pub region: String,
    /// `regular` or `rdma`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_type: Option<String>,
    /// Its ranges of IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Vec<VpcRange>>,
    /// Its ranges of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Vec<VpcRange>>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(default, with = "time::option")]
    pub updated: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A range of a VPC or subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VpcRange {
    /// The range, with prefix length.
    pub range: String,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A subnet of a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its label.
    pub label: String,
    /// Its range of IPv4.
    pub ipv4: Option<String>,
    /// Its ranges of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Vec<VpcRange>>,
    /// `regular` or `rdma`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_type: Option<String>,
    /// The instances on it.
    #[serde(default)]
    pub linodes: Vec<SubnetInstance>,
    /// The databases on it, as they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub databases: Option<Vec<Extra>>,
    /// The NodeBalancers on it, as they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodebalancers: Option<Vec<Extra>>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(default, with = "time::option")]
    pub updated: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An instance on a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubnetInstance {
    /// Its id.
    pub id: InstanceId,
    /// Its interfaces on the subnet.
    pub interfaces: Vec<SubnetInterface>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An interface on a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubnetInterface {
    /// Its id.
    pub id: Option<InterfaceId>,
    /// The configuration profile that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_id: Option<InstanceConfigId>,
    /// Whether it is in use now.
    pub active: bool,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An address in a VPC, and what has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VpcIp {
    /// The address; null when it is a range or of IPv6.
    pub address: Option<String>,
    /// The range, when it is one.
    pub address_range: Option<String>,
    /// The VPC.
    pub vpc_id: VpcId,
    /// The subnet.
    pub subnet_id: Option<SubnetId>,
    /// The region.
    pub region: Option<String>,
    /// The instance that has it.
    pub linode_id: Option<InstanceId>,
    /// The configuration profile that has it.
    pub config_id: Option<InstanceConfigId>,
    /// The interface that has it.
    pub interface_id: Option<InterfaceId>,
    /// The NodeBalancer that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodebalancer_id: Option<NodeBalancerId>,
    /// The database that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_id: Option<DatabaseId>,
    /// Whether it is in use now.
    pub active: bool,
    /// The public address that is translated to it; null or empty for none.
    pub nat_1_1: Option<String>,
    /// Its gateway.
    pub gateway: Option<String>,
    /// The length of its prefix.
    pub prefix: Option<u8>,
    /// Its mask; empty for IPv6.
    pub subnet_mask: Option<String>,
    /// The range of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_range: Option<String>,
    /// Whether the range of IPv6 is reachable from the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_is_public: Option<bool>,
    /// The addresses of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_addresses: Option<Vec<VpcSlaac>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An address of IPv6 that the guest configured itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VpcSlaac {
    /// The address.
    pub slaac_address: String,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A NodeBalancer's connection to a VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerVpc {
    /// Its id, which nodes name as their `vpc_config_id`.
    pub id: VpcConfigId,
    /// The NodeBalancer.
    pub nodebalancer_id: NodeBalancerId,
    /// The VPC.
    pub vpc_id: VpcId,
    /// The subnet.
    pub subnet_id: SubnetId,
    /// The range that the NodeBalancer's checks and traffic come from.
    pub ipv4_range: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
