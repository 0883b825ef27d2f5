//! Regions, and what can be had in them.

use serde::{Deserialize, Serialize};

use super::Extra;

open_enum! {
    /// How a region fares.
    pub enum RegionStatus {
        /// Well.
        Ok = "ok",
        /// It is out.
        Outage = "outage",
    }
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Region {
    /// Its slug, such as `us-east`.
    pub id: String,
    /// Its label, a place.
    pub label: String,
    /// Its country, in two letters.
    pub country: String,
    /// What it offers, such as `NodeBalancers` or `Metadata`.
    pub capabilities: Vec<String>,
    /// Which services can be monitored in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitors: Option<RegionMonitors>,
    /// How it fares.
    pub status: RegionStatus,
    /// Its name servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolvers: Option<Resolvers>,
    /// The limits of its placement groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement_group_limits: Option<PlacementGroupLimits>,
    /// The kind of data centre: `core` or `distributed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_type: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Region {
    /// Whether it offers this capability. Capabilities are compared exactly.
    #[must_use]
    pub fn has_capability(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|own| own == capability)
    }
}

/// Which services can be monitored in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegionMonitors {
    /// By alerts.
    pub alerts: Option<Vec<String>>,
    /// By metrics.
    pub metrics: Option<Vec<String>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The name servers of a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resolvers {
    /// Their IPv4 addresses, separated by commas.
    pub ipv4: Option<String>,
    /// Their IPv6 addresses, separated by commas.
    pub ipv6: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The limits of placement groups in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlacementGroupLimits {
    /// Groups of a customer; null for no limit.
    pub maximum_pgs_per_customer: Option<i64>,
    /// Instances of a group.
    pub maximum_linodes_per_pg: Option<i64>,
    /// Instances of a group whose policy is `flexible`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_linodes_per_flexible_pg: Option<i64>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether a type can be had in a region. Only some types are listed, and not to the minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegionAvailability {
    /// The region.
    pub region: String,
    /// The type.
    pub plan: String,
    /// Whether it can be had.
    pub available: bool,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether VPCs can be had in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegionVpcAvailability {
    /// The region.
    pub region: String,
    /// Whether they can be had.
    pub available: bool,
    /// The lengths of IPv6 prefixes that they can have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_ipv6_prefix_lengths: Option<Vec<u64>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
