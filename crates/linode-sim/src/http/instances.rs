//! `/linode/instances`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list::{self, Item};
use super::path::{id, no_method};
use super::{balancers, firewalls, networking};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{Collection, Entity, Instance, World};

const FIELDS: Fields = Fields {
    filterable: &["id", "label", "group", "region", "image", "tags", "ipv4", "ipv6", "type"],
    known: &[
        "status",
        "created",
        "updated",
        "specs",
        "alerts",
        "backups",
        "hypervisor",
        "watchdog_enabled",
        "host_uuid",
        "has_user_data",
        "placement_group",
        "disk_encryption",
        "lke_cluster_id",
        "capabilities",
        "interface_generation",
        "maintenance_policy",
        "locks",
        "site_type",
    ],
};

impl Item for Instance {
    fn field(&self, name: &str) -> Value {
        // What filters name most is not worth a whole object.
        match name {
            "id" => self.id.into(),
            "label" => self.label.as_str().into(),
            "group" => self.group.as_str().into(),
            "region" => self.region.as_str().into(),
            "type" => self.plan.as_str().into(),
            "image" => self.image.as_deref().into(),
            "tags" => self.tags.as_slice().into(),
            _ => serde_json::to_value(self).unwrap_or_default().field(name),
        }
    }
}

pub(super) fn answer(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let live = world.instances.iter().map(|(id, instance)| (*id, instance));
                list::answer(call, world.lags.rows(Collection::Instances, live, world.now), FIELDS)
            }
            "POST" => {
                let body = call.json()?;
                let id = world.create_instance(Body::of(&body)?)?;
                show(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let id = id(first)?;
    if !world.instances.contains_key(&id) {
        return Err(Refusal::not_found());
    }
    match (method, rest) {
        ("GET", []) => show(world, id),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_instance(id, Body::of(&body)?)?;
            show(world, id)
        }
        ("DELETE", []) => world.delete_instance(id).map(|()| Answer::done()),
        ("POST", ["boot"]) => world.boot(id).map(|()| Answer::done()),
        ("POST", ["reboot"]) => world.reboot(id).map(|()| Answer::done()),
        ("POST", ["shutdown"]) => world.shut_down(id).map(|()| Answer::done()),
        ("POST", ["rebuild"]) => rebuild(world, call, id),
        ("POST", ["resize" | "migrate" | "clone" | "rescue"]) => {
            world.not_busy(id)?;
            Err(Refusal::bad("The simulator does not do this"))
        }
        ("GET", ["stats"]) => Err(Refusal::bad("Stats are unavailable at this time.")),
        ("GET", ["nodebalancers"]) => {
            let ids = world.balancers_of(id);
            let items: Vec<_> = ids.iter().filter_map(|id| world.balancers.get(id)).collect();
            list::answer(call, items, balancers::FIELDS)
        }
        ("GET", ["configs"]) => list::answer(call, configs(world, id), EVERY),
        ("GET", ["disks"]) => list::answer(call, disks(world, id), EVERY),
        ("GET", ["firewalls"]) => {
            list::answer(call, world.firewalls_of(Entity::Linode(id)), firewalls::FIELDS)
        }
        ("GET", ["volumes"]) => list::nothing(call),
        ("GET", ["backups"]) => {
            Ok(Answer::json(&json!({"automatic": [], "snapshot": {"current": null, "in_progress": null}})))
        }
        ("GET", ["transfer"]) => Ok(Answer::json(&json!({"used": 0, "quota": 0, "billable": 0}))),
        ("GET", ["ips"]) => Ok(Answer::json(&networking::of_instance(world, id))),
        ("POST", ["ips"]) => add_address(world, call, id),
        _ => Err(Refusal::not_found()),
    }
}

/// Small lists whose fields nobody filters by.
const EVERY: Fields = Fields { filterable: &["id", "label"], known: &["status", "created", "updated"] };

fn show(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.instances.get(&id).map(Answer::json).ok_or_else(Refusal::not_found)
}

fn rebuild(world: &mut World, call: &Call, id: u64) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let body = Body::of(&body)?;
    let image = body.text("image")?.ok_or_else(|| Refusal::field("image", "image is required"))?;
    if world.catalog.image(image).is_none() {
        return Err(Refusal::field("image", "image is not valid"));
    }
    let booted = body.flag("booted")?.unwrap_or(true);
    world.rebuild_instance(id, image.to_owned(), booted)?;
    show(world, id)
}

fn add_address(world: &mut World, call: &Call, id: u64) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let body = Body::of(&body)?;
    body.one_of("type", &["ipv4"])?.ok_or_else(|| Refusal::field("type", "type is required"))?;
    let public = body.flag("public")?.unwrap_or(true);
    let address = world.add_address(id, public)?;
    networking::address(world, address).map(|value| Answer::json(&value)).ok_or_else(Refusal::not_found)
}

/// An instance with an image has one config; its id follows from the instance's.
fn configs(world: &World, id: u64) -> Vec<Value> {
    let Some(instance) = world.instances.get(&id).filter(|one| one.image.is_some()) else {
        return Vec::new();
    };
    let disk = |number: u64| json!({"disk_id": id * 10 + number, "volume_id": null});
    vec![json!({
        "id": id * 10, "label": format!("My {} Profile", instance.image.as_deref().unwrap_or_default()),
        "helpers": {
            "updatedb_disabled": true, "distro": true, "modules_dep": true, "network": instance.network_helper,
            "devtmpfs_automount": true,
        },
        "kernel": "linode/grub2", "comments": "", "memory_limit": 0, "created": instance.created,
        "updated": instance.updated, "root_device": "/dev/sda",
        "devices": {
            "sda": disk(1), "sdb": disk(2), "sdc": null, "sdd": null, "sde": null, "sdf": null, "sdg": null,
            "sdh": null,
        },
        "initrd": null, "run_level": "default", "virt_mode": "paravirt", "interfaces": [],
    })]
}

fn disks(world: &World, id: u64) -> Vec<Value> {
    let Some(instance) = world.instances.get(&id).filter(|one| one.image.is_some()) else {
        return Vec::new();
    };
    let disk = |number: u64, label: &str, filesystem: &str, size: u64| {
        json!({
            "id": id * 10 + number, "status": "ready", "label": label, "created": instance.created,
            "updated": instance.updated, "filesystem": filesystem, "size": size,
            "disk_encryption": instance.disk_encryption,
        })
    };
    let size = instance.specs.disk.saturating_sub(512);
    vec![disk(1, "Root Disk", "ext4", size), disk(2, "512 MB Swap Image", "swap", 512)]
}
