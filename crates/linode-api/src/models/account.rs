//! The account, its settings, and what the provider has to say about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Decimal, Entity, Extra, time};

/// The account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// Its unique name, which says whether an account is the expected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub euuid: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The address.
    pub address_1: Option<String>,
    /// The address, continued.
    pub address_2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
    /// The country, in two letters.
    pub country: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The tax number.
    pub tax_id: Option<String>,
    /// What is owed, in US dollars.
    pub balance: Option<Decimal>,
    /// What will be owed for this month so far, in US dollars.
    pub balance_uninvoiced: Option<Decimal>,
    /// Who bills: `linode` or `akamai`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_source: Option<String>,
    /// The credit card.
    pub credit_card: Option<CreditCard>,
    /// Since when it is active.
    #[serde(default, with = "time::option")]
    pub active_since: Option<Timestamp>,
    /// What it can use, such as `NodeBalancers`.
    pub capabilities: Option<Vec<String>>,
    /// Its promotions, as they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_promotions: Option<Vec<Extra>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A credit card, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreditCard {
    /// Its last four digits.
    pub last_four: Option<String>,
    /// When it ends.
    pub expiry: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// Which generation of network interfaces new instances get.
    pub enum InterfacesForNewInstances {
        /// Those of configuration profiles only.
        LegacyConfigOnly = "legacy_config_only",
        /// Those of configuration profiles, unless asked for otherwise.
        LegacyConfigDefault = "legacy_config_default_but_linode_allowed",
        /// Those of the instance, unless asked for otherwise.
        LinodeDefault = "linode_default_but_legacy_config_allowed",
        /// Those of the instance only.
        LinodeOnly = "linode_only",
    }
}

/// The settings of the account, several of which decide what a new instance is like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountSettings {
    /// Whether the provider manages the account's instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// Whether guests' networks are configured at boot. Without it private addresses do not work by
    /// themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_helper: Option<bool>,
    /// Whether new instances get backups, which cost extra.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups_enabled: Option<bool>,
    /// Which generation of network interfaces new instances get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interfaces_for_new_linodes: Option<InterfacesForNewInstances>,
    /// What happens to new instances in a maintenance, such as `linode/migrate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_policy: Option<String>,
    /// The plan of Longview; null for none.
    pub longview_subscription: Option<String>,
    /// Whether Object Storage is `active`, `suspended` or `disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_storage: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What an account can have in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountAvailability {
    /// The region.
    pub region: String,
    /// What it can have.
    pub available: Option<Vec<String>>,
    /// What it cannot have.
    pub unavailable: Option<Vec<String>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A maintenance of one thing. Of the kinds `reboot` and `cold_migration` an instance is offline for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Maintenance {
    /// What it concerns.
    pub entity: Option<Entity>,
    /// Why it is done.
    pub reason: Option<String>,
    /// `pending`, `scheduled`, `started`, `completed`, `canceled` …
    pub status: Option<String>,
    /// `reboot`, `cold_migration`, `live_migration`, `migrate` …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// When it begins.
    #[serde(default, with = "time::option")]
    pub when: Option<Timestamp>,
    /// Before when it does not begin.
    #[serde(default, with = "time::option", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// When it began.
    #[serde(default, with = "time::option", skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// When it was done.
    #[serde(default, with = "time::option", skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
