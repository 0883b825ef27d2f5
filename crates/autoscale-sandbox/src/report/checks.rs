//! What has to be right at the end. Each check says what it saw.

use std::collections::BTreeMap;

use autoscale_api::Outcome;
use jiff::Timestamp;
use scaler_core::model::Phase;
use serde::Serialize;

use super::evidence::{Evidence, Kind};
use crate::happening::{Chapter, What};
use crate::load::Figures;
use crate::options::Story;
use crate::pace::seconds;
use crate::stage::MEMBERS;
use crate::stage::settings::{MAX, MIN, REJECT};

/// A share of the requests that each member should get while four serve; the exact one is 25 %.
const LEAST_SHARE: f64 = 0.15;
/// Times of the cloud and of the daemon are read from one clock, but not in the same moment.
const BLUR: f64 = 1.0;
/// Dollars that are the same.
const CENT: f64 = 1e-6;

/// A check and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Check {
    pub(crate) what: &'static str,
    pub(crate) ok: bool,
    pub(crate) seen: String,
}

type Verdict = Result<String, String>;

/// All checks of a story.
pub(crate) fn checks(evidence: &Evidence) -> Vec<Check> {
    let mut checks: Vec<(&'static str, Verdict)> = vec![
        ("the story was played to its end", played(evidence)),
        ("the alert scaled the group from 2 to 4", grew(evidence)),
        ("the load spread over the new members", spread(evidence)),
    ];
    match evidence.story {
        Story::Spike => {
            checks.push(("the group went back to 2", shrank(evidence)));
            checks
                .push(("each removal drained, rejected, was deregistered, then deleted", led_out(evidence)));
        }
        Story::SpikeReturns => {
            checks.push(("the draining member was reinstated, nothing was created", reinstated(evidence)));
        }
    }
    checks.extend([
        ("no request failed through scaling down", unharmed(evidence)),
        ("never fewer than 2 in service, never more than 4 members", bounded(evidence)),
        ("the foreign instance is untouched", foreign(evidence)),
        ("no orphan: what exists is a member, and each node has its instance", no_orphan(evidence)),
        ("every change the API saw has its cause in the log", caused(evidence)),
        ("every size that was decided was reached, or superseded", reached(evidence)),
        ("the bill is the started hours", billed(evidence)),
    ]);
    let checks = checks.into_iter().map(|(what, verdict)| match verdict {
        Ok(seen) => Check { what, ok: true, seen },
        Err(seen) => Check { what, ok: false, seen },
    });
    checks.collect()
}

fn played(evidence: &Evidence) -> Verdict {
    let lasted = seconds(evidence.start, evidence.end);
    match &evidence.stuck {
        None => Ok(format!("{:.0} simulated minutes in {:.0} s", lasted / 60.0, lasted / evidence.speed)),
        Some(why) => Err(why.clone()),
    }
}

fn grew(evidence: &Evidence) -> Verdict {
    let until = evidence.began(Chapter::CalmAgain).unwrap_or(evidence.end);
    let created: Vec<&str> =
        evidence.created().into_iter().filter(|(at, _)| *at < until).map(|(_, label)| label).collect();
    let served = created.iter().filter(|label| {
        let enters =
            |what: &What| matches!(what, What::Phase { label: one, phase: Phase::Warming } if one == *label);
        evidence.first(evidence.start, enters).is_some()
    });
    let decided = evidence.operations.iter().any(|one| one.previous == Some(2) && one.desired == 4);
    let seen = format!("{} created, {} came into service", created.len(), served.clone().count());
    if decided && created.len() == MAX - MIN && served.count() == MAX - MIN { Ok(seen) } else { Err(seen) }
}

fn spread(evidence: &Evidence) -> Verdict {
    let (Some(from), Some(to)) = (evidence.began(Chapter::Spread), evidence.began(Chapter::CalmAgain)) else {
        return Err("it never came to that".to_owned());
    };
    let figures = Figures::of(evidence.requests.iter().filter(|request| (from..to).contains(&request.sent)));
    let share = |served: u64| served as f64 / figures.served.max(1) as f64;
    let least = figures.by_member.values().copied().min().map_or(0.0, share);
    let seen = format!(
        "{} members served, the least busy one {:.0} % of {} requests",
        figures.by_member.len(),
        least * 100.0,
        figures.served
    );
    if figures.by_member.len() == MAX && least >= LEAST_SHARE { Ok(seen) } else { Err(seen) }
}

fn shrank(evidence: &Evidence) -> Verdict {
    let deleted = evidence.deleted();
    let seen = format!("{} deleted, {} members at the end", deleted.len(), evidence.members.len());
    let last = evidence.operations.last().map(|operation| operation.desired);
    if deleted.len() == MAX - MIN && evidence.members.len() == MIN && last == Some(2) {
        Ok(seen)
    } else {
        Err(seen)
    }
}

fn led_out(evidence: &Evidence) -> Verdict {
    let deleted = evidence.deleted();
    let mut shortest = f64::INFINITY;
    for (gone, label) in &deleted {
        let first = |wanted: &dyn Fn(&What) -> bool| evidence.first(evidence.start, wanted);
        let mode = |wanted: &'static str| {
            first(
                &|what| matches!(what, What::Mode { label: one, now, .. } if one == label && *now == wanted),
            )
        };
        let deregistered = first(&|what| matches!(what, What::Deregistered { label: one } if one == label));
        let (Some(drained), Some(rejected), Some(deregistered)) =
            (mode("drain"), mode("reject"), deregistered)
        else {
            return Err(format!("{label} was deleted and never drained, rejected or deregistered"));
        };
        let (draining, rejecting) = (seconds(drained, rejected), seconds(rejected, deregistered));
        shortest = shortest.min(draining);
        if draining + BLUR < evidence.drain.as_secs_f64() || rejecting + BLUR < REJECT.as_secs_f64() {
            return Err(format!(
                "{label} drained only for {draining:.0} s and rejected for {rejecting:.0} s"
            ));
        }
        if deregistered > *gone {
            return Err(format!("{label} was deleted before it was deregistered"));
        }
    }
    if deleted.is_empty() {
        return Err("nothing was removed".to_owned());
    }
    Ok(format!("{} removals, the shortest drain {shortest:.0} s", deleted.len()))
}

fn reinstated(evidence: &Evidence) -> Verdict {
    let Some(back) = evidence.began(Chapter::SpikeReturns) else {
        return Err("it never came to that".to_owned());
    };
    let accepts = |what: &What| matches!(what, What::Mode { before: "drain", now: "accept", .. });
    let returned = evidence.first(back, accepts);
    let created = evidence.created().into_iter().filter(|(at, _)| *at >= back).count();
    let deleted = evidence.deleted().len();
    match returned {
        Some(at) if created == 0 && deleted == 0 && evidence.members.len() == MAX => {
            Ok(format!("reinstated {:.0} s after the spike returned", seconds(back, at)))
        }
        Some(_) => Err(format!("{created} were created and {deleted} deleted")),
        None => Err("it was not reinstated".to_owned()),
    }
}

fn unharmed(evidence: &Evidence) -> Verdict {
    let Some(from) = evidence.began(Chapter::CalmAgain) else {
        return Err("it never came to that".to_owned());
    };
    let figures = Figures::of(evidence.requests.iter().filter(|request| request.sent >= from));
    let seen = format!("{} of {} failed", figures.failed, figures.served + figures.failed);
    if figures.failed == 0 && figures.served > 0 {
        Ok(seen)
    } else {
        Err(format!("{seen}: {:?}", figures.failures))
    }
}

/// Follows the nodes through everything that happened.
fn bounded(evidence: &Evidence) -> Verdict {
    let mut accepting: BTreeMap<&str, (bool, bool)> =
        MEMBERS.into_iter().map(|label| (label, (true, true))).collect();
    let mut existing = MIN;
    let (mut fewest, mut most) = (MIN, MIN);
    for happening in &evidence.happenings {
        match &happening.what {
            What::Created { .. } => existing += 1,
            What::Deleted { .. } => existing = existing.saturating_sub(1),
            What::Registered { label } => {
                accepting.insert(label, (true, false));
            }
            What::Mode { label, now, .. } => {
                if let Some((accepts, _)) = accepting.get_mut(label.as_str()) {
                    *accepts = *now == "accept";
                }
            }
            What::Health { label, up } => {
                if let Some((_, was)) = accepting.get_mut(label.as_str()) {
                    *was = *up;
                }
            }
            What::Deregistered { label } => {
                accepting.remove(label.as_str());
            }
            _ => {}
        }
        fewest = fewest.min(accepting.values().filter(|(accepts, up)| *accepts && *up).count());
        most = most.max(existing);
    }
    let seen = format!("between {fewest} in service and {most} existing");
    if fewest >= MIN && most <= MAX { Ok(seen) } else { Err(seen) }
}

fn foreign(evidence: &Evidence) -> Verdict {
    match &evidence.foreign {
        (Some(before), Some(after)) if before == after => Ok(format!("{} is {}", after.label, after.status)),
        (before, after) => Err(format!("it was {before:?} and is {after:?}")),
    }
}

fn no_orphan(evidence: &Evidence) -> Verdict {
    let member = |label: &String| evidence.members.contains(label);
    if let Some(orphan) = evidence.ours.iter().find(|one| !member(&one.label)) {
        return Err(format!("instance {} ({}) is not a member", orphan.label, orphan.id));
    }
    if let Some((label, _)) = evidence.nodes.iter().find(|(label, exists)| !exists || !member(label)) {
        return Err(format!("node {label} has no instance, or none of a member"));
    }
    let (ours, nodes, members) = (evidence.ours.len(), evidence.nodes.len(), evidence.members.len());
    let seen = format!("{ours} instances, {nodes} nodes, {members} members");
    if ours == members && nodes == members { Ok(seen) } else { Err(seen) }
}

fn caused(evidence: &Evidence) -> Verdict {
    for kind in Kind::ALL {
        let made = evidence.calls.get(kind.call()).copied().unwrap_or_default();
        let logged = evidence.changes.iter().filter(|change| change.kind == kind).count() as u64;
        if made != logged {
            return Err(format!("{}: {made} calls, {logged} in the log", kind.call()));
        }
    }
    if let Some(change) = evidence.changes.iter().find(|change| change.cause.is_empty()) {
        return Err(format!("{} has no cause", change.text));
    }
    for (at, label) in evidence.created() {
        let intended = evidence.changes.iter().find(|change| change.label.as_deref() == Some(label));
        if intended.is_none_or(|change| change.intended > at) {
            return Err(format!("{label} was created before the log said so"));
        }
    }
    Ok(format!("{} changes, each written down before it was made", evidence.changes.len()))
}

fn reached(evidence: &Evidence) -> Verdict {
    let open = evidence
        .operations
        .iter()
        .find(|operation| !matches!(operation.ended, Some(Outcome::Reached | Outcome::Superseded { .. })));
    match open {
        None if evidence.operations.is_empty() => Err("nothing was decided".to_owned()),
        None => Ok(format!("{} generations", evidence.operations.len())),
        Some(operation) => Err(format!(
            "size {}: {}",
            operation.desired,
            operation.ended.as_ref().map_or_else(|| "still under way".to_owned(), ToString::to_string)
        )),
    }
}

fn billed(evidence: &Evidence) -> Verdict {
    let bill = &evidence.bill;
    let sum: f64 = bill.lines.iter().map(|line| line.amount).sum();
    if (sum - bill.total).abs() > CENT {
        return Err(format!("the lines come to ${sum:.4}, the total is ${:.4}", bill.total));
    }
    for line in &bill.lines {
        let lasted = seconds(line.from, line.until.unwrap_or(evidence.end));
        let hours = (lasted / 3600.0).ceil().max(1.0);
        if (line.hours as f64 - hours).abs() > CENT {
            return Err(format!("{}: {} hours billed, {hours} started", line.label, line.hours));
        }
        let price = evidence.price.filter(|_| line.plan == crate::stage::settings::TYPE);
        if let Some(price) = price
            && (line.amount - price * hours).abs() > CENT
        {
            return Err(format!("{}: ${:.4} for {hours} hours at ${price:.4}", line.label, line.amount));
        }
    }
    for (at, label) in evidence.created() {
        if !bill.lines.iter().any(|line| line.label == label && near(line.from, at)) {
            return Err(format!("{label} is not on the bill since its creation"));
        }
    }
    Ok(format!("${:.3} in all, ${:.3} an hour from now on", bill.total, bill.per_hour))
}

fn near(one: Timestamp, other: Timestamp) -> bool {
    seconds(one, other).abs() <= BLUR
}
