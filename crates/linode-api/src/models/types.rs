//! Types of instances, and prices.

use serde::{Deserialize, Serialize};

use super::{Decimal, Extra};

/// A type of instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceType {
    /// Its slug, such as `g6-standard-1`.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its price, in regions that have no other.
    pub price: Price,
    /// Its prices in regions that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_prices: Option<Vec<RegionPrice>>,
    /// What can be had with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addons: Option<Addons>,
    /// Memory, in MB.
    pub memory: u64,
    /// Disk, in MB.
    pub disk: u64,
    /// Network transfer a month, in GB.
    pub transfer: u64,
    /// Virtual CPUs.
    pub vcpus: u64,
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u64>,
    /// Accelerators, such as video processing units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerated_devices: Option<u64>,
    /// Outgoing bandwidth, in Mbit/s.
    pub network_out: u64,
    /// `nanode`, `standard`, `dedicated`, `highmem`, `premium`, `gpu` …
    pub class: String,
    /// The type that replaces it; null while it is offered.
    pub successor: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl InstanceType {
    /// The price in a region.
    #[must_use]
    pub fn price_in(&self, region: &str) -> Price {
        self.region_prices
            .iter()
            .flatten()
            .find(|price| price.id == region)
            .map_or_else(|| self.price.clone(), RegionPrice::price)
    }
}

/// A price, in US dollars; null where there is none of that kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// For a started hour.
    pub hourly: Option<Decimal>,
    /// At most for a month.
    pub monthly: Option<Decimal>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A price in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegionPrice {
    /// The region.
    pub id: String,
    /// For a started hour, in US dollars.
    pub hourly: Option<Decimal>,
    /// At most for a month, in US dollars.
    pub monthly: Option<Decimal>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RegionPrice {
    /// The price without the region.
    #[must_use]
    pub fn price(&self) -> Price {
        Price { hourly: self.hourly.clone(), monthly: self.monthly.clone(), extra: self.extra.clone() }
    }
}

/// What can be had with a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Addons {
    /// Backups.
    pub backups: Option<Addon>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Something that can be had with a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Addon {
    /// Its price, in regions that have no other.
    pub price: Price,
    /// Its prices in regions that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_prices: Option<Vec<RegionPrice>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The price list of another service, such as NodeBalancers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceType {
    /// Its slug, such as `nodebalancer`.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its price, in regions that have no other.
    pub price: Price,
    /// Its prices in regions that differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_prices: Option<Vec<RegionPrice>>,
    /// Network transfer a month, in GB.
    pub transfer: Option<u64>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
