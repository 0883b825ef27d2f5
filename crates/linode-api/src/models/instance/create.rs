//! The request that creates an instance.

use std::fmt;
use std::net::Ipv4Addr;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use super::{CreateInterface, DiskEncryption, InterfaceGeneration};
use crate::models::{BackupId, Extra, FirewallId, PlacementGroupId, StackScriptId, UserData, secret};

/// What `POST /linode/instances` takes. What is left out the API decides; the account's settings have a say
/// in it (`backups_enabled`, `interfaces_for_new_linodes`, `network_helper`), so set what matters.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateInstance {
    /// The region.
    pub region: String,
    /// The slug of the type, such as `g6-standard-1`.
    #[serde(rename = "type")]
    pub instance_type: String,
    /// The label: 3 to 64 characters, letters, digits, `-`, `_` and `.`, the first a letter; unique on the
    /// account.
    pub label: Option<String>,
    /// The image, such as `linode/debian12` or `private/123`.
    pub image: Option<String>,
    /// The root password, 7 to 128 characters.
    #[serde(default, serialize_with = "secret::option")]
    pub root_pass: Option<SecretString>,
    /// Public SSH keys for root.
    pub authorized_keys: Option<Vec<String>>,
    /// Users of the account whose SSH keys root shall have.
    pub authorized_users: Option<Vec<String>>,
    /// The StackScript to run at the first boot.
    pub stackscript_id: Option<StackScriptId>,
    /// What the StackScript asks for.
    pub stackscript_data: Option<StackScriptData>,
    /// The backup to restore from.
    pub backup_id: Option<BackupId>,
    /// Whether backups are made, which costs extra.
    pub backups_enabled: Option<bool>,
    /// Whether it boots once created.
    pub booted: Option<bool>,
    /// Swap, in MB.
    pub swap_size: Option<u64>,
    /// Whether it gets a private address, which NodeBalancers without a VPC need.
    pub private_ip: Option<bool>,
    /// Tags, 3 to 50 characters each.
    pub tags: Option<Vec<String>>,
    /// The firewall; only with configuration-profile interfaces.
    pub firewall_id: Option<FirewallId>,
    /// What it is given to read by the Metadata service.
    pub metadata: Option<Metadata>,
    /// Its network interfaces.
    pub interfaces: Option<Vec<CreateInterface>>,
    /// The generation of its interfaces.
    pub interface_generation: Option<InterfaceGeneration>,
    /// The placement group.
    pub placement_group: Option<CreatePlacementGroup>,
    /// Whether its disks are encrypted.
    pub disk_encryption: Option<DiskEncryption>,
    /// Reserved addresses to give it.
    pub ipv4: Option<Vec<Ipv4Addr>>,
    /// What happens to it in a maintenance, such as `linode/migrate`.
    pub maintenance_policy: Option<String>,
    /// Whether the provider configures the guest's network at boot.
    pub network_helper: Option<bool>,
    /// The kernel, such as `linode/grub2`.
    pub kernel: Option<String>,
    /// The size of the disk that it boots from, in MB.
    pub boot_size: Option<u64>,
    /// The display group; no longer used by the API.
    pub group: Option<String>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateInstance {
    /// A request for an instance of this type in this region.
    #[must_use]
    pub fn new(region: impl Into<String>, instance_type: impl Into<String>) -> Self {
        Self { region: region.into(), instance_type: instance_type.into(), ..Self::default() }
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the image.
    #[must_use]
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// Sets the root password.
    #[must_use]
    pub fn root_pass(mut self, root_pass: SecretString) -> Self {
        self.root_pass = Some(root_pass);
        self
    }

    /// Sets the public SSH keys for root.
    #[must_use]
    pub fn authorized_keys(mut self, authorized_keys: Vec<String>) -> Self {
        self.authorized_keys = Some(authorized_keys);
        self
    }

    /// Sets the users whose SSH keys root shall have.
    #[must_use]
    pub fn authorized_users(mut self, authorized_users: Vec<String>) -> Self {
        self.authorized_users = Some(authorized_users);
        self
    }

    /// Sets the backup to restore from.
    #[must_use]
    pub fn backup_id(mut self, backup_id: BackupId) -> Self {
        self.backup_id = Some(backup_id);
        self
    }

    /// Says whether backups are made.
    #[must_use]
    pub fn backups_enabled(mut self, backups_enabled: bool) -> Self {
        self.backups_enabled = Some(backups_enabled);
        self
    }

    /// Says whether it boots once created.
    #[must_use]
    pub fn booted(mut self, booted: bool) -> Self {
        self.booted = Some(booted);
        self
    }

    /// Sets the swap, in MB.
    #[must_use]
    pub fn swap_size(mut self, swap_size: u64) -> Self {
        self.swap_size = Some(swap_size);
        self
    }

    /// Says whether it gets a private address.
    #[must_use]
    pub fn private_ip(mut self, private_ip: bool) -> Self {
        self.private_ip = Some(private_ip);
        self
    }

    /// Sets the tags.
    #[must_use]
    pub fn tags(mut self, tags: Vec<String>) -> Self {
        self.tags = Some(tags);
        self
    }

    /// Sets the firewall.
    #[must_use]
    pub fn firewall_id(mut self, firewall_id: FirewallId) -> Self {
        self.firewall_id = Some(firewall_id);
        self
    }

    /// Sets the network interfaces.
    #[must_use]
    pub fn interfaces(mut self, interfaces: Vec<CreateInterface>) -> Self {
        self.interfaces = Some(interfaces);
        self
    }

    /// Sets the generation of its interfaces.
    #[must_use]
    pub fn interface_generation(mut self, interface_generation: InterfaceGeneration) -> Self {
        self.interface_generation = Some(interface_generation);
        self
    }

    /// Sets the placement group.
    #[must_use]
    pub fn placement_group(mut self, placement_group: CreatePlacementGroup) -> Self {
        self.placement_group = Some(placement_group);
        self
    }

    /// Says whether its disks are encrypted.
    #[must_use]
    pub fn disk_encryption(mut self, disk_encryption: DiskEncryption) -> Self {
        self.disk_encryption = Some(disk_encryption);
        self
    }

    /// Sets the reserved addresses to give it.
    #[must_use]
    pub fn ipv4(mut self, ipv4: Vec<Ipv4Addr>) -> Self {
        self.ipv4 = Some(ipv4);
        self
    }

    /// Sets what happens in a maintenance.
    #[must_use]
    pub fn maintenance_policy(mut self, maintenance_policy: impl Into<String>) -> Self {
        self.maintenance_policy = Some(maintenance_policy.into());
        self
    }

    /// Says whether the provider configures the guest's network at boot.
    #[must_use]
    pub fn network_helper(mut self, network_helper: bool) -> Self {
        self.network_helper = Some(network_helper);
        self
    }

    /// Sets the kernel.
    #[must_use]
    pub fn kernel(mut self, kernel: impl Into<String>) -> Self {
        self.kernel = Some(kernel.into());
        self
    }

    /// Sets the size of the boot disk, in MB.
    #[must_use]
    pub fn boot_size(mut self, boot_size: u64) -> Self {
        self.boot_size = Some(boot_size);
        self
    }

    /// Sets the StackScript to run at the first boot and what it asks for.
    #[must_use]
    pub fn stackscript(mut self, id: StackScriptId, data: StackScriptData) -> Self {
        self.stackscript_id = Some(id);
        self.stackscript_data = Some(data);
        self
    }

    /// Sets the user data.
    #[must_use]
    pub fn user_data(mut self, user_data: UserData) -> Self {
        self.metadata = Some(Metadata { user_data: Some(user_data), extra: Extra::new() });
        self
    }
}

/// What an instance is given to read by the Metadata service.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The user data.
    pub user_data: Option<UserData>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The placement group of a new instance.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatePlacementGroup {
    /// Its id.
    pub id: PlacementGroupId,
    /// Whether creating fails rather than violate the group.
    pub compliant_only: Option<bool>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreatePlacementGroup {
    /// This placement group.
    #[must_use]
    pub fn new(id: PlacementGroupId) -> Self {
        Self { id, compliant_only: None, extra: Extra::new() }
    }

    /// Says whether creating fails rather than violate the group.
    #[must_use]
    pub fn compliant_only(mut self, compliant_only: bool) -> Self {
        self.compliant_only = Some(compliant_only);
        self
    }
}

/// What a StackScript asks for, by the names of its fields. Passwords are among it, so `Debug` shows the
/// names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackScriptData(Map<String, Value>);

impl StackScriptData {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), Value::String(value.into()));
        self
    }
}

impl fmt::Debug for StackScriptData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
