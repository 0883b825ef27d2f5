//! `/networking/firewalls`, their rules and devices.

use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list;
use super::path::{id, no_method};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{Collection, World};

pub(super) const FIELDS: Fields = Fields {
    filterable: &["id", "label", "status", "tags", "created", "updated"],
    known: &["rules", "entities"],
};
const DEVICE_FIELDS: Fields = Fields { filterable: &["id", "created", "updated"], known: &["entity"] };

pub(super) fn answer(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let ids = world.firewalls.keys();
                let values: Vec<(u64, Value)> =
                    ids.filter_map(|id| Some((*id, world.firewall_value(*id)?))).collect();
                let live = values.iter().map(|(id, value)| (*id, value));
                list::answer(call, world.lags.rows(Collection::Firewalls, live, world.now), FIELDS)
            }
            "POST" => {
                let body = call.json()?;
                let id = world.create_firewall(Body::of(&body)?)?;
                show(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let firewall = id(first)?;
    if !world.firewalls.contains_key(&firewall) {
        return Err(Refusal::not_found());
    }
    match (method, rest) {
        ("GET", []) => show(world, firewall),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_firewall(firewall, Body::of(&body)?)?;
            show(world, firewall)
        }
        ("DELETE", []) => world.delete_firewall(firewall).map(|()| Answer::done()),
        ("GET", ["rules"]) => show_rules(world, firewall),
        ("PUT", ["rules"]) => {
            let body = call.json()?;
            world.update_rules(firewall, Body::of(&body)?)?;
            show_rules(world, firewall)
        }
        (_, ["devices", rest @ ..]) => devices(world, call, method, firewall, rest),
        (_, [] | ["rules"]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

fn devices(
    world: &mut World,
    call: &Call,
    method: &str,
    firewall: u64,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", []) => {
            let devices = world.firewalls.get(&firewall).into_iter().flat_map(|one| one.devices.values());
            let values: Vec<Value> = devices.filter_map(|device| world.device_value(device)).collect();
            list::answer(call, values, DEVICE_FIELDS)
        }
        ("POST", []) => {
            let body = call.json()?;
            let device = world.create_device(firewall, Body::of(&body)?)?;
            show_device(world, firewall, device)
        }
        ("GET", [device]) => show_device(world, firewall, id(device)?),
        ("DELETE", [device]) => world.delete_device(firewall, id(device)?).map(|()| Answer::done()),
        (_, [] | [_]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

fn show(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.firewall_value(id).map(|value| Answer::json(&value)).ok_or_else(Refusal::not_found)
}

fn show_rules(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.firewalls.get(&id).map(|one| Answer::json(&one.rules)).ok_or_else(Refusal::not_found)
}

fn show_device(world: &World, firewall: u64, device: u64) -> Result<Answer, Refusal> {
    let device = world.firewalls.get(&firewall).and_then(|one| one.devices.get(&device));
    let value = device.and_then(|device| world.device_value(device));
    value.map(|value| Answer::json(&value)).ok_or_else(Refusal::not_found)
}
