//! The file as a whole.

use std::collections::BTreeMap;

use super::{Reader, across, group, known, lifecycle, program};
use crate::yaml::At;
use crate::{Config, Owner};

pub(super) fn read(r: &mut Reader<'_>, at: &At) -> Option<Config> {
    let fields = at.map(r, known::ROOT)?;
    let owner_fix =
        "write what `autoscale init` makes (six random lower-case letters or digits), and keep it for good";
    let owner = fields
        .need(r, "owner", owner_fix)
        .cloned()
        .and_then(|at| at.parse(r, "a valid owner", owner_fix, |text| text.parse::<Owner>().ok()));
    let linode = program::linode(r, &fields);
    let alertmanager = fields.maybe(r, "alertmanager", program::alertmanager);
    let heartbeat = fields.or(r, "heartbeat", BTreeMap::new(), program::heartbeat);
    let confirm = program::confirm(r, &fields);
    let launches = fields.maybe(r, "launch", lifecycle::launches);
    let daemon = program::daemon(r, &fields);
    let store = program::store(r, &fields);
    let drafts = match fields.need(r, "groups", "name at least one: `groups: { web: … }`").cloned() {
        Some(at) => group::read_all(r, &at),
        None => None,
    };
    if let Some(drafts) = &drafts {
        across::groups(r, drafts);
        across::repeated(r, &fields, drafts);
        if let Some(Some(Some(per_hour))) = launches {
            across::launches(r, &fields, per_hour, drafts);
        }
        if let Some(heartbeat) = &heartbeat {
            across::heartbeat(r, &fields, heartbeat.get("alertname").map(String::as_str), drafts);
        }
    }
    let mut groups = BTreeMap::new();
    for draft in drafts? {
        groups.insert(draft.name?, draft.settings?);
    }
    Some(Config {
        owner: owner?,
        linode: linode?,
        alertmanager: alertmanager?,
        heartbeat: heartbeat?,
        confirm: confirm?,
        launches_per_hour: launches?.flatten(),
        daemon: daemon?,
        store: store?,
        groups,
        warnings: Vec::new(),
    })
}
