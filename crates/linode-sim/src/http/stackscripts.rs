//! `/linode/stackscripts`.

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list;
use super::path::{id, no_method};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{Collection, World};

const FIELDS: Fields = Fields {
    filterable: &["id", "label", "username", "description", "images", "is_public", "mine", "rev_note"],
    known: &[
        "created",
        "updated",
        "deployments_total",
        "deployments_active",
        "script",
        "user_defined_fields",
    ],
};

pub(super) fn answer(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let live = world.stackscripts.iter().map(|(id, script)| (*id, script));
                list::answer(call, world.lags.rows(Collection::StackScripts, live, world.now), FIELDS)
            }
            "POST" => {
                let body = call.json()?;
                let id = world.create_stackscript(Body::of(&body)?)?;
                show(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let id = id(first)?;
    match (method, rest) {
        ("GET", []) => show(world, id),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_stackscript(id, Body::of(&body)?)?;
            show(world, id)
        }
        ("DELETE", []) => world.delete_stackscript(id).map(|()| Answer::done()),
        (_, []) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

fn show(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.stackscripts.get(&id).map(Answer::json).ok_or_else(Refusal::not_found)
}
