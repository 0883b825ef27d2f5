//! The addresses of one instance.

use serde::{Deserialize, Serialize};

use crate::models::{Extra, IpAddress, Ipv6Range, VpcIp};

/// All addresses of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceIps {
    /// Those of IPv4.
    pub ipv4: InstanceIpv4,
    /// Those of IPv6; null where the region has none.
    pub ipv6: Option<InstanceIpv6>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The IPv4 addresses of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceIpv4 {
    /// Public ones.
    pub public: Vec<IpAddress>,
    /// Private ones (192.168.128.0/17).
    pub private: Vec<IpAddress>,
    /// Those that it shares with another instance.
    pub shared: Vec<IpAddress>,
    /// Those that are reserved.
    pub reserved: Vec<IpAddress>,
    /// Those in VPCs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Vec<VpcIp>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The IPv6 addresses of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceIpv6 {
    /// The address that the guest configures itself.
    pub slaac: Option<IpAddress>,
    /// The link-local address.
    pub link_local: Option<IpAddress>,
    /// Ranges that are routed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<Vec<Ipv6Range>>,
    /// Addresses in VPCs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Vec<VpcIp>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
