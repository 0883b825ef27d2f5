//! Policies.

use std::collections::BTreeMap;

use scaler_core::model::{Amount, GROUP_LABEL, StepPolicy};

use super::draft::GroupDraft;
use super::value::Fields;
use super::{Reader, known};
use crate::yaml::At;

const HOW: &str = "write `- step: { on: { alertname: WebCpuHigh }, add: 50% }`";

pub(super) fn read_all(
    r: &mut Reader<'_>,
    fields: &Fields,
    draft: &mut GroupDraft,
) -> Option<Vec<StepPolicy>> {
    let Some(at) = fields.get("policies") else {
        r.warn(fields.at(), "without `policies` only `autoscale apply` changes the size", HOW);
        return Some(Vec::new());
    };
    let items = at.list(r, "policies")?;
    let read: Vec<Option<StepPolicy>> = items
        .iter()
        .map(|item| {
            let policy = policy(r, item, draft);
            if let Some(policy) = &policy {
                let twin = draft.policies.iter().position(|(other, _)| other.on == policy.on);
                if let Some(index) = twin {
                    r.error(
                        item,
                        format!("matches the same alerts as policies[{index}]"),
                        "put both into one step, or add a label that tells them apart",
                    );
                }
                draft.policies.push((policy.clone(), item.clone()));
            }
            policy
        })
        .collect();
    let all: Option<Vec<StepPolicy>> = read.into_iter().collect();
    let does = |policy: &StepPolicy| policy.add.is_some() || policy.can_remove();
    if let Some(policies) = all.as_ref().filter(|policies| policies.iter().all(does)) {
        if policies.is_empty() {
            r.warn(at, "without a policy only `autoscale apply` changes the size", HOW);
        } else if !policies.iter().any(StepPolicy::can_remove) {
            r.warn(
                at,
                "no policy can remove: the group grows and never shrinks",
                "add `- step: { on: { alertname: WebCpuLow }, remove: 1 }`",
            );
        } else if !policies.iter().any(|policy| policy.add.is_some()) {
            r.warn(at, "no policy can add: the group shrinks and never grows", HOW);
        }
    }
    all
}

fn policy(r: &mut Reader<'_>, at: &At, draft: &GroupDraft) -> Option<StepPolicy> {
    let fields = at.map(r, known::POLICY)?;
    let step = fields.get("step");
    if at.is_empty_map() {
        r.error(at, "a policy is empty", HOW);
    }
    self::step(r, step?, draft)
}

fn step(r: &mut Reader<'_>, at: &At, draft: &GroupDraft) -> Option<StepPolicy> {
    let fields = at.map(r, known::STEP)?;
    let on = fields
        .need(r, "on", "say which alert: on: { alertname: WebCpuHigh }")
        .cloned()
        .and_then(|at| labels(r, &at, draft));
    let add = fields.maybe(r, "add", |at, r| at_least_one(at, r, "adds nothing"));
    let remove = fields.maybe(r, "remove", removal);
    let when_resolved = fields.maybe(r, "when_resolved", removal);
    let written: Vec<&str> =
        ["add", "remove", "when_resolved"].into_iter().filter(|key| fields.get(key).is_some()).collect();
    match written.as_slice() {
        [] => r.error(at, "does nothing", "add `add: 50%`, `remove: 1` or `when_resolved: 1`"),
        ["add", "remove", ..] => r.error(
            fields.spot(&["remove"]),
            "one alert can't ask for more and for fewer at once",
            "write two policies on two alerts",
        ),
        ["remove", "when_resolved"] => r.error(
            fields.spot(&["when_resolved"]),
            "removes while the alert fires and when it does not: always",
            "keep `remove` for an alert that says low, or `when_resolved` for one that says high",
        ),
        _ => {}
    }
    if let Some(on) = &on
        && on.contains_key("instance")
        && (fields.get("remove").is_some() || fields.get("when_resolved").is_some())
    {
        r.error(
            fields.spot(&["remove", "when_resolved"]),
            "an alert with an `instance` label speaks for one member, so it never removes any",
            "match an alert that is averaged over the group",
        );
    }
    let mut policy = StepPolicy::on(on?);
    (policy.add, policy.remove, policy.when_resolved) = (add?, remove?, when_resolved?);
    Some(policy)
}

fn labels(r: &mut Reader<'_>, at: &At, draft: &GroupDraft) -> Option<BTreeMap<String, String>> {
    let fields = at.entries(r, "a map of labels")?;
    let mut on = BTreeMap::new();
    let mut whole = true;
    for (label, at) in fields.iter() {
        let shape = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if label.is_empty() || !label.chars().all(shape) || label.starts_with(|c: char| c.is_ascii_digit()) {
            r.error_at(
                at.key(),
                &at.path,
                "is not the name of a label",
                "write letters, digits and _, no digit first",
            );
            whole = false;
        }
        match at.text(r) {
            Some(value) => {
                if label == GROUP_LABEL && draft.name.as_ref().is_some_and(|name| name.as_str() != value) {
                    r.error(
                        at,
                        "alerts with this label belong to another group, so none ever matches",
                        "write this group's name, or leave the label out",
                    );
                }
                on.insert(label.to_owned(), value);
            }
            None => whole = false,
        }
    }
    if fields.iter().next().is_none() {
        r.error(at, "matches every alert", "say which: on: { alertname: WebCpuHigh }");
    } else if !on.contains_key("alertname") {
        r.warn(at, "matches alerts of any name", "add alertname");
    }
    whole.then_some(on)
}

fn at_least_one(at: &At, r: &mut Reader<'_>, what: &str) -> Option<Amount> {
    let amount = at.amount(r)?;
    if matches!(amount, Amount::Count(0) | Amount::Percent(0)) {
        r.error(at, what.to_owned(), "write a number from 1 or a percentage");
    }
    Some(amount)
}

fn removal(at: &At, r: &mut Reader<'_>) -> Option<Amount> {
    let amount = at_least_one(at, r, "removes nothing")?;
    match amount {
        Amount::Percent(100..) => r.error(at, format!("{amount} is all of the members"), "write 1, or 10%"),
        Amount::Percent(51..) => {
            r.warn(at, format!("{amount} is more than half of the members"), "write 1, or 10%")
        }
        _ => {}
    }
    Some(amount)
}
