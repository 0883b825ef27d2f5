//! Firewalls: what they are assigned to, and what shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::rules::Rules;
use super::{Collection, Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stamp::Stamp;

const LIST: &str = "/networking/firewalls";

const TAKEN: &str = "Has an enabled firewall already";

/// A firewall, with every field of the API's answers but what it is assigned to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Firewall {
    id: u64,
    label: String,
    created: Stamp,
    updated: Stamp,
    status: String,
    pub(crate) rules: Rules,
    pub(super) tags: Vec<String>,
    #[serde(skip)]
    pub(crate) devices: BTreeMap<u64, Device>,
}

impl Firewall {
    fn is_enabled(&self) -> bool {
        self.status == "enabled"
    }

    fn protects(&self, entity: Entity) -> bool {
        self.devices.values().any(|device| device.entity == entity)
    }

    fn subject(&self) -> Subject {
        Subject::firewall(self.id, &self.label)
    }
}

/// That a firewall is assigned to something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Device {
    id: u64,
    created: Stamp,
    entity: Entity,
}

/// What a firewall may be assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Linode(u64),
    NodeBalancer(u64),
}

impl World {
    pub(crate) fn create_firewall(&mut self, body: Body<'_>) -> Result<u64, Refusal> {
        self.check_may_add()?;
        let label = body.text("label")?.ok_or_else(|| Refusal::field("label", "label is required"))?;
        self.check_firewall_label(None, label)?;
        let rules = body.nested("rules")?.ok_or_else(|| Refusal::field("rules", "rules is required"))?;
        let rules = Rules::read(rules).map_err(|refusal| refusal.within("rules"))?;
        let tags = body.texts("tags")?;
        self.check_tags(tags.as_deref())?;
        let devices = body.nested("devices")?.map(|devices| self.entities(devices));
        let entities = devices.transpose().map_err(|refusal| refusal.within("devices"))?;
        let tags = tags.unwrap_or_default();
        self.tags.extend(tags.iter().cloned());
        let id = self.new_id();
        self.lagging(Collection::Firewalls, LIST, id, |_| None);
        let (now, label) = (Stamp(self.now), label.to_owned());
        let firewall = Firewall {
            id,
            label,
            created: now,
            updated: now,
            status: "enabled".to_owned(),
            rules,
            tags,
            devices: BTreeMap::new(),
        };
        self.event("firewall_create", firewall.subject());
        self.firewalls.insert(id, firewall);
        for entity in entities.into_iter().flatten() {
            self.assign(id, entity);
        }
        Ok(id)
    }

    /// Changes what `PUT /networking/firewalls/{id}` names.
    pub(crate) fn update_firewall(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let firewall = self.firewalls.get(&id).ok_or_else(Refusal::not_found)?;
        let (label, tags) = (body.text("label")?, body.texts("tags")?);
        if let Some(label) = label {
            self.check_firewall_label(Some(id), label)?;
        }
        self.check_tags(tags.as_deref())?;
        let status = body.one_of("status", &["enabled", "disabled"])?;
        let turned = status.filter(|status| *status != firewall.status);
        let edited = label.is_some() || tags.is_some();
        let mut entities = firewall.devices.values().map(|device| device.entity);
        if turned == Some("enabled") && entities.any(|entity| self.is_protected(entity)) {
            return Err(Refusal::field("status", TAKEN));
        }
        self.lagging(Collection::Firewalls, LIST, id, |world| world.firewall_value(id));
        let now = self.now;
        let firewall = self.firewalls.get_mut(&id).ok_or_else(Refusal::not_found)?;
        if let Some(label) = label {
            label.clone_into(&mut firewall.label);
        }
        if let Some(status) = status {
            status.clone_into(&mut firewall.status);
        }
        if let Some(tags) = tags {
            self.tags.extend(tags.iter().cloned());
            firewall.tags = tags;
        }
        firewall.updated = Stamp(now);
        let subject = firewall.subject();
        if edited || turned.is_none() {
            self.event("firewall_update", subject.clone());
        }
        match turned {
            Some("enabled") => self.event("firewall_enable", subject),
            Some(_) => self.event("firewall_disable", subject),
            None => return Ok(()),
        };
        Ok(())
    }

    pub(crate) fn delete_firewall(&mut self, id: u64) -> Result<(), Refusal> {
        let subject = self.firewalls.get(&id).ok_or_else(Refusal::not_found)?.subject();
        self.lagging(Collection::Firewalls, LIST, id, |world| world.firewall_value(id));
        self.firewalls.remove(&id);
        self.event("firewall_delete", subject);
        Ok(())
    }

    /// Replaces all rules; the same again makes no new version.
    pub(crate) fn update_rules(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let rules = Rules::read(body)?;
        let now = self.now;
        self.lagging(Collection::Firewalls, LIST, id, |world| world.firewall_value(id));
        let firewall = self.firewalls.get_mut(&id).ok_or_else(Refusal::not_found)?;
        firewall.rules.become_as(rules);
        firewall.updated = Stamp(now);
        let subject = firewall.subject();
        self.event("firewall_rules_update", subject);
        Ok(())
    }

    /// Assigns a firewall as `POST …/devices` asks.
    pub(crate) fn create_device(&mut self, firewall: u64, body: Body<'_>) -> Result<u64, Refusal> {
        let invalid = || Refusal::field("id", "id is not valid");
        let kind = body.one_of("type", &["linode", "nodebalancer"])?;
        let kind = kind.ok_or_else(|| Refusal::field("type", "type is required"))?;
        let id = body.number("id")?.ok_or_else(|| Refusal::field("id", "id is required"))?;
        let entity = if kind == "linode" { Entity::Linode(id) } else { Entity::NodeBalancer(id) };
        self.subject_of(entity).ok_or_else(invalid)?;
        if let Entity::Linode(id) = entity
            && self.instances.get(&id).is_some_and(|one| one.interface_generation == "linode")
        {
            return Err(Refusal::field("id", super::create::LINODE_INTERFACES));
        }
        let to = self.firewalls.get(&firewall).ok_or_else(Refusal::not_found)?;
        if to.is_enabled() && self.is_protected(entity) {
            return Err(Refusal::field("id", TAKEN));
        }
        if to.protects(entity) {
            return Err(Refusal::field("id", "Is assigned to this firewall already"));
        }
        self.lagging(Collection::Firewalls, LIST, firewall, |world| world.firewall_value(firewall));
        self.assign(firewall, entity).ok_or_else(Refusal::not_found)
    }

    pub(crate) fn delete_device(&mut self, firewall: u64, device: u64) -> Result<(), Refusal> {
        self.lagging(Collection::Firewalls, LIST, firewall, |world| world.firewall_value(firewall));
        let of = self.firewalls.get_mut(&firewall).ok_or_else(Refusal::not_found)?;
        of.devices.remove(&device).ok_or_else(Refusal::not_found)?;
        let subject = of.subject();
        self.event("firewall_device_remove", subject);
        Ok(())
    }

    /// The firewall that a request to make something names.
    pub(super) fn firewall_named(&self, body: Body<'_>) -> Result<Option<u64>, Refusal> {
        let id = body.number("firewall_id")?;
        if id.is_some_and(|id| !self.firewalls.contains_key(&id)) {
            return Err(Refusal::field("firewall_id", "firewall_id is not valid"));
        }
        Ok(id)
    }

    pub(super) fn assign(&mut self, firewall: u64, entity: Entity) -> Option<u64> {
        let id = self.new_id();
        let created = Stamp(self.now);
        let firewall = self.firewalls.get_mut(&firewall)?;
        firewall.devices.insert(id, Device { id, created, entity });
        let subject = firewall.subject();
        self.event("firewall_device_add", subject);
        Some(id)
    }

    /// Takes all firewalls off what is being deleted.
    pub(super) fn unassign(&mut self, entity: Entity) {
        for firewall in self.firewalls.values_mut() {
            firewall.devices.retain(|_, device| device.entity != entity);
        }
    }

    pub(crate) fn firewalls_of(&self, entity: Entity) -> Vec<Value> {
        let ids = self.firewalls.iter().filter(|(_, firewall)| firewall.protects(entity)).map(|(id, _)| *id);
        ids.filter_map(|id| self.firewall_value(id)).collect()
    }

    /// A firewall as the API shows it.
    pub(crate) fn firewall_value(&self, id: u64) -> Option<Value> {
        let firewall = self.firewalls.get(&id)?;
        let mut value = serde_json::to_value(firewall).ok()?;
        value["entities"] =
            firewall.devices.values().filter_map(|device| self.entity_value(device.entity)).collect();
        Some(value)
    }

    /// An assignment as the API shows it.
    pub(crate) fn device_value(&self, device: &Device) -> Option<Value> {
        let entity = self.entity_value(device.entity)?;
        Some(json!({"id": device.id, "created": device.created, "updated": device.created, "entity": entity}))
    }

    fn entity_value(&self, entity: Entity) -> Option<Value> {
        let mut value = serde_json::to_value(self.subject_of(entity)?).ok()?;
        value["parent_entity"] = Value::Null;
        Some(value)
    }

    fn subject_of(&self, entity: Entity) -> Option<Subject> {
        match entity {
            Entity::Linode(id) => self.instances.get(&id).map(|one| one.subject()),
            Entity::NodeBalancer(id) => self.balancers.get(&id).map(|one| Subject::balancer(id, &one.label)),
        }
    }

    /// Whether an enabled firewall is assigned to something.
    fn is_protected(&self, entity: Entity) -> bool {
        self.firewalls.values().any(|firewall| firewall.is_enabled() && firewall.protects(entity))
    }

    /// What `devices` of a request to make a firewall names.
    fn entities(&self, devices: Body<'_>) -> Result<Vec<Entity>, Refusal> {
        let mut entities = Vec::new();
        let linodes = devices.ids("linodes")?.into_iter().map(Entity::Linode);
        let balancers = devices.ids("nodebalancers")?.into_iter().map(Entity::NodeBalancer);
        for (name, named) in
            [("linodes", linodes.collect::<Vec<_>>()), ("nodebalancers", balancers.collect())]
        {
            for entity in named {
                if self.subject_of(entity).is_none() {
                    return Err(Refusal::field(name, format!("{name} contains an invalid id")));
                }
                if self.is_protected(entity) || entities.contains(&entity) {
                    return Err(Refusal::field(name, TAKEN));
                }
                entities.push(entity);
            }
        }
        Ok(entities)
    }

    fn check_firewall_label(&self, id: Option<u64>, label: &str) -> Result<(), Refusal> {
        super::create::check_label(label, 32)?;
        if self.firewalls.values().any(|one| one.label == label && Some(one.id) != id) {
            return Err(Refusal::field("label", "Label must be unique among your Cloud Firewalls"));
        }
        Ok(())
    }
}
