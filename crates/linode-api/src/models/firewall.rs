//! Firewalls. One that drops by default must accept what comes from the NodeBalancer's network
//! (192.168.255.0/24).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Entity, Extra, FirewallDeviceId, FirewallId, time};

open_enum! {
    /// Whether a firewall works.
    pub enum FirewallStatus {
        /// It does.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
        /// It is being deleted.
        Deleted = "deleted",
    }

    /// What a firewall does with a packet.
    pub enum FirewallAction {
        /// It lets it pass.
        Accept = "ACCEPT",
        /// It does not.
        Drop = "DROP",
    }
}

/// A firewall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Firewall {
    /// Its id.
    pub id: FirewallId,
    /// Its label.
    pub label: String,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// Whether it works.
    pub status: FirewallStatus,
    /// Its rules.
    pub rules: FirewallRules,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it protects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entities: Option<Vec<Entity>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The rules of a firewall.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallRules {
    /// For what comes in, in their order.
    pub inbound: Option<Vec<FirewallRule>>,
    /// For what comes in and meets no rule.
    pub inbound_policy: Option<FirewallAction>,
    /// For what goes out, in their order.
    pub outbound: Option<Vec<FirewallRule>>,
    /// For what goes out and meets no rule.
    pub outbound_policy: Option<FirewallAction>,
    /// How often the rules were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// A digest of the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A rule of a firewall.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallRule {
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<FirewallAction>,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `TCP`, `UDP`, `ICMP`, `IPENCAP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The ports, such as `22,443` or `8000-9000`; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<String>,
    /// The addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<FirewallAddresses>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The addresses of a rule, with prefix lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallAddresses {
    /// Those of IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Vec<String>>,
    /// Those of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Vec<String>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A thing that a firewall protects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallDevice {
    /// The id of this attachment.
    pub id: FirewallDeviceId,
    /// When it was attached.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When that was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// The thing.
    pub entity: Entity,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The rules that the provider proposes for a kind of network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallTemplate {
    /// `public`, `vpc` …
    pub slug: String,
    /// The rules.
    pub rules: FirewallRules,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which firewalls new things get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirewallSettings {
    /// By kind of thing.
    pub default_firewall_ids: DefaultFirewalls,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which firewalls new things get; null for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DefaultFirewalls {
    /// Instances with interfaces of configuration profiles.
    pub linode: Option<FirewallId>,
    /// NodeBalancers.
    pub nodebalancer: Option<FirewallId>,
    /// Interfaces of instances to the internet.
    pub public_interface: Option<FirewallId>,
    /// Interfaces of instances to VPCs.
    pub vpc_interface: Option<FirewallId>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
