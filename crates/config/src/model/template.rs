//! What new members are made of.

use std::{collections::BTreeMap, path::PathBuf};

use scaler::core::InstanceType;

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
pub struct StackScript {
    /// Its number.
    pub id: u64,
    /// What it asks for, by name.
    pub data: BTreeMap<String, Datum>,
}

/// What new members are made of. Label, and the tags of owner and group, come from the scaler.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InstanceTemplate {
    /// Types in the order in which they are tried when one can't be had; at least one.
    pub types: Vec<InstanceType>,
    /// `private/…` (an image of one's own) or `linode/…`.
    pub image: String,
    /// The firewall's number.
    pub firewall: Option<u64>,
    /// Public SSH keys of root.
    pub authorized_keys: Vec<Text>,
    /// Users of the account whose keys root gets.
    pub authorized_users: Vec<String>,
    /// The root password.
    pub root_pass: Option<Secret>,
    /// The StackScript that runs at the first boot.
    pub stackscript: Option<StackScript>,
    /// What cloud-init reads, at most 65,535 bytes; not yet base64.
    pub user_data: Option<Text>,
    /// Whether members get a private address, which NodeBalancers outside a VPC need. Default true.
    pub private_ip: bool,
    /// Tags beside those of owner and group.
    pub tags: Vec<String>,
    /// Whether backups are made, at a price. Default false.
    pub backups: bool,
    /// Swap in MB, where it is not the API's default.
    pub swap_size: Option<u32>,
    /// The placement group's number.
    pub placement_group: Option<u64>,
    /// Whether disks are encrypted, where it is not the region's default.
    pub disk_encryption: Option<bool>,
}
