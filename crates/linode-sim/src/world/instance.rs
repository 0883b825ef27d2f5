//! Linode instances: what the API shows of them, and how they are made.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::address::ipv6_of;
use super::create::{LIST, Plan};
use super::ledger::Kind;
use super::power::Power;
use super::status::Status;
use super::{Collection, Entity, Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stamp::Stamp;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Backups {
    pub(crate) enabled: bool,
    pub(crate) available: bool,
    pub(crate) schedule: Value,
    pub(crate) last_successful: Option<Stamp>,
}

/// An instance, with every field of the API's answers; what the API doesn't show is skipped.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Instance {
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) group: String,
    pub(crate) status: Status,
    pub(crate) created: Stamp,
    pub(crate) updated: Stamp,
    #[serde(rename = "type")]
    pub(crate) plan: String,
    pub(crate) ipv4: Vec<Ipv4Addr>,
    pub(crate) ipv6: String,
    pub(crate) image: Option<String>,
    pub(crate) region: String,
    pub(crate) site_type: &'static str,
    pub(crate) specs: Plan,
    pub(crate) alerts: Value,
    pub(crate) backups: Backups,
    pub(crate) hypervisor: &'static str,
    pub(crate) watchdog_enabled: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) host_uuid: String,
    pub(crate) has_user_data: bool,
    pub(crate) placement_group: Option<Value>,
    pub(crate) disk_encryption: String,
    pub(crate) lke_cluster_id: Option<u64>,
    pub(crate) capabilities: Vec<&'static str>,
    pub(crate) interface_generation: String,
    pub(crate) maintenance_policy: String,
    pub(crate) locks: Vec<String>,
    #[serde(skip)]
    pub(crate) power: Power,
    #[serde(skip)]
    pub(crate) network_helper: bool,
    #[serde(skip)]
    pub(crate) load: f64,
}

impl Instance {
    pub(crate) fn public(&self) -> Option<Ipv4Addr> {
        self.ipv4.iter().copied().find(|address| !super::address::is_private(*address))
    }

    pub(crate) fn private(&self) -> Option<Ipv4Addr> {
        self.ipv4.iter().copied().find(|address| super::address::is_private(*address))
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::linode(self.id, &self.label)
    }
}

impl World {
    /// Creates an instance as `POST /linode/instances` does.
    pub(crate) fn create_instance(&mut self, body: Body<'_>) -> Result<u64, Refusal> {
        let request = super::create::validate(self, body)?;
        let id = self.new_id();
        let label = request.label.unwrap_or_else(|| format!("linode{id}"));
        if self.labels.contains_key(&label) {
            return Err(Refusal::field("label", "Label must be unique among your linodes"));
        }
        let no_address = || Refusal::bad("No addresses are left in the simulated network");
        let public = self.addresses.public().ok_or_else(no_address)?;
        let mut ipv4 = vec![public];
        if request.private_ip {
            let Some(private) = self.addresses.private() else {
                self.addresses.give_back(public);
                return Err(no_address());
            };
            ipv4.push(private);
        }
        self.lagging(Collection::Instances, LIST, id, |_| None);
        self.tags.extend(request.tags.iter().cloned());
        self.owners.extend(ipv4.iter().map(|address| (*address, id)));
        self.labels.insert(label.clone(), id);
        let kind = Kind::Linode { plan: request.plan.clone(), region: request.region.clone() };
        self.bill_from(id, &label, kind);
        let instance = Instance {
            id,
            label,
            group: String::new(),
            status: Status::Provisioning,
            created: Stamp(self.now),
            updated: Stamp(self.now),
            plan: request.plan,
            ipv4,
            ipv6: format!("{}/128", ipv6_of(public)),
            image: request.image,
            region: request.region,
            site_type: "core",
            specs: request.specs,
            alerts: json!({
                "cpu": 90, "network_in": 10, "network_out": 10, "transfer_quota": 80, "io": 10000,
                "system_alerts": [], "user_alerts": [],
            }),
            backups: Backups {
                enabled: request.backups_enabled,
                available: false,
                schedule: json!({"day": null, "window": null}),
                last_successful: None,
            },
            hypervisor: "kvm",
            watchdog_enabled: true,
            tags: request.tags,
            host_uuid: (0..40).map(|_| char::from_digit(self.rng.u32(0..16), 16).unwrap_or('0')).collect(),
            has_user_data: request.has_user_data,
            placement_group: request.placement_group,
            disk_encryption: request.disk_encryption,
            lke_cluster_id: None,
            capabilities: vec!["Block Storage Encryption", "Maintenance Policy"],
            interface_generation: request.interface_generation,
            maintenance_policy: request.maintenance_policy,
            locks: Vec::new(),
            power: Power::new(self.now, request.booted),
            network_helper: request.network_helper.unwrap_or(self.settings.network_helper),
            load: 0.0,
        };
        self.instances.insert(id, instance);
        self.touch();
        if let Some(firewall) = request.firewall {
            self.assign(firewall, Entity::Linode(id));
        }
        self.begin_provisioning(id);
        Ok(id)
    }

    /// Changes what `PUT /linode/instances/{id}` names.
    pub(crate) fn update_instance(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let label = body.text("label")?.map(str::to_owned);
        let tags = body.texts("tags")?;
        if let Some(label) = &label {
            super::create::check_label(label, 64)?;
            if self.labels.get(label).is_some_and(|owner| *owner != id) {
                return Err(Refusal::field("label", "Label must be unique among your linodes"));
            }
        }
        self.check_tags(tags.as_deref())?;
        let alerts = body.object("alerts")?;
        let schedule =
            body.object("backups")?.and_then(|backups| backups.get("schedule")).filter(|v| v.is_object());
        let (group, watchdog) = (body.text("group")?, body.flag("watchdog_enabled")?);
        let policy = body.text("maintenance_policy")?;
        self.lagging(Collection::Instances, LIST, id, |world| world.instance_value(id));
        let now = self.now;
        let instance = self.instances.get_mut(&id).ok_or_else(Refusal::not_found)?;
        if let Some(label) = label {
            self.labels.remove(&instance.label);
            self.labels.insert(label.clone(), id);
            instance.label = label;
        }
        if let Some(tags) = tags {
            self.tags.extend(tags.iter().cloned());
            instance.tags = tags;
        }
        for (name, value) in alerts.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            if let Some(alert) = instance.alerts.get_mut(name) {
                *alert = value.clone();
            }
        }
        if let Some(schedule) = schedule {
            instance.backups.schedule = schedule.clone();
        }
        if let Some(group) = group {
            group.clone_into(&mut instance.group);
        }
        if let Some(watchdog) = watchdog {
            instance.watchdog_enabled = watchdog;
        }
        if let Some(policy) = policy {
            policy.clone_into(&mut instance.maintenance_policy);
        }
        instance.updated = Stamp(now);
        let subject = instance.subject();
        self.event("linode_update", subject);
        self.touch();
        Ok(())
    }

    /// Deletes an instance: its addresses are free and its nodes gone at once, itself after a moment.
    pub(crate) fn delete_instance(&mut self, id: u64) -> Result<(), Refusal> {
        let instance = self.instances.get(&id).ok_or_else(Refusal::not_found)?;
        if instance.status == Status::Deleting {
            return Err(Refusal::not_found());
        }
        if !instance.locks.is_empty() {
            return Err(super::lock::refusal(&instance.locks));
        }
        let (addresses, subject) = (instance.ipv4.clone(), instance.subject());
        self.lagging(Collection::Instances, LIST, id, |world| world.instance_value(id));
        for address in &addresses {
            let nodes = self.backends.get(address).cloned().unwrap_or_default();
            for node in nodes {
                self.drop_node(node);
            }
            self.owners.remove(address);
            self.addresses.give_back(*address);
        }
        self.unassign(Entity::Linode(id));
        self.billed_until_now(id);
        self.begin_deleting(id, subject);
        self.touch();
        Ok(())
    }

    /// Forgets an instance whose deletion is over.
    pub(super) fn forget_instance(&mut self, id: u64) {
        if let Some(instance) = self.instances.remove(&id) {
            self.labels.remove(&instance.label);
        }
    }

    /// Gives an instance a private address, or another public one.
    pub(crate) fn add_address(&mut self, id: u64, public: bool) -> Result<Ipv4Addr, Refusal> {
        let instance = self.instances.get(&id).ok_or_else(Refusal::not_found)?;
        if !public && instance.private().is_some() {
            return Err(Refusal::bad("Linodes can have only one private IP address"));
        }
        let address = if public { self.addresses.public() } else { self.addresses.private() };
        let address =
            address.ok_or_else(|| Refusal::bad("No addresses are left in the simulated network"))?;
        self.lagging(Collection::Instances, LIST, id, |world| world.instance_value(id));
        if let Some(instance) = self.instances.get_mut(&id) {
            instance.ipv4.push(address);
        }
        self.owners.insert(address, id);
        self.touch();
        Ok(address)
    }

    pub(super) fn instance_value(&self, id: u64) -> Option<Value> {
        serde_json::to_value(self.instances.get(&id)?).ok()
    }

    /// When an instance was created, for tests and seeds that need an older one.
    pub(crate) fn backdate(&mut self, id: u64, created: Timestamp) {
        if let Some(instance) = self.instances.get_mut(&id) {
            instance.created = Stamp(created);
        }
        self.billed_since(id, created);
    }
}
