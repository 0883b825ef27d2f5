//! IP addresses, ranges and VLANs.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Entity, Extra, InstanceId, InterfaceId, SubnetId, VpcId, time};

open_enum! {
    /// The kind of an address.
    pub enum IpType {
        /// IPv4.
        V4 = "ipv4",
        /// IPv6.
        V6 = "ipv6",
        /// A pool of IPv6.
        V6Pool = "ipv6/pool",
        /// A range of IPv6.
        V6Range = "ipv6/range",
    }
}

/// An address of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IpAddress {
    /// The address.
    pub address: IpAddr,
    /// Its gateway; null for private addresses.
    pub gateway: Option<String>,
    /// Its mask.
    pub subnet_mask: Option<String>,
    /// The length of its prefix.
    pub prefix: Option<u8>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: IpType,
    /// Whether it is reachable from the internet.
    pub public: bool,
    /// Its name in the reverse DNS.
    pub rdns: Option<String>,
    /// The instance that has it.
    pub linode_id: Option<InstanceId>,
    /// The interface that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface_id: Option<InterfaceId>,
    /// The region that it belongs to.
    pub region: String,
    /// The address in a VPC that it is translated to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_nat_1_1: Option<VpcNat>,
    /// Whether it is reserved for the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<bool>,
    /// What has it: an instance, a NodeBalancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_entity: Option<Entity>,
    /// Its tags; only reserved addresses have some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The address in a VPC that a public address is translated to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VpcNat {
    /// The address.
    pub address: String,
    /// The subnet.
    pub subnet_id: Option<SubnetId>,
    /// The VPC.
    pub vpc_id: Option<VpcId>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A range of IPv6 addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ipv6Range {
    /// Its first address, in some answers with the prefix length.
    pub range: String,
    /// The length of its prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<u8>,
    /// The region that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The address that it is routed to.
    pub route_target: Option<String>,
    /// The instances that have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linodes: Option<Vec<InstanceId>>,
    /// Whether several instances share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_bgp: Option<bool>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A VLAN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vlan {
    /// Its label.
    pub label: String,
    /// Its region.
    pub region: String,
    /// The instances on it.
    pub linodes: Vec<InstanceId>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `POST /linode/instances/{id}/ips` takes.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddIp {
    /// The kind of address; the API adds those of IPv4 only.
    #[serde(rename = "type")]
    pub kind: IpType,
    /// Whether it shall be reachable from the internet.
    pub public: bool,
    /// A reserved address to add.
    pub address: Option<IpAddr>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AddIp {
    /// A private IPv4 address, which NodeBalancers reach an instance at. It cannot be removed again.
    #[must_use]
    pub fn private() -> Self {
        Self { kind: IpType::V4, public: false, address: None, extra: Extra::new() }
    }

    /// A public IPv4 address.
    #[must_use]
    pub fn public() -> Self {
        Self { kind: IpType::V4, public: true, address: None, extra: Extra::new() }
    }

    /// Sets the reserved address to add.
    #[must_use]
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }
}
