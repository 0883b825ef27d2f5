//! The user whose token it is, and what the user may do.

use serde::{Deserialize, Serialize};

use super::{Decimal, Extra};

/// The user whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// The user's number.
    pub uid: u64,
    /// The user's name.
    pub username: String,
    /// The user's mail address.
    pub email: String,
    /// Whether grants limit the user. Setting tags and removing locks need a user without limits.
    pub restricted: bool,
    /// `default`, `parent`, `child`, `proxy` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// The user's time zone.
    pub timezone: Option<String>,
    /// Whether the user gets mails about events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_notifications: Option<bool>,
    /// Whether the user may log in from known addresses only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_whitelist_enabled: Option<bool>,
    /// How the user logs in to the console of instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lish_auth_method: Option<String>,
    /// The user's SSH keys for the console of instances.
    pub authorized_keys: Option<Vec<String>>,
    /// Whether a second factor is needed to log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_factor_auth: Option<bool>,
    /// Who vouches for the user: `password`, `google` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_type: Option<String>,
    /// The user's telephone number.
    pub verified_phone_number: Option<String>,
    /// What the user gets for referring others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrals: Option<Referrals>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a user gets for referring others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Referrals {
    /// The user's code.
    pub code: Option<String>,
    /// The address to give to others.
    pub url: Option<String>,
    /// How many were referred.
    pub total: u64,
    /// How many stayed.
    pub completed: u64,
    /// How many may stay.
    pub pending: u64,
    /// What the user got, in US dollars.
    pub credit: Option<Decimal>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// What a grant allows.
    pub enum GrantPermission {
        /// To see the thing.
        ReadOnly = "read_only",
        /// To change the thing.
        ReadWrite = "read_write",
    }
}

/// What a restricted user may do. For an unrestricted one the API answers 204 without a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grants {
    /// What concerns the account.
    pub global: Option<GlobalGrants>,
    /// Instances.
    pub linode: Option<Vec<Grant>>,
    /// NodeBalancers.
    pub nodebalancer: Option<Vec<Grant>>,
    /// Images.
    pub image: Option<Vec<Grant>>,
    /// StackScripts.
    pub stackscript: Option<Vec<Grant>>,
    /// Firewalls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firewall: Option<Vec<Grant>>,
    /// VPCs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Vec<Grant>>,
    /// Volumes.
    pub volume: Option<Vec<Grant>>,
    /// The other kinds of things, as they come.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a user may do on the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GlobalGrants {
    /// To see or change the account itself; null for neither.
    pub account_access: Option<GrantPermission>,
    /// To create instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_linodes: Option<bool>,
    /// To create NodeBalancers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_nodebalancers: Option<bool>,
    /// To create images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_images: Option<bool>,
    /// To create firewalls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_firewalls: Option<bool>,
    /// To create VPCs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_vpcs: Option<bool>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a user may do with one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// The thing's id.
    pub id: u64,
    /// The thing's label.
    pub label: Option<String>,
    /// What is allowed; null for nothing.
    pub permissions: Option<GrantPermission>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
