//! The keys of each section, and what is said about others.

use super::Reader;
use crate::nearest::nearest;
use crate::yaml::At;

pub(super) const ROOT: &[&str] =
    &["owner", "linode", "alertmanager", "heartbeat", "confirm", "launch", "daemon", "store", "groups"];
pub(super) const LAUNCHES: &[&str] = &["per_hour"];
pub(super) const LINODE: &[&str] = &["token", "url", "api_version", "ca"];
pub(super) const ALERTMANAGER: &[&str] = &["url", "poll", "credentials"];
pub(super) const DAEMON: &[&str] = &["listen", "credentials", "webhook_credentials", "hosts"];
pub(super) const STORE: &[&str] = &["sqlite"];
pub(super) const GROUP: &[&str] = &[
    "region",
    "size",
    "template",
    "balancers",
    "policies",
    "largest_step",
    "headroom",
    "launch",
    "remove",
    "replace",
    "cost",
    "thresholds",
    "on_unknown",
];
pub(super) const SIZE: &[&str] = &["min", "max"];
pub(super) const TEMPLATE: &[&str] = &[
    "type",
    "image",
    "firewall",
    "authorized_keys",
    "authorized_users",
    "root_pass",
    "stackscript",
    "user_data",
    "private_ip",
    "tags",
    "backups",
    "swap_size",
    "placement_group",
    "disk_encryption",
    "network_helper",
    "interfaces",
];
pub(super) const STACKSCRIPT: &[&str] = &["id", "data"];
pub(super) const BALANCER: &[&str] = &["nodebalancer", "config", "port"];
pub(super) const POLICY: &[&str] = &["step"];
pub(super) const STEP: &[&str] = &["on", "add", "remove", "when_resolved"];
pub(super) const LARGEST_STEP: &[&str] = &["count", "percent"];
pub(super) const LAUNCH: &[&str] = &["timeout", "warm_up", "per_hour"];
pub(super) const REMOVE: &[&str] = &["low_for", "after_add", "at_most", "every", "drain", "reject", "order"];
pub(super) const REPLACE: &[&str] = &["after", "max_unhealthy"];
pub(super) const COST: &[&str] = &["per_hour"];
pub(super) const THRESHOLDS: &[&str] = &["low", "high"];
pub(super) const ON_UNKNOWN: &[&str] = &["at_least"];

/// Sections by the path that is suggested for a key of theirs that is written elsewhere.
const SECTIONS: &[(&str, &[&str])] = &[
    ("daemon", DAEMON),
    ("linode", LINODE),
    ("groups.<name>.size", SIZE),
    ("groups.<name>.launch", LAUNCH),
    ("groups.<name>.remove", REMOVE),
    ("groups.<name>.replace", REPLACE),
    ("groups.<name>.cost", COST),
    ("groups.<name>.thresholds", THRESHOLDS),
    ("groups.<name>.template", TEMPLATE),
    ("groups.<name>.balancers", BALANCER),
    ("groups.<name>", GROUP),
    ("a policy's `step`", STEP),
    ("store", STORE),
];

/// Other names of what is read: the keys of the section, the key that is refused there, and where its value belongs.
const RENAMED: &[(&[&str], &str, &str)] = &[
    (GROUP, "launch_timeout", "launch.timeout"),
    (GROUP, "warm_up", "launch.warm_up"),
    (GROUP, "grace", "replace.after"),
    (GROUP, "breaker", "replace.max_unhealthy"),
    (GROUP, "spare", "headroom"),
    (GROUP, "marks", "thresholds"),
    (GROUP, "order", "remove.order"),
    (REMOVE, "calm", "low_for"),
];

/// What later versions read, by the end of its path.
const LATER: &[(&str, &str, &str)] = &[
    (
        "schedule",
        "schedules",
        "remove it, and set the size at that time with `autoscale apply`; or let an alert that fires then step it",
    ),
    ("target", "target tracking", "write `step` policies on alerts instead"),
    ("query", "queries", "write `step` policies on alerts instead"),
    ("bands", "bands", "write one `step` policy for each severity instead"),
    ("hooks", "hooks", "remove it"),
    ("before_service", "hooks", "remove it"),
    ("before_delete", "hooks", "remove it"),
    ("gate", "gates", "remove it: the daemon then changes the group itself"),
    ("ready", "probes of its own", "give the NodeBalancer config a health check"),
    ("postgresql", "PostgreSQL store", "write `sqlite: PATH`"),
    ("postgres", "PostgreSQL store", "write `sqlite: PATH`"),
];

/// Words after which a secret may stand.
pub(super) const SECRET_WORDS: &[&str] =
    &["token", "pass", "secret", "credential", "bearer", "Bearer", "key", "data"];

/// Whether a secret may stand under `key`.
pub(crate) fn names_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRET_WORDS.iter().any(|part| key.contains(part))
}

impl Reader<'_> {
    /// Says that `key` has no meaning here, and gives the known one that was likely meant.
    pub(crate) fn unknown<'k>(&mut self, key: &str, at: &At, known: &[&'k str]) -> Option<&'k str> {
        let suggestion = nearest(key, known);
        let renamed = RENAMED.iter().find(|(section, old, _)| *section == known && *old == key);
        // Nobody knows what stands under a key that is not known, unless it was meant to be one that holds no secret.
        let meant = suggestion.or(renamed.map(|(_, _, name)| *name));
        if names_secret(key) || at.word().is_none() || meant.is_none_or(names_secret) {
            self.mask(at.extent());
        }
        if let Some((_, _, name)) = renamed {
            let fix = match name.split_once('.') {
                Some((section, key)) => format!("write {section}: {{ {key}: … }}"),
                None => format!("write {name}"),
            };
            self.error_at(at.key(), &at.path, format!("unknown key `{key}`: it is called `{name}`"), fix);
            return None;
        }
        let ends = |name: &str| at.path.strip_suffix(name).is_some_and(|s| s.is_empty() || s.ends_with('.'));
        if let Some((_, what, fix)) = LATER.iter().find(|(name, ..)| ends(name)) {
            self.error_at(at.key(), &at.path, format!("this version has no {what}"), *fix);
            return None;
        }
        let elsewhere = SECTIONS.iter().find(|(_, keys)| keys.contains(&key)).map(|(section, _)| *section);
        let fix = match (suggestion, elsewhere) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, Some(section)) if section.contains('`') => format!("it belongs in {section}"),
            (None, Some(section)) => format!("it belongs in `{section}`"),
            (None, None) => format!("remove it; known here: {}", known.join(", ")),
        };
        self.error_at(at.key(), &at.path, format!("unknown key `{}`", key.escape_debug()), fix);
        suggestion
    }
}
