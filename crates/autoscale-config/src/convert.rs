//! The scaler's view of the configuration.

use std::num::NonZeroU64;

use scaler_core::model::{AlertFreshness, Group, TemplateHash};

use crate::{Config, Datum, InstanceTemplate, Interfaces};

impl Config {
    /// How the table of alerts is to be believed.
    #[must_use]
    pub fn alert_freshness(&self) -> AlertFreshness {
        AlertFreshness {
            poll: self.alertmanager.as_ref().map(|alertmanager| alertmanager.poll),
            confirm: self.confirm,
            heartbeat: self.heartbeat.clone(),
        }
    }

    /// The groups as the scaler knows them, by name.
    #[must_use]
    pub fn core_groups(&self) -> Vec<Group> {
        self.groups.values().map(|settings| settings.group.clone()).collect()
    }
}

impl InstanceTemplate {
    /// Identifies what members are made of, the same in every build: members with another one are of an older template.
    ///
    /// What a file holds counts, its name does not. Secrets don't count, for the hash stands in the log; nor does the
    /// list of types, for members of the second type are no worse than those of the first.
    #[must_use]
    pub fn hash(&self, region: &str) -> TemplateHash {
        let mut hash = Fnv::new();
        let mut say = |key: &str, value: &str| hash.field(key, value);
        say("region", region);
        say("image", &self.image);
        let numbers = [
            ("firewall", self.firewall.map(NonZeroU64::get)),
            ("swap_size", self.swap_size.map(u64::from)),
            ("placement_group", self.placement_group.map(NonZeroU64::get)),
            ("stackscript", self.stackscript.as_ref().map(|script| script.id.get())),
            ("disk_encryption", self.disk_encryption.map(u64::from)),
            ("network_helper", self.network_helper.map(u64::from)),
            ("linode_interfaces", (self.interfaces == Interfaces::Linode).then_some(1)),
            ("backups", self.backups.then_some(1)),
            ("public_only", (!self.private_ip).then_some(1)),
        ];
        for (key, number) in numbers {
            if let Some(number) = number {
                say(key, &number.to_string());
            }
        }
        for key in &self.authorized_keys {
            say("authorized_key", key.text.trim());
        }
        for user in &self.authorized_users {
            say("authorized_user", user);
        }
        for tag in &self.tags {
            say("tag", tag);
        }
        if let Some(data) = &self.user_data {
            say("user_data", &data.text);
        }
        for (name, datum) in self.stackscript.iter().flat_map(|script| &script.data) {
            match datum {
                Datum::Plain(text) => say(name, text),
                Datum::Secret(_) => say(name, ""),
            }
        }
        TemplateHash(format!("{:016x}", hash.0))
    }
}

/// FNV-1a: the standard library's hasher may change from one release to the next.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Lengths go in too, so that no two lists of fields read the same.
    fn field(&mut self, key: &str, value: &str) {
        for part in [key, value] {
            for byte in (part.len() as u64).to_be_bytes().iter().chain(part.as_bytes()) {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}
