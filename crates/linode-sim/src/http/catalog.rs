//! What the cloud offers: regions, types, images, kernels.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list;
use super::path::no_method;
use crate::faults::{Effect, Target};
use crate::refusal::Refusal;
use crate::world::World;

const REGION_FIELDS: Fields = Fields {
    filterable: &["id", "label", "country", "status", "region", "plan", "available", "site_type"],
    known: &["capabilities", "resolvers", "placement_group_limits", "monitors"],
};
const TYPE_FIELDS: Fields = Fields {
    filterable: &["id", "label", "class", "disk", "gpus", "memory", "network_out", "transfer", "vcpus"],
    known: &["price", "region_prices", "addons", "successor"],
};
const IMAGE_FIELDS: Fields = Fields {
    filterable: &[
        "id",
        "label",
        "deprecated",
        "is_public",
        "size",
        "status",
        "type",
        "vendor",
        "created_by",
        "tags",
    ],
    known: &["created", "updated", "description", "capabilities", "regions", "eol", "expiry", "total_size"],
};
const KERNEL_FIELDS: Fields = Fields {
    filterable: &["id", "label", "architecture", "deprecated", "kvm", "pvops", "version", "built"],
    known: &[],
};

pub(super) fn regions(world: &World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    if method != "GET" {
        return Err(no_method());
    }
    match rest {
        [] => list::answer(call, world.catalog.regions.iter().collect(), REGION_FIELDS),
        ["availability"] => list::answer(call, availability(world, None), REGION_FIELDS),
        [region, "availability"] => Ok(Answer::json(&availability(world, Some(region)))),
        [region] => one(world.catalog.region(region)),
        _ => Err(Refusal::not_found()),
    }
}

/// Select plans only, as the real list has it: the ones that run out.
fn availability(world: &World, only: Option<&str>) -> Vec<Value> {
    let sold_out = world.faults.list();
    let mut entries = Vec::new();
    for region in world.catalog.regions.iter().filter_map(|region| region.get("id")?.as_str()) {
        if only.is_some_and(|only| only != region) {
            continue;
        }
        for plan in &world.catalog.types {
            let name = plan.get("id").and_then(Value::as_str).unwrap_or_default();
            let select = matches!(plan.get("class").and_then(Value::as_str), Some("premium" | "gpu"));
            let gone = sold_out.iter().any(|fault| match &fault.fault.effect {
                Effect::SoldOut { plan } => {
                    fault.fault.target == Target::Create && plan.as_deref() == Some(name)
                }
                _ => false,
            });
            if select || gone {
                entries.push(json!({"region": region, "plan": name, "available": !gone}));
            }
        }
    }
    entries
}

pub(super) fn images(world: &World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    if method != "GET" {
        return Err(no_method());
    }
    match rest {
        [] => list::answer(call, world.catalog.images.iter().collect(), IMAGE_FIELDS),
        // An image's id has a slash in it, which some clients escape and some don't.
        parts => one(world.catalog.image(&parts.join("/"))),
    }
}

pub(super) fn linode(world: &World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    if method != "GET" {
        return Err(no_method());
    }
    let named = |list: &[Value], name: &str| -> Result<Answer, Refusal> {
        one(list.iter().find(|entry| entry.get("id").is_some_and(|id| id == name)))
    };
    let catalog = &world.catalog;
    match rest {
        ["types"] => list::answer(call, catalog.types.iter().collect(), TYPE_FIELDS),
        ["types", plan] => named(&catalog.types, plan),
        ["kernels"] => list::answer(call, catalog.kernels.iter().collect(), KERNEL_FIELDS),
        ["kernels", parts @ ..] => named(&catalog.kernels, &parts.join("/")),
        _ => Err(Refusal::not_found()),
    }
}

fn one(found: Option<&Value>) -> Result<Answer, Refusal> {
    found.map(Answer::json).ok_or_else(Refusal::not_found)
}
