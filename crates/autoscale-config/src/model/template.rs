//! What new members are made of.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::PathBuf;

use crate::Secret;

/// A text that stands in the configuration, or in a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub text: String,
    /// The file that it was read from.
    pub file: Option<PathBuf>,
}

/// A value for a StackScript.
#[derive(Clone, Debug)]
pub enum Datum {
    /// Stands in the configuration.
    Plain(String),
    /// A password or the like.
    Secret(Secret),
}

/// The StackScript that runs at the first boot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StackScriptSettings {
    /// Its number.
    pub id: NonZeroU64,
    /// What it asks for, by name.
    pub data: BTreeMap<String, Datum>,
}

/// What new members are made of. Label, type, and the tags of owner and group come from the scaler.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstanceTemplate {
    /// `private/…` (an image of one's own) or `linode/…`.
    pub image: String,
    /// The firewall's number.
    pub firewall: Option<NonZeroU64>,
    /// Public SSH keys of root.
    pub authorized_keys: Vec<Text>,
    /// Users of the account whose keys root gets.
    pub authorized_users: Vec<String>,
    /// The root password.
    pub root_pass: Option<Secret>,
    /// The StackScript that runs at the first boot.
    pub stackscript: Option<StackScriptSettings>,
    /// What cloud-init reads, at most 65,535 bytes; not yet base64.
    pub user_data: Option<Text>,
    /// Whether members get a private IPv4 address, at which NodeBalancers reach them. Default true; else they are reached
    /// at their public IPv6 address.
    pub private_ip: bool,
    /// Tags beside those of owner and group.
    pub tags: Vec<String>,
    /// Whether backups are made, at a price. Default false.
    pub backups: bool,
    /// Swap in MB, where it is not the API's default.
    pub swap_size: Option<u32>,
    /// The placement group's number.
    pub placement_group: Option<NonZeroU64>,
    /// Whether disks are encrypted, where it is not the region's default.
    pub disk_encryption: Option<bool>,
    /// Whether the provider configures the guest's network at boot, where the account's setting does not decide.
    pub network_helper: Option<bool>,
    /// Whose the network interfaces are.
    pub interfaces: Interfaces,
}

/// Whose the network interfaces of members are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interfaces {
    /// `legacy_config`: of the configuration profile. The default: these can have private addresses and a firewall.
    #[default]
    LegacyConfig,
    /// `linode`: of the Linode, for accounts that allow no others.
    Linode,
}
