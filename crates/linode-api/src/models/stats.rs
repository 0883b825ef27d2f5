//! Series of the last 24 hours, a point every five minutes. A young thing has none: the API answers 400.

use serde::{Deserialize, Serialize};

use super::{Decimal, Extra};

/// The series of a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats<T> {
    /// What they are of.
    pub title: String,
    /// The series.
    pub data: T,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A point of a series: milliseconds since 1970, and the value, null where none was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatsPoint(pub Decimal, pub Option<Decimal>);

/// The series of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceSeries {
    /// CPU, in percent of one CPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Vec<StatsPoint>>,
    /// Disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io: Option<DiskSeries>,
    /// IPv4, in bits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netv4: Option<NetworkSeries>,
    /// IPv6, in bits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netv6: Option<NetworkSeries>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of an instance's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DiskSeries {
    /// Blocks a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io: Option<Vec<StatsPoint>>,
    /// Blocks a second of swap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap: Option<Vec<StatsPoint>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of an instance's network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetworkSeries {
    /// From the internet.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Vec<StatsPoint>>,
    /// To the internet.
    #[serde(rename = "out", default, skip_serializing_if = "Option::is_none")]
    pub outgoing: Option<Vec<StatsPoint>>,
    /// From private networks.
    #[serde(rename = "private_in", default, skip_serializing_if = "Option::is_none")]
    pub private_incoming: Option<Vec<StatsPoint>>,
    /// To private networks.
    #[serde(rename = "private_out", default, skip_serializing_if = "Option::is_none")]
    pub private_outgoing: Option<Vec<StatsPoint>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of a NodeBalancer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerSeries {
    /// Connections a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<Vec<StatsPoint>>,
    /// Traffic, in bits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<TrafficSeries>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of a NodeBalancer's traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrafficSeries {
    /// Received.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<Vec<StatsPoint>>,
    /// Sent.
    #[serde(rename = "out", default, skip_serializing_if = "Option::is_none")]
    pub outgoing: Option<Vec<StatsPoint>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
