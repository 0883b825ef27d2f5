//! What a group is: its limits, its policies, and the times that it keeps.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Amount, ConfigId, GroupName, InstanceType, Price, TemplateHash};

const MINUTE: Duration = Duration::from_secs(60);

/// A named set of interchangeable instances behind NodeBalancer configs, as the core knows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// Its name, also the value of the label `autoscale_group`.
    pub name: GroupName,
    /// The sizes it may have.
    pub size: Size,
    /// The NodeBalancer configs at which every member is registered; at least one.
    pub balancers: Vec<ConfigId>,
    /// What new members are made of.
    pub template: Template,
    /// What argues for a size.
    pub policies: Vec<StepPolicy>,
    /// Upper bound on the members that one decision adds to those counted: the larger of a count and a percentage. Default 4, 100 %.
    pub largest_step: (u32, Amount),
    /// Members kept on top of what policies ask for. Default none.
    pub headroom: Amount,
    /// What unknown signals do. Default hold.
    pub on_unknown: OnUnknown,
    /// How members are launched.
    pub launch: Launch,
    /// How members are removed.
    pub remove: Remove,
    /// How unhealthy members are replaced.
    pub replace: Replace,
    /// What it may cost.
    pub cost: Option<Cost>,
    /// The load at which the group's alerts fire, where known: no removal that would lift it over 0.9 of the high one.
    pub thresholds: Option<Thresholds>,
}

impl Group {
    /// A group with the default times and limits and no policy.
    #[must_use]
    pub fn new(name: GroupName, size: Size, balancers: Vec<ConfigId>, template: Template) -> Self {
        Self {
            name,
            size,
            balancers,
            template,
            policies: Vec::new(),
            largest_step: (4, Amount::Percent(100)),
            headroom: Amount::Count(0),
            on_unknown: OnUnknown::Hold,
            launch: Launch::default(),
            remove: Remove::default(),
            replace: Replace::default(),
            cost: None,
            thresholds: None,
        }
    }

    /// Unhealthy members above which removals wait for replacements that have warmed up, of `members` in all.
    #[must_use]
    pub fn most_unhealthy(&self, members: u32) -> u32 {
        self.replace.max_unhealthy.of(members).max(1)
    }

    /// `needed` members and the headroom on top of them: a percentage of them rounds up.
    #[must_use]
    pub fn with_headroom(&self, needed: u32) -> u32 {
        needed.saturating_add(self.headroom.to_add(needed))
    }

    /// How many of `members` are more than headroom: the most for which [`Self::with_headroom`] is no more than `members`.
    #[must_use]
    pub fn without_headroom(&self, members: u32) -> u32 {
        (0..=members).rev().find(|needed| self.with_headroom(*needed) <= members).unwrap_or(0)
    }

    /// The smallest size: `size.min` and the headroom on top, within `size.max`.
    #[must_use]
    pub fn least(&self) -> u32 {
        self.with_headroom(self.size.min).min(self.size.max)
    }

    /// How many creates may be sent within an hour.
    #[must_use]
    pub fn launches_per_hour(&self) -> u32 {
        self.launch.per_hour.unwrap_or_else(|| self.size.max.saturating_mul(2).max(10))
    }

    /// The hourly price of an instance of `kind`, where known.
    #[must_use]
    pub fn price(&self, kind: &InstanceType) -> Option<Price> {
        self.cost.as_ref().and_then(|cost| cost.prices.get(kind).copied())
    }
}

/// The sizes a group may have: two numbers and nothing else, so it may be written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Never fewer in service through our doing.
    pub min: u32,
    /// Never more in existence, but one while a member is replaced.
    pub max: u32,
}

impl Size {
    /// The nearest size that is allowed.
    #[must_use]
    pub fn clamp(self, wanted: u32) -> u32 {
        wanted.min(self.max).max(self.min)
    }
}

impl From<RangeInclusive<u32>> for Size {
    fn from(range: RangeInclusive<u32>) -> Self {
        Self { min: *range.start(), max: *range.end() }
    }
}

/// What new members are made of, as far as deciding needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// Identifies the content.
    pub hash: TemplateHash,
    /// Types in the order in which they are tried when one can't be had; at least one.
    pub types: Vec<InstanceType>,
}

impl Template {
    /// A template of the content that `hash` identifies, on the first of `types` that can be had.
    #[must_use]
    pub fn new<T: Into<InstanceType>>(
        hash: impl Into<TemplateHash>,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        Self { hash: hash.into(), types: types.into_iter().map(Into::into).collect() }
    }
}

/// A policy that steps the size while its alert fires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepPolicy {
    /// Labels that an alert must have, exactly (`alertname`, `severity`, any other).
    pub on: BTreeMap<String, String>,
    /// Added while such an alert fires.
    pub add: Option<Amount>,
    /// Removed while such an alert fires.
    pub remove: Option<Amount>,
    /// Removed once such an alert has been resolved for the `remove.low_for` window.
    pub when_resolved: Option<Amount>,
}

impl StepPolicy {
    /// A policy on alerts with these labels, which asks for nothing yet.
    #[must_use]
    pub fn on(labels: BTreeMap<String, String>) -> Self {
        Self { on: labels, ..Self::default() }
    }

    /// The same, adding `amount` while such an alert fires.
    #[must_use]
    pub const fn adding(mut self, amount: Amount) -> Self {
        self.add = Some(amount);
        self
    }

    /// The same, removing `amount` while such an alert fires.
    #[must_use]
    pub const fn removing(mut self, amount: Amount) -> Self {
        self.remove = Some(amount);
        self
    }

    /// Whether it can ask for a removal at all.
    #[must_use]
    pub const fn can_remove(&self) -> bool {
        self.remove.is_some() || self.when_resolved.is_some()
    }
}

/// How members are launched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Launch {
    /// A launch that has not reached service so long after the answer to its create has failed. Default 10 min.
    pub timeout: Duration,
    /// How long a new member counts as capacity before its load counts in decisions. Default 2 min.
    pub warm_up: Duration,
    /// At most so many creates that may have happened within an hour, whatever becomes of them. Below `size.min` one in ten
    /// minutes goes on beyond it. Default twice `size.max`, and at least 10.
    pub per_hour: Option<u32>,
}

impl Default for Launch {
    fn default() -> Self {
        Self { timeout: MINUTE * 10, warm_up: MINUTE * 2, per_hour: None }
    }
}

/// How unhealthy members are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replace {
    /// A member that is unhealthy for longer is replaced. Default 2 min.
    pub after: Duration,
    /// The share of unhealthy members above which removals wait for replacements that have warmed up; at least one may be
    /// unhealthy. Default 20 %.
    pub max_unhealthy: Amount,
}

impl Default for Replace {
    fn default() -> Self {
        Self { after: MINUTE * 2, max_unhealthy: Amount::Percent(20) }
    }
}

/// How members are removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remove {
    /// The signal must have been low for so long. Default 10 min.
    pub low_for: Duration,
    /// The last entry into service must be so long ago. Default 10 min.
    pub after_add: Duration,
    /// Most of the members that may be serving to remove, whatever the cause, per `every`; at least 1. Default 10 %.
    pub at_most: Amount,
    /// The window of the removal budget, and the pause between removals. Default 10 min.
    pub every: Duration,
    /// How long a member drains, from when the mode is seen. Default 5 min.
    pub drain: Duration,
    /// How long it then rejects before it is deregistered: modes take up to 60 s. Default 60 s.
    pub reject: Duration,
    /// Which of otherwise equal members goes first. Default the newest.
    pub order: VictimOrder,
}

impl Default for Remove {
    fn default() -> Self {
        Self {
            low_for: MINUTE * 10,
            after_add: MINUTE * 10,
            at_most: Amount::Percent(10),
            every: MINUTE * 10,
            drain: MINUTE * 5,
            reject: MINUTE,
            order: VictimOrder::Newest,
        }
    }
}

/// What a group may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Additions above min are held back beyond this.
    pub per_hour: Price,
    /// Hourly prices by type.
    pub prices: BTreeMap<InstanceType, Price>,
}

impl Cost {
    /// A ceiling, with no price known yet.
    #[must_use]
    pub const fn new(per_hour: Price) -> Self {
        Self { per_hour, prices: BTreeMap::new() }
    }
}

/// The load marks of the group's rules, in the unit of the alerts' `value` annotation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// Below it the low alert fires.
    pub low: f64,
    /// Above it the high alert fires.
    pub high: f64,
}

impl Thresholds {
    /// The loads at which the low and the high alert fire.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
}

/// What unknown signals do to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnUnknown {
    /// Nothing is changed.
    #[default]
    Hold,
    /// The group has at least so many members.
    AtLeast(u32),
}

/// Which of otherwise equal members goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VictimOrder {
    /// The one that was launched last.
    #[default]
    Newest,
    /// The one that was launched first.
    Oldest,
}
