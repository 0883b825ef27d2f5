//! A group.

use scaler_core::model::{
    Amount, ConfigId, Cost, Group, GroupName, Launch, OnUnknown, Remove, Replace, Size, Template, Thresholds,
};

use super::draft::GroupDraft;
use super::value::Fields;
use super::{Reader, known, lifecycle, policy, template};
use crate::yaml::At;
use crate::{BalancerSettings, GroupSettings};

pub(super) fn read_all(r: &mut Reader<'_>, at: &At) -> Option<Vec<GroupDraft>> {
    let groups = at.entries(r, "a map of groups by name")?;
    if groups.iter().next().is_none() {
        r.error(at, "there is no group", "name at least one: `web: { region: …, size: … }`");
    }
    Some(groups.iter().map(|(name, at)| read(r, name, at)).collect())
}

fn read(r: &mut Reader<'_>, name: &str, at: &At) -> GroupDraft {
    let name = name.parse::<GroupName>();
    if name.is_err() {
        let length = at.path.len().saturating_sub("groups.".len());
        let why = if length > 18 { format!(", this one has {length}") } else { String::new() };
        r.error_at(
            at.key(),
            &at.path,
            format!("a group's name has 1 to 18 characters{why}: a lower-case letter, then lower-case letters, digits and single hyphens"),
            "rename it: its instances are labelled name-xxxxx-number, which has to fit in 32 characters",
        );
    }
    let mut draft = GroupDraft {
        at: at.clone(),
        name: name.ok(),
        balancers: Vec::new(),
        policies: Vec::new(),
        settings: None,
    };
    if let Some(fields) = at.map(r, known::GROUP) {
        draft.settings = settings(r, &fields, &mut draft);
    }
    draft
}

fn settings(r: &mut Reader<'_>, fields: &Fields, draft: &mut GroupDraft) -> Option<GroupSettings> {
    let region = fields
        .need(r, "region", "write the region of the NodeBalancer, such as nl-ams")
        .cloned()
        .and_then(|at| {
            at.parse(r, "a region", "write it as the API does, such as nl-ams", |text| {
                template::is_slug(text).then(|| text.to_owned())
            })
        });
    let size = fields.need(r, "size", "write size: { min: 2, max: 6 }").cloned().map(|at| size(r, &at));
    let (min, max) = size.unwrap_or_default();
    let template = fields
        .need(r, "template", "say what members are made of: `type`, `image` and a way to log in")
        .cloned()
        .and_then(|at| template::read(r, &at));
    let balancers = balancers(r, fields, draft);
    let policies = policy::read_all(r, fields, draft);
    let headroom = fields.maybe(r, "headroom", |at, r| headroom(at, r, max));
    let largest_step = fields.maybe(r, "largest_step", largest_step);
    let launch = fields.or(r, "launch", Launch::default(), lifecycle::launch);
    let warm_up = launch.as_ref().map(|launch| launch.warm_up);
    let remove = fields.or(r, "remove", Remove::default(), |at, r| lifecycle::remove(at, r, warm_up));
    let replace = fields.or(r, "replace", Replace::default(), lifecycle::replace);
    let cost = fields.maybe(r, "cost", cost);
    let thresholds = fields.maybe(r, "thresholds", |at, r| thresholds(at, r, min));
    let on_unknown = fields.or(r, "on_unknown", OnUnknown::default(), |at, r| on_unknown(at, r, max));

    let (region, balancers) = (region?, balancers?);
    let (template, types) = template?;
    let configs = balancers.iter().map(|balancer| ConfigId(balancer.config.get())).collect();
    let size = Size { min: min?, max: max? };
    let mut group = Group::new(draft.name.clone()?, size, configs, Template::new("", types));
    group.policies = policies?;
    group.headroom = headroom?.unwrap_or(group.headroom);
    let (count, percent) = largest_step?.unwrap_or_default();
    group.largest_step = (count.unwrap_or(group.largest_step.0), percent.unwrap_or(group.largest_step.1));
    group.launch = launch?;
    group.remove = remove?;
    group.replace = replace?;
    group.cost = cost?;
    group.thresholds = thresholds?;
    group.on_unknown = on_unknown?;
    Some(GroupSettings { region, template, balancers, group })
}

fn size(r: &mut Reader<'_>, at: &At) -> (Option<u32>, Option<u32>) {
    let Some(fields) = at.map(r, known::SIZE) else { return (None, None) };
    let min = fields
        .need(r, "min", "write how many members have to serve at any time")
        .cloned()
        .and_then(|at| at.members(r));
    let max = fields.need(r, "max", "write how many members may exist").cloned().and_then(|at| at.members(r));
    if min == Some(0) {
        r.warn(
            fields.spot(&["min"]),
            "with no member in service, no metric can ask for the first one",
            "write at least 1",
        );
    }
    match (min, max) {
        (_, Some(0)) => r.error(fields.spot(&["max"]), "the group could have no member", "write at least 1"),
        (Some(min), Some(max)) if min > max => {
            r.error(
                fields.spot(&["max"]),
                format!("max {max} is less than min {min}"),
                format!("write at least {min}, or a smaller min"),
            );
        }
        _ => {}
    }
    (min, max)
}

fn balancers(r: &mut Reader<'_>, fields: &Fields, draft: &mut GroupDraft) -> Option<Vec<BalancerSettings>> {
    const HOW: &str = "write balancers: [{ nodebalancer: 9042, config: 11873, port: 8080 }]";
    let at = fields.need(r, "balancers", HOW)?.clone();
    let items = at.list(r, "NodeBalancer configs")?;
    if items.is_empty() {
        r.error(
            &at,
            "a group needs a NodeBalancer config: its node tells who is in service, and drains",
            HOW,
        );
    }
    let mut read = Vec::new();
    for item in &items {
        let balancer = balancer(r, item);
        if let Some(balancer) = balancer {
            let twice = draft.balancers.iter().any(|(other, _)| other.config == balancer.config);
            if twice {
                r.error(
                    item,
                    format!("config {} is written a second time", balancer.config),
                    "keep one: a member has one node in a config",
                );
            }
            draft.balancers.push((balancer, item.clone()));
        }
        read.push(balancer);
    }
    read.into_iter().collect()
}

fn balancer(r: &mut Reader<'_>, at: &At) -> Option<BalancerSettings> {
    let fields = at.map(r, known::BALANCER)?;
    let nodebalancer =
        fields.need(r, "nodebalancer", "write the NodeBalancer's number").cloned().and_then(|at| at.id(r));
    let config = fields.need(r, "config", "write the number of its config").cloned().and_then(|at| at.id(r));
    let port = fields
        .need(r, "port", "write the port at which members serve")
        .cloned()
        .and_then(|at| at.number(r, 1..=65_535));
    Some(BalancerSettings { nodebalancer: nodebalancer?, config: config?, port: u16::try_from(port?).ok()? })
}

fn headroom(at: &At, r: &mut Reader<'_>, max: Option<u32>) -> Option<Amount> {
    let headroom = at.amount(r)?;
    if let (Amount::Count(n), Some(max)) = (headroom, max)
        && n >= max
    {
        r.error(
            at,
            format!("a headroom of {n} leaves none of max {max} for the load"),
            format!("write less than {max}, or a percentage"),
        );
    }
    Some(headroom)
}

/// Count and percentage, as far as they are written.
fn largest_step(at: &At, r: &mut Reader<'_>) -> Option<(Option<u32>, Option<Amount>)> {
    let fields = at.map(r, known::LARGEST_STEP)?;
    let count = fields.maybe(r, "count", At::members);
    let percent = fields.maybe(r, "percent", |at, r| {
        at.parse(r, "a percentage", "write a percentage such as 100%", |text| {
            text.parse().ok().filter(|amount| matches!(amount, Amount::Percent(_)))
        })
    });
    let step = (count?, percent?);
    if step == (Some(0), Some(Amount::Percent(0))) {
        r.error(at, "no step could add anything", "write count: 4");
    }
    Some(step)
}

fn cost(at: &At, r: &mut Reader<'_>) -> Option<Cost> {
    let fields = at.map(r, known::COST)?;
    let per_hour = fields.need(r, "per_hour", "write per_hour: 1.20, in US dollars")?.clone().price(r)?;
    Some(Cost::new(per_hour))
}

/// The share of the high threshold that the load may reach by a removal.
const MOST_AFTER: f64 = 0.9;

fn thresholds(at: &At, r: &mut Reader<'_>, min: Option<u32>) -> Option<Thresholds> {
    let fields = at.map(r, known::THRESHOLDS)?;
    let low = fields
        .need(r, "low", "write the value below which the low alert fires")
        .cloned()
        .and_then(|at| at.decimal(r));
    let high = fields
        .need(r, "high", "write the value above which the high alert fires")
        .cloned()
        .and_then(|at| at.decimal(r));
    let (low, high) = (low?, high?);
    let spot = fields.spot(&["low"]);
    if low <= 0.0 {
        r.error(
            spot,
            "the low threshold has to be above 0",
            "write the value below which the low alert fires, such as 30",
        );
    } else if low >= high {
        r.error(
            spot,
            format!("the low threshold {low} is not below the high threshold {high}"),
            "write a lower one",
        );
    } else if let Some(min) = min {
        let left = f64::from(min.max(1));
        let after = low * (left + 1.0) / left;
        if after >= MOST_AFTER * high {
            let most = MOST_AFTER * high * left / (left + 1.0);
            r.error(
                spot,
                format!("removing one of {} would lift the load from {low} to {after:.1}, over 0.9 of the high threshold: it would come back at once", left + 1.0),
                format!("write less than {:.1}, or a higher high one", most),
            );
        }
    }
    Some(Thresholds::new(low, high))
}

fn on_unknown(at: &At, r: &mut Reader<'_>, max: Option<u32>) -> Option<OnUnknown> {
    const HOW: &str = "write hold, or { at_least: 4 }";
    if !at.is_map() {
        return at.parse(r, "an answer to unknown signals", HOW, |text| {
            (text == "hold").then_some(OnUnknown::Hold)
        });
    }
    let fields = at.map(r, known::ON_UNKNOWN)?;
    let at = fields.need(r, "at_least", HOW)?;
    let least = at.members(r)?;
    if let Some(max) = max
        && least > max
    {
        r.error(at, format!("{least} is more than max {max}"), format!("write at most {max}"));
    }
    Some(OnUnknown::AtLeast(least))
}
