//! What new members are made of.

use std::collections::BTreeMap;

use scaler_core::model::InstanceType;

use super::value::Fields;
use super::{Reader, known};
use crate::yaml::At;
use crate::{Datum, InstanceTemplate, Interfaces, StackScriptSettings, Text};

/// Most bytes of user data that the API takes.
const MOST_USER_DATA: u64 = 65_535;

/// How the tags begin by which the scaler knows its own.
const OWNER_TAGS: [&str; 2] = ["autoscale-owner:", "autoscale-group:"];

/// Letters, digits and hyphens, as regions and types are named.
pub(super) fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The template, and the types in the order in which they are tried.
pub(super) fn read(r: &mut Reader<'_>, at: &At) -> Option<(InstanceTemplate, Vec<InstanceType>)> {
    let fields = at.map(r, known::TEMPLATE)?;
    let types = fields
        .need(
            r,
            "type",
            "write a type, such as g6-standard-2, or several in the order in which they are tried",
        )
        .cloned()
        .and_then(|at| types(r, &at));
    let image = fields
        .need(r, "image", "write linode/debian12, or private/NUMBER for an image of your own")
        .cloned()
        .and_then(|at| {
            at.parse(
                r,
                "an image",
                "write linode/debian12, or private/NUMBER for an image of your own",
                |text| {
                    let (owner, name) = text.split_once('/')?;
                    let known = match owner {
                        "private" => name.parse::<u64>().is_ok(),
                        "linode" | "shared" => !name.is_empty(),
                        _ => false,
                    };
                    known.then(|| text.to_owned())
                },
            )
        });
    let firewall = fields.maybe(r, "firewall", |at, r| at.id(r));
    let authorized_keys =
        fields.or(r, "authorized_keys", Vec::new(), |at, r| at.every(r, "public SSH keys", key));
    let authorized_users = fields.or(r, "authorized_users", Vec::new(), |at, r| {
        at.every(r, "users of the account", |r, at| at.text(r))
    });
    let root_pass = fields.maybe(r, "root_pass", |at, r| at.secret(r));
    login(r, &fields);
    let stackscript = fields.maybe(r, "stackscript", stackscript);
    let user_data = fields.maybe(r, "user_data", |at, r| {
        let data = at.text_or_file(r, MOST_USER_DATA)?;
        if data.text.len() as u64 > MOST_USER_DATA {
            r.error(
                at,
                format!("has {} bytes", data.text.len()),
                format!("the API takes at most {MOST_USER_DATA}"),
            );
        }
        Some(data)
    });
    let private_ip = fields.or(r, "private_ip", true, |at, r| {
        let private = at.boolean(r)?;
        if !private {
            r.warn(
                at,
                "members are then reached at their public IPv6 address, which most NodeBalancers can't",
                "write true, unless the NodeBalancer connects by public IPv6",
            );
        }
        Some(private)
    });
    let tags = fields.or(r, "tags", Vec::new(), |at, r| at.every(r, "tags", tag));
    let backups = fields.or(r, "backups", false, |at, r| at.boolean(r));
    let swap_size =
        fields.maybe(r, "swap_size", |at, r| at.number(r, 0..=65_536).and_then(|mb| u32::try_from(mb).ok()));
    let placement_group = fields.maybe(r, "placement_group", |at, r| at.id(r));
    let disk_encryption = fields.maybe(r, "disk_encryption", |at, r| at.boolean(r));
    let network_helper = fields.maybe(r, "network_helper", |at, r| at.boolean(r));
    let interfaces = fields.or(r, "interfaces", Interfaces::LegacyConfig, |at, r| {
        at.parse(r, "a generation of interfaces", "write legacy_config or linode", |text| match text {
            "legacy_config" => Some(Interfaces::LegacyConfig),
            "linode" => Some(Interfaces::Linode),
            _ => None,
        })
    });
    let template = InstanceTemplate {
        image: image?,
        firewall: firewall?,
        authorized_keys: authorized_keys?,
        authorized_users: authorized_users?,
        root_pass: root_pass?,
        stackscript: stackscript?,
        user_data: user_data?,
        private_ip: private_ip?,
        tags: tags?,
        backups: backups?,
        swap_size: swap_size?,
        placement_group: placement_group?,
        disk_encryption: disk_encryption?,
        network_helper: network_helper?,
        interfaces: interfaces?,
    };
    Some((template, types?))
}

fn login(r: &mut Reader<'_>, fields: &Fields) {
    if ["authorized_keys", "authorized_users", "root_pass"].iter().all(|key| fields.get(key).is_none()) {
        r.error(
            fields.at(),
            "the API creates no instance without a way to log in",
            "add authorized_keys: [{ file: deploy.pub }], authorized_users or root_pass",
        );
    }
}

fn types(r: &mut Reader<'_>, at: &At) -> Option<Vec<InstanceType>> {
    let one = |r: &mut Reader<'_>, at: &At| {
        at.parse(r, "a type", "write it as the API does, such as g6-standard-2", |text| {
            is_slug(text).then(|| InstanceType::from(text))
        })
    };
    if !at.is_list() {
        return one(r, at).map(|kind| vec![kind]);
    }
    let types = at.every(r, "types", one)?;
    if types.is_empty() {
        r.error(at, "there is no type", "write one, such as g6-standard-2");
    }
    for (index, kind) in types.iter().enumerate() {
        if types.get(..index).is_some_and(|before| before.contains(kind)) {
            r.warn(at, format!("{kind} is tried twice"), "keep the first");
        }
    }
    Some(types)
}

fn key(r: &mut Reader<'_>, at: &At) -> Option<Text> {
    let text = at.text_or_file(r, 64 * 1024)?;
    if text.text.contains("PRIVATE KEY") {
        r.mask(at.extent());
        r.error(
            at,
            "is a private key, the public one belongs here",
            "name the file that ends in .pub, and keep the private key to yourself",
        );
        return None;
    }
    let known = ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.text.trim_start().starts_with(kind));
    if !known || text.text.trim().lines().count() != 1 {
        r.error(
            at,
            "is not one public SSH key",
            "write one line such as ssh-ed25519 AAAA… name; one item for each key",
        );
        return None;
    }
    Some(text)
}

fn tag(r: &mut Reader<'_>, at: &At) -> Option<String> {
    let tag = at.parse(r, "a tag", "a tag has 3 to 50 characters", |text| {
        (3..=50).contains(&text.chars().count()).then(|| text.to_owned())
    })?;
    if OWNER_TAGS.iter().any(|ours| tag.starts_with(ours)) {
        r.error(
            at,
            "this tag would say whose the instance is",
            "remove it: the tags of owner and group are set for you",
        );
    }
    Some(tag)
}

fn stackscript(at: &At, r: &mut Reader<'_>) -> Option<StackScriptSettings> {
    let fields = at.map(r, known::STACKSCRIPT)?;
    let id = fields.need(r, "id", "write the StackScript's number").cloned().and_then(|at| at.id(r));
    let data = fields.or(r, "data", BTreeMap::new(), |at, r| {
        let fields = at.entries(r, "a map of what the StackScript asks for")?;
        let read: Vec<Option<(String, Datum)>> = fields
            .iter()
            .map(|(name, at)| {
                // What a StackScript asks for may be a password.
                r.mask(at.extent());
                let datum =
                    if at.is_map() { at.secret(r).map(Datum::Secret) } else { at.text(r).map(Datum::Plain) };
                datum.map(|datum| (name.to_owned(), datum))
            })
            .collect();
        read.into_iter().collect()
    });
    Some(StackScriptSettings { id: id?, data: data? })
}
