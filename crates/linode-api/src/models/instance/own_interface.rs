//! Network interfaces that belong to the instance itself (`interface_generation` of `linode`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::models::{EventId, Extra, InstanceConfigId, InstanceId, InterfaceId, time};

/// The interfaces of an instance. They come in one object, not in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceInterfaces {
    /// The interfaces.
    pub interfaces: Vec<InstanceInterface>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An interface of an instance: to the internet, a VPC or a VLAN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceInterface {
    /// Its id.
    pub id: InterfaceId,
    /// Its MAC address.
    pub mac_address: Option<String>,
    /// How often it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// Which default routes it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_route: Option<DefaultRoute>,
    /// Its addresses in the internet, as they come.
    pub public: Option<Extra>,
    /// Its subnet and addresses in a VPC, as they come.
    pub vpc: Option<Extra>,
    /// Its VLAN, as it comes.
    pub vlan: Option<Extra>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which default routes an interface has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DefaultRoute {
    /// That of IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<bool>,
    /// That of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<bool>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What holds for all interfaces of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceSettings {
    /// Whether the guest's network is configured at boot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_helper: Option<bool>,
    /// Which interfaces have the default routes, as it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_route: Option<Extra>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An earlier state of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InterfaceHistory {
    /// The number of this state.
    pub interface_history_id: u64,
    /// The interface.
    pub interface_id: InterfaceId,
    /// The instance.
    pub linode_id: InstanceId,
    /// The event that ended this state.
    pub event_id: Option<EventId>,
    /// How often the interface had been changed.
    pub version: u64,
    /// The state, as JSON in text.
    pub interface_data: String,
    /// When it was recorded.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What became of a configuration profile's interfaces when they were made the instance's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpgradedInterfaces {
    /// The configuration profile.
    pub config_id: Option<InstanceConfigId>,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The interfaces, as they come.
    pub interfaces: Vec<Extra>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
