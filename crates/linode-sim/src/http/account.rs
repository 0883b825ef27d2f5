//! `/account` and `/profile`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::list::{self, Item};
use super::path::{id, no_method};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{EventView, World};

const EVENT_FIELDS: Fields = Fields {
    filterable: &[
        "id",
        "action",
        "created",
        "entity.id",
        "entity.type",
        "read",
        "seen",
        "status",
        "rate",
        "username",
    ],
    known: &[
        "percent_complete",
        "time_remaining",
        "duration",
        "entity",
        "secondary_entity",
        "message",
        "entity.label",
    ],
};

impl Item for EventView<'_> {
    fn field(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "created" => self.created.to_string().into(),
            "action" => self.action.into(),
            "status" => self.status.into(),
            "entity.id" => self.entity.id.clone(),
            "entity.type" => self.entity.kind.into(),
            _ => serde_json::to_value(self).unwrap_or_default().field(name),
        }
    }
}

pub(super) fn account(
    world: &mut World,
    call: &Call,
    method: &str,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", []) => {
            let mut account = world.catalog.account.clone();
            account["euuid"] = world.settings.euuid.as_str().into();
            account["balance_uninvoiced"] = json!((world.bill().total * 100.0).round() / 100.0);
            Ok(Answer::json(&account))
        }
        ("GET", ["settings"]) => Ok(Answer::json(&settings(world))),
        ("PUT", ["settings"]) => {
            let body = call.json()?;
            let body = Body::of(&body)?;
            let settings = &mut world.settings;
            settings.network_helper = body.flag("network_helper")?.unwrap_or(settings.network_helper);
            settings.backups_enabled = body.flag("backups_enabled")?.unwrap_or(settings.backups_enabled);
            if let Some(interfaces) = body.text("interfaces_for_new_linodes")? {
                interfaces.clone_into(&mut settings.interfaces_for_new_linodes);
            }
            Ok(Answer::json(&self::settings(world)))
        }
        ("GET", ["events"]) => {
            let username = username(world);
            let events = world.events_seen().map(|event| event.view(world.now, &username));
            list::answer(call, events.collect(), EVENT_FIELDS)
        }
        ("GET", ["events", event]) => {
            let event = id(event)?;
            let username = username(world);
            let found = world.events_seen().find(|one| one.id == event);
            found.map(|one| Answer::json(&one.view(world.now, &username))).ok_or_else(Refusal::not_found)
        }
        ("POST", ["events", event, "seen" | "read"]) => {
            let event = id(event)?;
            let up_to = world.events.iter_mut().filter(|one| one.id <= event);
            up_to.for_each(|one| one.seen = true);
            Ok(Answer::done())
        }
        ("GET", ["maintenance" | "users"]) => list::nothing(call),
        (_, [] | ["settings" | "events" | "maintenance"]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

pub(super) fn profile(world: &World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    match (method, rest) {
        ("GET", []) => {
            let mut profile = world.catalog.profile.clone();
            profile["restricted"] = world.settings.restricted.into();
            Ok(Answer::json(&profile))
        }
        ("GET", ["grants"]) if !world.settings.restricted => Ok(Answer::no_content()),
        ("GET", ["grants"]) => Ok(Answer::json(&grants(world))),
        ("GET", ["sshkeys"]) => list::nothing(call),
        (_, [] | ["grants"]) => Err(no_method()),
        _ => Err(Refusal::not_found()),
    }
}

fn settings(world: &World) -> Value {
    json!({
        "managed": false,
        "network_helper": world.settings.network_helper,
        "longview_subscription": null,
        "backups_enabled": world.settings.backups_enabled,
        "object_storage": "disabled",
        "interfaces_for_new_linodes": world.settings.interfaces_for_new_linodes,
        "maintenance_policy": "linode/migrate",
    })
}

/// What a restricted user may do here: everything but tag.
fn grants(world: &World) -> Value {
    let linodes = world
        .instances
        .values()
        .map(|one| json!({"id": one.id, "label": one.label, "permissions": "read_write"}));
    let balancers = world
        .balancers
        .values()
        .map(|one| json!({"id": one.id, "label": one.label, "permissions": "read_write"}));
    json!({
        "global": {
            "account_access": null, "cancel_account": false, "add_domains": false, "add_firewalls": false,
            "add_images": false, "add_linodes": true, "add_longview": false, "add_nodebalancers": true,
            "add_stackscripts": false, "add_volumes": false, "add_vpcs": false, "child_account_access": null,
            "longview_subscription": false, "add_databases": false,
        },
        "linode": linodes.collect::<Vec<_>>(),
        "nodebalancer": balancers.collect::<Vec<_>>(),
        "domain": [], "firewall": [], "image": [], "longview": [], "stackscript": [], "volume": [], "vpc": [],
        "database": [],
    })
}

fn username(world: &World) -> String {
    world.catalog.profile.field("username").as_str().unwrap_or("simulated").to_owned()
}
