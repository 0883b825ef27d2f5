//! The times that a group keeps, and its ration.

use std::time::Duration;

use scaler_core::model::{Amount, Remove};

use super::{Reader, known};
use crate::{
    format_duration,
    yaml::{At, Fields},
};

const MINUTE: Duration = Duration::from_secs(60);

/// No drain takes longer.
const LONGEST_DRAIN: Duration = Duration::from_secs(15 * 60);

pub(super) struct Times {
    pub(super) launch_timeout: Duration,
    pub(super) warm_up: Duration,
    pub(super) grace: Duration,
    pub(super) remove: Remove,
}

pub(super) fn read(r: &mut Reader<'_>, fields: &Fields) -> Option<Times> {
    let launch_timeout = fields.or(r, "launch_timeout", MINUTE * 10, At::duration);
    let warm_up = fields.or(r, "warm_up", MINUTE * 2, At::duration);
    let grace = fields.or(r, "grace", MINUTE * 2, |at, r| {
        let grace = at.duration(r)?;
        if grace < Duration::from_secs(10) {
            r.warn(at, "one failed health check replaces a member", "write 2m");
        }
        Some(grace)
    });
    if let (Some(launch), Some(warm)) = (launch_timeout, warm_up)
        && launch <= warm
    {
        r.error(
            fields.spot(&["launch_timeout", "warm_up"]),
            format!(
                "the launch timeout {} is not longer than the warm-up {}",
                format_duration(launch),
                format_duration(warm)
            ),
            "write how long a launch may take from create to in service: 10m",
        );
    } else if let (Some(launch), Some(at)) = (launch_timeout, fields.get("launch_timeout"))
        && launch < MINUTE * 2
    {
        r.warn(at, "a Linode takes a minute or two to boot: good launches would be deleted", "write 10m");
    }
    if let (Some(Duration::ZERO), Some(at)) = (warm_up, fields.get("warm_up")) {
        r.warn(
            at,
            "a member counts as evidence while it still boots its service: too many are added",
            "write 2m",
        );
    }
    let remove = fields.or(r, "remove", Remove::default(), |at, r| remove(at, r, warm_up));
    Some(Times { launch_timeout: launch_timeout?, warm_up: warm_up?, grace: grace?, remove: remove? })
}

fn remove(at: &At, r: &mut Reader<'_>, warm_up: Option<Duration>) -> Option<Remove> {
    let fields = at.map(r, known::REMOVE)?;
    let usual = Remove::default();
    let calm = fields.or(r, "calm", usual.low_for, |at, r| {
        let calm = at.duration(r)?;
        if calm < MINUTE {
            r.warn(at, "a dip of a moment removes members that are needed again", "write 5m");
        }
        Some(calm)
    });
    let after_add = fields.or(r, "after_add", usual.after_add, |at, r| {
        let after = at.duration(r)?;
        if warm_up.is_some_and(|warm| after < warm) {
            r.warn(at, "is over before the new member is warm, so it has no effect", "write 10m");
        }
        Some(after)
    });
    let at_most = fields.or(r, "at_most", usual.at_most, |at, r| {
        let ration = at.amount(r)?;
        match ration {
            Amount::Count(0) | Amount::Percent(0) => {
                r.error(
                    at,
                    "the ration is at least 1: 0 does not stop removals",
                    "write 10%; to remove nothing set the mode: `autoscale mode GROUP add_only`",
                );
            }
            Amount::Percent(51..) => {
                r.warn(
                    at,
                    format!("{ration} of the members may go at once, whatever the cause"),
                    "write 10%",
                );
            }
            _ => {}
        }
        Some(ration)
    });
    let every = fields.or(r, "every", usual.every, |at, r| {
        let every = at.duration(r)?;
        if every.is_zero() {
            r.error(at, "the ration would hold over no time at all", "write 10m");
        } else if every < MINUTE {
            r.warn(at, "members go faster than anybody sees what their going does", "write 10m");
        }
        Some(every)
    });
    let drain = fields.or(r, "drain", usual.drain, At::duration);
    let reject = fields.or(r, "reject", usual.reject, |at, r| {
        let reject = at.duration(r)?;
        if reject < MINUTE {
            r.warn(at, "a NodeBalancer takes up to 60s to follow a mode: new connections may reach a member that is deleted", "write 60s");
        }
        Some(reject)
    });
    if let (Some(drain), Some(reject)) = (drain, reject) {
        if drain + reject > LONGEST_DRAIN {
            r.error(
                fields.spot(&["drain", "reject"]),
                format!(
                    "drain {} and reject {} take more than 15m together",
                    format_duration(drain),
                    format_duration(reject)
                ),
                format!("write at most {}", format_duration(LONGEST_DRAIN.saturating_sub(reject))),
            );
        } else if drain.is_zero() {
            r.warn(fields.spot(&["drain"]), "open connections are cut", "write 5m");
        }
    }
    Some(Remove {
        low_for: calm?,
        after_add: after_add?,
        at_most: at_most?,
        every: every?,
        drain: drain?,
        reject: reject?,
        order: scaler_core::model::VictimOrder::Newest,
    })
}
