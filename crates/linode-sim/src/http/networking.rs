//! `/networking`: addresses.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list;
use super::path::no_method;
use crate::refusal::Refusal;
use crate::world::{Instance, Status, World, is_private};

const FIELDS: Fields = Fields {
    filterable: &["address", "linode_id", "public", "region", "reserved", "type", "prefix"],
    known: &["gateway", "subnet_mask", "rdns", "interface_id", "vpc_nat_1_1", "assigned_entity"],
};

pub(super) fn answer(world: &World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", ["ips"]) => list::answer(call, every(world), FIELDS),
        ("GET", ["ips", text]) => {
            let ip = text.parse().map_err(|_| Refusal::not_found())?;
            address(world, ip).map(|value| Answer::json(&value)).ok_or_else(Refusal::not_found)
        }
        ("GET", ["ipv6", "ranges" | "pools"] | ["vlans"]) => list::nothing(call),
        (_, ["ips" | "vlans", ..]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

/// Every address of every instance: public ones first, as Prometheus takes the first of each Linode.
fn every(world: &World) -> Vec<Value> {
    let held = || world.instances.values().filter(|one| one.status != Status::Deleting);
    let mut all: Vec<Value> = Vec::new();
    for instance in held() {
        let (private, public): (Vec<Ipv4Addr>, Vec<Ipv4Addr>) =
            instance.ipv4.iter().copied().partition(|address| is_private(*address));
        all.extend(public.into_iter().chain(private).map(|address| ipv4(instance, address)));
    }
    all.extend(held().map(|instance| slaac(instance, true)));
    all
}

/// One address as the API shows it.
pub(super) fn address(world: &World, ip: Ipv4Addr) -> Option<Value> {
    world.owner_of(ip).map(|owner| ipv4(owner, ip))
}

/// `/linode/instances/{id}/ips`.
pub(super) fn of_instance(world: &World, id: u64) -> Value {
    let Some(instance) = world.instances.get(&id) else { return Value::Null };
    let of = |private: bool| -> Vec<Value> {
        let wanted = instance.ipv4.iter().filter(|address| is_private(**address) == private);
        wanted.map(|address| ipv4(instance, *address)).collect()
    };
    json!({
        "ipv4": {"public": of(false), "private": of(true), "shared": [], "reserved": [], "vpc": []},
        "ipv6": {
            "slaac": slaac(instance, true),
            "link_local": link_local(instance),
            "global": [], "vpc": [],
        },
    })
}

fn ipv4(instance: &Instance, address: Ipv4Addr) -> Value {
    let private = is_private(address);
    let [a, b, c, d] = address.octets();
    json!({
        "address": address,
        "gateway": if private { Value::Null } else { format!("{a}.{b}.{c}.1").into() },
        "subnet_mask": if private { "255.255.128.0" } else { "255.255.255.0" },
        "prefix": if private { 17 } else { 24 },
        "type": "ipv4",
        "public": !private,
        "rdns": if private { Value::Null } else { format!("{a}-{b}-{c}-{d}.ip.linodeusercontent.com").into() },
        "linode_id": instance.id,
        "interface_id": null,
        "region": instance.region,
        "vpc_nat_1_1": null,
        "reserved": false,
        "assigned_entity": entity(instance),
    })
}

fn slaac(instance: &Instance, public: bool) -> Value {
    json!({
        "address": instance.ipv6.trim_end_matches("/128"),
        "gateway": "fe80::1",
        "subnet_mask": "ffff:ffff:ffff:ffff::",
        "prefix": 64,
        "type": "ipv6",
        "rdns": null,
        "linode_id": instance.id,
        "region": instance.region,
        "public": public,
    })
}

fn link_local(instance: &Instance) -> Value {
    let mut value = slaac(instance, false);
    let tail: Vec<&str> = instance.ipv6.trim_end_matches("/128").rsplitn(5, ':').collect();
    let host: Vec<&str> = tail.into_iter().take(4).rev().collect();
    value["address"] = format!("fe80::{}", host.join(":")).into();
    value
}

fn entity(instance: &Instance) -> Value {
    json!({
        "id": instance.id, "type": "linode", "label": instance.label,
        "url": format!("/v4/linode/instances/{}", instance.id),
    })
}
