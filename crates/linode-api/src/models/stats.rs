//! Series of the last 24 hours, a point every five minutes. A young thing has none: the API answers 400.

use serde::{Deserialize, Serialize};

use super::{Amount, Extra};

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

/// A point of a series: milliseconds since 1970, and the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatsPoint(pub Amount, pub Amount);

/// The series of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceSeries {
    /// CPU, in percent of one CPU.
    #[serde(default)]
    pub cpu: Vec<StatsPoint>,
    /// Disk.
    #[serde(default)]
    pub io: DiskSeries,
    /// IPv4, in bits a second.
    #[serde(default)]
    pub netv4: NetworkSeries,
    /// IPv6, in bits a second.
    #[serde(default)]
    pub netv6: NetworkSeries,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of an instance's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DiskSeries {
    /// Blocks a second.
    #[serde(default)]
    pub io: Vec<StatsPoint>,
    /// Blocks a second of swap.
    #[serde(default)]
    pub swap: Vec<StatsPoint>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of an instance's network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetworkSeries {
    /// From the internet.
    #[serde(rename = "in", default)]
    pub incoming: Vec<StatsPoint>,
    /// To the internet.
    #[serde(rename = "out", default)]
    pub outgoing: Vec<StatsPoint>,
    /// From private networks.
    #[serde(rename = "private_in", default)]
    pub private_incoming: Vec<StatsPoint>,
    /// To private networks.
    #[serde(rename = "private_out", default)]
    pub private_outgoing: Vec<StatsPoint>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of a NodeBalancer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerSeries {
    /// Connections a second.
    #[serde(default)]
    pub connections: Vec<StatsPoint>,
    /// Traffic, in bits a second.
    #[serde(default)]
    pub traffic: TrafficSeries,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The series of a NodeBalancer's traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrafficSeries {
    /// Received.
    #[serde(rename = "in", default)]
    pub incoming: Vec<StatsPoint>,
    /// Sent.
    #[serde(rename = "out", default)]
    pub outgoing: Vec<StatsPoint>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
