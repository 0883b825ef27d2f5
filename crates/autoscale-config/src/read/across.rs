//! What holds between groups.

use std::collections::BTreeMap;

use scaler_core::model::{GROUP_LABEL, StepPolicy};

use super::Reader;
use super::draft::GroupDraft;
use super::value::Fields;

pub(super) fn groups(r: &mut Reader<'_>, drafts: &[GroupDraft]) {
    for (index, draft) in drafts.iter().enumerate() {
        let before = drafts.get(..index).unwrap_or_default();
        shared_configs(r, before, draft);
        shared_alerts(r, before, draft);
    }
}

fn shared_configs(r: &mut Reader<'_>, before: &[GroupDraft], draft: &GroupDraft) {
    for (balancer, at) in &draft.balancers {
        let other = before.iter().find_map(|other| {
            other
                .balancers
                .iter()
                .find(|(theirs, _)| theirs.config == balancer.config)
                .map(|found| (other, found.0))
        });
        let Some((other, theirs)) = other else { continue };
        let path = &other.at.path;
        if theirs.nodebalancer != balancer.nodebalancer {
            r.error(
                at,
                format!(
                    "config {} belongs to one NodeBalancer, and {path} has it at another",
                    balancer.config
                ),
                "look up both numbers",
            );
        } else if theirs.port != balancer.port {
            r.error(
                at,
                format!(
                    "{path} serves the same config {} at port {}: clients would reach either",
                    balancer.config, theirs.port
                ),
                "give each group a config of its own",
            );
        } else {
            r.error(
                at,
                format!(
                    "{path} is behind the same config {}: neither could tell whose nodes are whose",
                    balancer.config
                ),
                "give each group a config of its own",
            );
        }
    }
}

/// Without the label an alert belongs to every group with a policy that matches.
fn shared_alerts(r: &mut Reader<'_>, before: &[GroupDraft], draft: &GroupDraft) {
    for (policy, at) in &draft.policies {
        let other = before
            .iter()
            .flat_map(|other| other.policies.iter().map(move |(theirs, _)| (other, theirs)))
            .find(|(_, theirs)| can_both_match(policy, theirs));
        if let Some((other, _)) = other {
            r.warn(
                at,
                format!("an alert without the label {GROUP_LABEL} may move {} too", other.at.path),
                format!(
                    "give the rule the label {GROUP_LABEL}, and match it: on: {{ …, {GROUP_LABEL}: {} }}",
                    draft.name.as_ref().map_or("GROUP", |name| name.as_str())
                ),
            );
        }
    }
}

fn can_both_match(one: &StepPolicy, other: &StepPolicy) -> bool {
    let labelled = |policy: &StepPolicy| policy.on.contains_key(GROUP_LABEL);
    let agree = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>| {
        a.iter().all(|(label, value)| b.get(label).is_none_or(|theirs| theirs == value))
    };
    !labelled(one)
        && !labelled(other)
        && one.on.contains_key("alertname")
        && one.on.get("alertname") == other.on.get("alertname")
        && agree(&one.on, &other.on)
}

/// Without polls only a notification that is repeated says that an alert still fires.
pub(super) fn repeated(r: &mut Reader<'_>, root: &Fields, drafts: &[GroupDraft]) {
    let removes = drafts.iter().flat_map(|draft| &draft.policies).any(|(policy, _)| policy.can_remove());
    if removes && root.get("alertmanager").is_none() && root.get("confirm").is_none() {
        r.warn(
            root.spot(&["groups"]),
            "without `alertmanager` an alert that is not repeated within 10m is unknown, and nothing is removed meanwhile; \
             Alertmanager's default repeat_interval is 4h",
            "add `alertmanager`; or set repeat_interval: 5m in its route, and write confirm: 10m",
        );
    }
}

/// All groups made anew need as many creates as their minima together.
pub(super) fn launches(r: &mut Reader<'_>, root: &Fields, per_hour: u32, drafts: &[GroupDraft]) {
    let minima =
        drafts.iter().filter_map(|draft| draft.settings.as_ref()).map(|settings| settings.group.size.min);
    let minima = minima.fold(0, u32::saturating_add);
    if per_hour < minima {
        r.warn(
            root.spot(&["launch"]),
            format!("per_hour {per_hour} is less than the groups' minima, {minima} together: were they lost, it would hold some of them"),
            format!("write per_hour: {minima} or more"),
        );
    }
}

pub(super) fn heartbeat(r: &mut Reader<'_>, root: &Fields, heartbeat: Option<&str>, drafts: &[GroupDraft]) {
    const HOW: &str = "add heartbeat: Watchdog, an alert whose rule is `vector(1)`";
    let policies = || drafts.iter().flat_map(|draft| &draft.policies);
    match heartbeat {
        None => {
            let resolved = policies().find(|(policy, _)| policy.when_resolved.is_some());
            if let Some((_, at)) = resolved {
                r.error(
                    at,
                    "`when_resolved` needs a heartbeat: a dead Prometheus resolves its alerts too",
                    HOW,
                );
            } else if policies().any(|(policy, _)| policy.remove.is_some()) {
                let groups = root.spot(&["groups"]);
                r.warn(groups, "without a `heartbeat` nothing tells a quiet Prometheus from a dead one", HOW);
            }
        }
        Some(name) => {
            if let Some((_, at)) =
                policies().find(|(policy, _)| policy.on.get("alertname").is_some_and(|alert| alert == name))
            {
                r.error(at, format!("{name} is the heartbeat, which always fires"), "match another alert");
            }
        }
    }
}
