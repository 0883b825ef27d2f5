//! The timeline: when what happened, from the spike on.

use jiff::Timestamp;
use scaler_core::model::Phase;
use serde::Serialize;

use super::evidence::Evidence;
use crate::alerts::rules::{HIGH, LOW};
use crate::happening::{Chapter, What};
use crate::pace::seconds;
use crate::stage::settings::CHECK_EVERY;

/// A point of the timeline. Seconds are simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Moment {
    pub(crate) what: String,
    pub(crate) at: Timestamp,
    pub(crate) since_spike_s: f64,
    pub(crate) since_previous_s: f64,
}

/// How quick it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Latencies {
    /// From the webhook's request to the first create call at the API, in real milliseconds.
    pub(crate) webhook_to_create_ms: Option<f64>,
    /// From the webhook's request until the last new member is in service, in simulated seconds.
    pub(crate) webhook_to_service_s: Option<f64>,
    /// What the cloud took of that: from the create call until that member answered.
    pub(crate) boot_s: Option<f64>,
    /// And until a health check of the NodeBalancer had noticed, at most an interval of them.
    pub(crate) check_s: Option<f64>,
}

/// The points of the timeline that came about, by time.
pub(crate) fn timeline(evidence: &Evidence) -> Vec<Moment> {
    let Some(spike) = evidence.began(Chapter::Spike) else { return Vec::new() };
    let mut points: Vec<(Timestamp, String)> = Vec::new();
    let mut point = |at: Option<Timestamp>, what: &str| points.extend(at.map(|at| (at, what.to_owned())));
    point(Some(spike), "the spike begins");
    scale_up(evidence, spike, &mut point);
    if let Some(calm) = evidence.began(Chapter::CalmAgain) {
        point(Some(calm), "calm again");
        let low = |what: &What| matches!(what, What::Firing { alert, .. } if alert == LOW);
        point(evidence.first(calm, low), "the low alert fires");
        let back = evidence.began(Chapter::SpikeReturns);
        if let Some(back) = back {
            point(Some(back), "the spike returns");
            point(evidence.first(back, fires), "the alert fires again");
        }
        for happening in evidence.happenings.iter().filter(|happening| happening.at >= calm) {
            let what = match &happening.what {
                What::Decided { previous: Some(previous), desired, .. } if previous != desired => {
                    format!("decision {previous} → {desired}")
                }
                What::Mode { label, now: "drain", .. } => format!("{label} drains"),
                What::Mode { label, now: "reject", .. } => format!("{label} rejects"),
                What::Mode { label, now: "accept", .. } => format!("{label} reinstated"),
                What::Phase { label, phase: Phase::Warming } => format!("{label} in service again"),
                What::Deregistered { label } => format!("{label} deregistered"),
                What::Deleted { label } => format!("{label} deleted"),
                _ => continue,
            };
            point(Some(happening.at), &what);
        }
    }
    points.sort_by_key(|(at, _)| *at);
    let mut previous = spike;
    let moments = points.into_iter().map(|(at, what)| {
        let since_previous_s = seconds(previous, at);
        previous = at;
        Moment { what, at, since_spike_s: seconds(spike, at), since_previous_s }
    });
    moments.collect()
}

fn scale_up(evidence: &Evidence, spike: Timestamp, point: &mut impl FnMut(Option<Timestamp>, &str)) {
    let until = evidence.began(Chapter::CalmAgain).unwrap_or(evidence.end);
    let between = |at: &Timestamp| (spike..until).contains(at);
    let first = |wanted: &dyn Fn(&What) -> bool| evidence.first(spike, wanted).filter(between);
    let last = |wanted: &dyn Fn(&What) -> bool| {
        let mut all = evidence.happenings.iter().rev().filter(|happening| between(&happening.at));
        all.find(|happening| wanted(&happening.what)).map(|happening| happening.at)
    };
    point(
        first(&|what| matches!(what, What::Pending { alert, .. } if alert == HIGH)),
        "the alert is pending",
    );
    point(first(&fires), "the alert fires");
    point(webhook(evidence), "webhook");
    let grows =
        |what: &What| matches!(what, What::Decided { previous: Some(old), desired, .. } if desired > old);
    point(first(&grows), "decision");
    point(first(&|what| matches!(what, What::Created { .. })), "first create call");
    point(last(&|what| matches!(what, What::Created { .. })), "last create call");
    point(first(&|what| matches!(what, What::Running { .. })), "the first new member runs");
    point(last(&|what| matches!(what, What::Running { .. })), "the last new member runs");
    point(first(&|what| matches!(what, What::Registered { .. })), "the first is registered");
    point(last(&|what| matches!(what, What::Registered { .. })), "the last is registered");
    point(first(&|what| matches!(what, What::Served { .. })), "first request served by a new member");
    point(in_service(evidence).map(|(at, _)| at), "all new members in service");
    point(first(&|what| matches!(what, What::Resolved { alert } if alert == HIGH)), "the alert is resolved");
    point(last(&|what| matches!(what, What::Phase { phase: Phase::InService, .. })), "all members warm");
}

fn fires(what: &What) -> bool {
    matches!(what, What::Firing { alert, .. } if alert == HIGH)
}

/// When the notification that set the scale-up off was sent.
fn webhook(evidence: &Evidence) -> Option<Timestamp> {
    let firing = |what: &What| matches!(what, What::Notified { alert, firing: true } if alert == HIGH);
    evidence.first(evidence.began(Chapter::Spike)?, firing)
}

/// The new member that came into service last, and when.
fn in_service(evidence: &Evidence) -> Option<(Timestamp, &str)> {
    let created = evidence.created();
    let entries = created.iter().filter_map(|(_, label)| {
        let warms =
            |what: &What| matches!(what, What::Phase { label: one, phase: Phase::Warming } if one == label);
        Some((evidence.first(evidence.start, warms)?, *label))
    });
    entries.max_by_key(|(at, _)| *at)
}

/// How quick the scale-up was, and how quick it could have been.
pub(crate) fn latencies(evidence: &Evidence) -> Latencies {
    let Some(webhook) = webhook(evidence) else { return Latencies::default() };
    let create = evidence.first(webhook, |what| matches!(what, What::Created { .. }));
    let last = in_service(evidence);
    let floor = last.and_then(|(_, label)| {
        let of = |wanted: &dyn Fn(&What) -> bool| evidence.first(evidence.start, wanted);
        let made = of(&|what| matches!(what, What::Created { label: one } if one == label))?;
        let answers = of(&|what| matches!(what, What::Serving { label: one } if one == label))?;
        let up = of(&|what| matches!(what, What::Health { label: one, up: true } if one == label))?;
        Some((seconds(made, answers), seconds(answers, up).clamp(0.0, CHECK_EVERY as f64)))
    });
    Latencies {
        webhook_to_create_ms: create.map(|at| seconds(webhook, at) * 1e3 / evidence.speed),
        webhook_to_service_s: last.map(|(at, _)| seconds(webhook, at)),
        boot_s: floor.map(|(boot, _)| boot),
        check_s: floor.map(|(_, check)| check),
    }
}
