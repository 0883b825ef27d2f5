//! A group.

use scaler_core::model::{Amount, GroupName, OnUnknown, Price, Size, StepPolicy, Thresholds, VictimOrder};

use super::{Reader, known, policy, template, times};
use crate::{
    Balancer, GroupSettings,
    yaml::{At, Fields},
};

/// A group as far as it can be read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) at: At,
    pub(super) name: Option<GroupName>,
    pub(super) balancers: Vec<(Balancer, At)>,
    pub(super) policies: Vec<(StepPolicy, At)>,
    pub(super) settings: Option<GroupSettings>,
}

pub(super) fn read_all(r: &mut Reader<'_>, at: &At) -> Option<Vec<Draft>> {
    let groups = at.entries(r, "a map of groups by name")?;
    if groups.iter().next().is_none() {
        r.error(at, "there is no group", "name at least one: `web: { region: …, size: … }`");
    }
    Some(groups.iter().map(|(name, at)| read(r, name, at)).collect())
}

fn read(r: &mut Reader<'_>, name: &str, at: &At) -> Draft {
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
    let mut draft = Draft {
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

fn settings(r: &mut Reader<'_>, fields: &Fields, draft: &mut Draft) -> Option<GroupSettings> {
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
    let largest_step = largest_step(r, fields);
    let times = times::read(r, fields);
    let breaker = fields.or(r, "breaker", Amount::Percent(20), |at, r| {
        let breaker = at.amount(r)?;
        if matches!(breaker, Amount::Percent(100..)) {
            r.warn(at, "never holds back a removal, however many members are unhealthy", "write 20%");
        }
        Some(breaker)
    });
    let cost = fields.maybe(r, "cost", cost);
    let spare = fields.or(r, "spare", Amount::Count(0), |at, r| {
        let spare = at.amount(r)?;
        if let (Amount::Count(n), Some(max)) = (spare, max)
            && n >= max
        {
            r.error(
                at,
                format!("{n} spare members leave none of max {max} for the load"),
                format!("write less than {max}, or a percentage"),
            );
        }
        Some(spare)
    });
    let marks = fields.maybe(r, "marks", |at, r| marks(at, r, min));
    let on_unknown = fields.or(r, "on_unknown", OnUnknown::Hold, |at, r| on_unknown(at, r, max));
    let order =
        fields.or(r, "order", VictimOrder::Newest, |at, r| {
            at.parse(r, "an order", "write newest or oldest: which of equal members goes first", |text| {
                match text {
                    "newest" => Some(VictimOrder::Newest),
                    "oldest" => Some(VictimOrder::Oldest),
                    _ => None,
                }
            })
        });
    let times = times?;
    Some(GroupSettings {
        region: region?,
        size: Size { min: min?, max: max? },
        template: template?,
        balancers: balancers?,
        policies: policies?,
        largest_step: largest_step?,
        launch_timeout: times.launch_timeout,
        warm_up: times.warm_up,
        grace: times.grace,
        remove: times.remove,
        breaker: breaker?,
        cost: cost?,
        spare: spare?,
        marks: marks?,
        on_unknown: on_unknown?,
        order: order?,
    })
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
            "with nobody in service no metric of the members can ask for the first one",
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

fn balancers(r: &mut Reader<'_>, fields: &Fields, draft: &mut Draft) -> Option<Vec<Balancer>> {
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
                    format!("config {} stands here a second time", balancer.config),
                    "keep one: a member has one node in a config",
                );
            }
            draft.balancers.push((balancer, item.clone()));
        }
        read.push(balancer);
    }
    read.into_iter().collect()
}

fn balancer(r: &mut Reader<'_>, at: &At) -> Option<Balancer> {
    let fields = at.map(r, known::BALANCER)?;
    let nodebalancer =
        fields.need(r, "nodebalancer", "write the NodeBalancer's number").cloned().and_then(|at| at.id(r));
    let config = fields.need(r, "config", "write the number of its config").cloned().and_then(|at| at.id(r));
    let port = fields
        .need(r, "port", "write the port at which members serve")
        .cloned()
        .and_then(|at| at.number(r, 1..=65_535));
    Some(Balancer { nodebalancer: nodebalancer?, config: config?, port: u16::try_from(port?).ok()? })
}

fn largest_step(r: &mut Reader<'_>, fields: &Fields) -> Option<(u32, Amount)> {
    let default = (4, Amount::Percent(100));
    fields.or(r, "largest_step", default, |at, r| {
        let fields = at.map(r, known::LARGEST_STEP)?;
        let count = fields.or(r, "count", default.0, |at, r| at.members(r));
        let percent = fields.or(r, "percent", default.1, |at, r| {
            at.parse(r, "a percentage", "write a percentage such as 100%", |text| {
                text.parse().ok().filter(|amount| matches!(amount, Amount::Percent(_)))
            })
        });
        let step = (count?, percent?);
        if step == (0, Amount::Percent(0)) {
            r.error(at, "no step could add anything", "write count: 4");
        }
        Some(step)
    })
}

fn cost(at: &At, r: &mut Reader<'_>) -> Option<Price> {
    let fields = at.map(r, known::COST)?;
    fields.need(r, "per_hour", "write per_hour: 1.20, in US dollars")?.clone().price(r)
}

/// The share of the high mark that the load may reach by a removal.
const MOST_AFTER: f64 = 0.9;

fn marks(at: &At, r: &mut Reader<'_>, min: Option<u32>) -> Option<Thresholds> {
    let fields = at.map(r, known::MARKS)?;
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
            "the low mark has to be above 0",
            "write the value below which the low alert fires, such as 30",
        );
    } else if low >= high {
        r.error(spot, format!("the low mark {low} is not below the high mark {high}"), "write a lower one");
    } else if let Some(min) = min {
        let left = f64::from(min.max(1));
        let after = low * (left + 1.0) / left;
        if after >= MOST_AFTER * high {
            let most = MOST_AFTER * high * left / (left + 1.0);
            r.error(
                spot,
                format!("removing one of {} would lift the load from {low} to {after:.1}, over 0.9 of the high mark: it would come back at once", left + 1.0),
                format!("write less than {:.1}, or a higher high mark", most),
            );
        }
    }
    Some(Thresholds { low, high })
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
