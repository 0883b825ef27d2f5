//! `/tags` and `/locks`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list::{self, Item};
use super::path::{id, no_method};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{Lock, World};

const TAG_FIELDS: Fields = Fields { filterable: &["label"], known: &[] };
const OBJECT_FIELDS: Fields = Fields { filterable: &["type"], known: &["data"] };
const LOCK_FIELDS: Fields =
    Fields { filterable: &["id", "lock_type", "entity.id", "entity.type"], known: &["entity"] };

impl Item for Lock {
    fn field(&self, name: &str) -> Value {
        serde_json::to_value(self).unwrap_or_default().field(name)
    }
}

pub(super) fn tags(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", []) => {
            let tags: Vec<Value> = world.tags.iter().map(|label| json!({"label": label})).collect();
            list::answer(call, tags, TAG_FIELDS)
        }
        ("POST", []) => {
            let body = call.json()?;
            let label = world.create_tag(Body::of(&body)?)?;
            Ok(Answer::json(&json!({"label": label})))
        }
        ("GET", [label]) => {
            if !world.tags.contains(*label) {
                return Err(Refusal::not_found());
            }
            list::answer(call, tagged(world, label), OBJECT_FIELDS)
        }
        ("DELETE", [label]) => world.delete_tag(label).map(|()| Answer::done()),
        (_, [] | [_]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

fn tagged(world: &World, label: &str) -> Vec<Value> {
    let has = |tags: &[String]| tags.iter().any(|tag| tag == label);
    let linodes = world.instances.values().filter(|one| has(&one.tags));
    let balancers = world.balancers.values().filter(|one| has(&one.tags));
    let linodes = linodes.map(|one| json!({"type": "linode", "data": one}));
    linodes.chain(balancers.map(|one| json!({"type": "nodebalancer", "data": one}))).collect()
}

pub(super) fn locks(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", []) => list::answer(call, world.locks.values().collect(), LOCK_FIELDS),
        ("POST", []) => {
            let body = call.json()?;
            let id = world.create_lock(Body::of(&body)?)?;
            world.locks.get(&id).map(Answer::json).ok_or_else(Refusal::not_found)
        }
        ("GET", [lock]) => world.locks.get(&id(lock)?).map(Answer::json).ok_or_else(Refusal::not_found),
        ("DELETE", [lock]) => world.delete_lock(id(lock)?).map(|()| Answer::done()),
        (_, [] | [_]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}
