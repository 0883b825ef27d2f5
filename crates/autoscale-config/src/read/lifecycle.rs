//! How members are launched, removed and replaced.

use std::time::Duration;

use autoscale_api::Span;
use scaler_core::model::{Amount, Launch, Remove, Replace, VictimOrder};

use super::{Reader, known};
use crate::yaml::At;

const MINUTE: Duration = Duration::from_secs(60);

/// No drain takes longer.
const LONGEST_DRAIN: Duration = Duration::from_secs(15 * 60);

/// A bound on creates within an hour.
fn per_hour(at: &At, r: &mut Reader<'_>) -> Option<u32> {
    at.number(r, 1..=10_000).and_then(|number| u32::try_from(number).ok())
}

/// What bounds the launches of all groups.
pub(super) fn launches(at: &At, r: &mut Reader<'_>) -> Option<Option<u32>> {
    at.map(r, known::LAUNCHES)?.maybe(r, "per_hour", per_hour)
}

pub(super) fn launch(at: &At, r: &mut Reader<'_>) -> Option<Launch> {
    let fields = at.map(r, known::LAUNCH)?;
    let mut launch = Launch::default();
    let timeout = fields.or(r, "timeout", launch.timeout, At::duration);
    let warm_up = fields.or(r, "warm_up", launch.warm_up, At::duration);
    let per_hour = fields.maybe(r, "per_hour", per_hour);
    (launch.timeout, launch.warm_up, launch.per_hour) = (timeout?, warm_up?, per_hour?);
    if launch.timeout <= launch.warm_up {
        r.error(
            fields.spot(&["timeout", "warm_up"]),
            format!(
                "the launch timeout {} is not longer than the warm-up {}",
                Span(launch.timeout),
                Span(launch.warm_up)
            ),
            "write how long a launch may take from create to in service: timeout: 10m",
        );
    } else if let Some(at) = fields.get("timeout").filter(|_| launch.timeout < MINUTE * 2) {
        r.warn(at, "a Linode takes a minute or two to boot: good launches would be deleted", "write 10m");
    }
    if let Some(at) = fields.get("warm_up").filter(|_| launch.warm_up.is_zero()) {
        r.warn(
            at,
            "a member counts as evidence while it still boots its service: too many are added",
            "write 2m",
        );
    }
    Some(launch)
}

pub(super) fn replace(at: &At, r: &mut Reader<'_>) -> Option<Replace> {
    let fields = at.map(r, known::REPLACE)?;
    let mut replace = Replace::default();
    let after = fields.or(r, "after", replace.after, |at, r| {
        let after = at.duration(r)?;
        if after < Duration::from_secs(10) {
            r.warn(at, "one failed health check replaces a member", "write 2m");
        }
        Some(after)
    });
    let max_unhealthy = fields.or(r, "max_unhealthy", replace.max_unhealthy, |at, r| {
        let most = at.amount(r)?;
        if matches!(most, Amount::Percent(100..)) {
            r.warn(at, "never holds back a removal, however many members are unhealthy", "write 20%");
        }
        Some(most)
    });
    (replace.after, replace.max_unhealthy) = (after?, max_unhealthy?);
    Some(replace)
}

/// The section `remove` of a group whose members warm up for `warm_up`.
pub(super) fn remove(at: &At, r: &mut Reader<'_>, warm_up: Option<Duration>) -> Option<Remove> {
    let fields = at.map(r, known::REMOVE)?;
    let mut remove = Remove::default();
    let low_for = fields.or(r, "low_for", remove.low_for, |at, r| {
        let low_for = at.duration(r)?;
        if low_for < MINUTE {
            r.warn(at, "a dip of a moment removes members that are needed again", "write 5m");
        }
        Some(low_for)
    });
    let after_add = fields.or(r, "after_add", remove.after_add, |at, r| {
        let after = at.duration(r)?;
        if warm_up.is_some_and(|warm| after < warm) {
            r.warn(at, "is over before the new member is warm, so it has no effect", "write 10m");
        }
        Some(after)
    });
    let at_most = fields.or(r, "at_most", remove.at_most, at_most);
    let every = fields.or(r, "every", remove.every, |at, r| {
        let every = at.duration(r)?;
        if every.is_zero() {
            r.error(at, "the removal budget would hold over no time at all", "write 10m");
        } else if every < MINUTE {
            r.warn(at, "members go before the effect of the removal before shows", "write 10m");
        }
        Some(every)
    });
    let drain = fields.or(r, "drain", remove.drain, At::duration);
    let reject = fields.or(r, "reject", remove.reject, |at, r| {
        let reject = at.duration(r)?;
        if reject < MINUTE {
            r.warn(at, "a NodeBalancer takes up to 60s to follow a mode: new connections may reach a member that is deleted", "write 60s");
        }
        Some(reject)
    });
    let order =
        fields.or(r, "order", remove.order, |at, r| {
            at.parse(r, "an order", "write newest or oldest: which of equal members goes first", |text| {
                match text {
                    "newest" => Some(VictimOrder::Newest),
                    "oldest" => Some(VictimOrder::Oldest),
                    _ => None,
                }
            })
        });
    if let (Some(drain), Some(reject)) = (drain, reject) {
        if drain + reject > LONGEST_DRAIN {
            r.error(
                fields.spot(&["drain", "reject"]),
                format!("drain {} and reject {} take more than 15m together", Span(drain), Span(reject)),
                format!("write at most {}", Span(LONGEST_DRAIN.saturating_sub(reject))),
            );
        } else if drain.is_zero() {
            r.warn(fields.spot(&["drain"]), "open connections are cut", "write 5m");
        }
    }
    (remove.low_for, remove.after_add) = (low_for?, after_add?);
    (remove.at_most, remove.every) = (at_most?, every?);
    (remove.drain, remove.reject, remove.order) = (drain?, reject?, order?);
    Some(remove)
}

fn at_most(at: &At, r: &mut Reader<'_>) -> Option<Amount> {
    let budget = at.amount(r)?;
    match budget {
        Amount::Count(0) | Amount::Percent(0) => r.error(
            at,
            "the removal budget is at least 1: 0 does not stop removals",
            "write 10%; to remove nothing set the mode: `autoscale mode GROUP add_only`",
        ),
        Amount::Percent(51..) => {
            r.warn(at, format!("{budget} of the members may go at once, whatever the cause"), "write 10%");
        }
        _ => {}
    }
    Some(budget)
}
