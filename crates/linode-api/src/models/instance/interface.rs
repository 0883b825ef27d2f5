//! Network interfaces of configuration profiles, as answers and requests have them.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::DefaultRoute;
use crate::models::{Extra, InterfaceId, SubnetId, VpcId};

open_enum! {
    /// What an interface connects to.
    pub enum InterfacePurpose {
        /// The internet.
        Public = "public",
        /// A VLAN.
        Vlan = "vlan",
        /// A VPC.
        Vpc = "vpc",
    }
}

/// An interface of a configuration profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigInterface {
    /// Its id.
    pub id: InterfaceId,
    /// What it connects to.
    pub purpose: InterfacePurpose,
    /// Whether it has the default route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// Whether it is in use now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Its address in a VLAN, with prefix length.
    pub ipam_address: Option<String>,
    /// The label of its VLAN.
    pub label: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<VpcId>,
    /// Its subnet.
    pub subnet_id: Option<SubnetId>,
    /// Its IPv4 addresses in a VPC.
    pub ipv4: Option<InterfaceIpv4>,
    /// Ranges that are routed to it.
    pub ip_ranges: Option<Vec<String>>,
    /// Its IPv6 addresses in a VPC.
    pub ipv6: Option<InterfaceIpv6>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// IPv4 addresses of an interface in a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceIpv4 {
    /// Its address in the VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<String>,
    /// The public address that is translated to it; in a request `any` asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat_1_1: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// IPv6 addresses of an interface in a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceIpv6 {
    /// Addresses that the guest configures itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slaac: Option<Vec<InterfaceSlaac>>,
    /// Ranges that are routed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranges: Option<Vec<InterfaceRange>>,
    /// Whether it is reachable from the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An address that the guest configures itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceSlaac {
    /// The range, with prefix length; in a request `/64` asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// The address in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A range that is routed to an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceRange {
    /// The range, with prefix length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An interface of a new instance: of its configuration profile when `purpose` is set, else of the instance
/// itself (`interface_generation` of `linode`).
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateInterface {
    /// What it connects to.
    pub purpose: Option<InterfacePurpose>,
    /// Whether it has the default route.
    pub primary: Option<bool>,
    /// The label of its VLAN.
    pub label: Option<String>,
    /// Its address in a VLAN, with prefix length.
    pub ipam_address: Option<String>,
    /// Its subnet of a VPC.
    pub subnet_id: Option<SubnetId>,
    /// Its IPv4 addresses in a VPC.
    pub ipv4: Option<InterfaceIpv4>,
    /// Its IPv6 addresses in a VPC.
    pub ipv6: Option<InterfaceIpv6>,
    /// Ranges that are routed to it.
    pub ip_ranges: Option<Vec<String>>,
    /// Of an interface of the instance itself: its addresses in the internet, as the API takes them.
    pub public: Option<Extra>,
    /// Of an interface of the instance itself: its subnet and addresses in a VPC, as the API takes them.
    pub vpc: Option<Extra>,
    /// Of an interface of the instance itself: its VLAN, as the API takes it.
    pub vlan: Option<Extra>,
    /// Of an interface of the instance itself: which default routes it has.
    pub default_route: Option<DefaultRoute>,
    /// Of an interface of the instance itself: its firewall; -1 for none, not even the account's default.
    pub firewall_id: Option<i64>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateInterface {
    /// An interface to the internet.
    #[must_use]
    pub fn public() -> Self {
        Self { purpose: Some(InterfacePurpose::Public), ..Self::default() }
    }

    /// An interface to a subnet of a VPC.
    #[must_use]
    pub fn vpc(subnet: SubnetId) -> Self {
        Self { purpose: Some(InterfacePurpose::Vpc), subnet_id: Some(subnet), ..Self::default() }
    }

    /// An interface to the VLAN of this label.
    #[must_use]
    pub fn vlan(label: impl Into<String>) -> Self {
        Self { purpose: Some(InterfacePurpose::Vlan), label: Some(label.into()), ..Self::default() }
    }

    /// Says whether it has the default route.
    #[must_use]
    pub fn primary(mut self, primary: bool) -> Self {
        self.primary = Some(primary);
        self
    }

    /// Sets its address in a VLAN.
    #[must_use]
    pub fn ipam_address(mut self, ipam_address: impl Into<String>) -> Self {
        self.ipam_address = Some(ipam_address.into());
        self
    }

    /// Asks for a public address that is translated to its address in the VPC.
    #[must_use]
    pub fn nat_any(mut self) -> Self {
        self.ipv4.get_or_insert_default().nat_1_1 = Some("any".to_owned());
        self
    }
}
