//! The report at the end: checks, timeline, requests, the bill.

mod checks;
mod evidence;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

pub(crate) use evidence::Evidence;

use crate::happening::Chapter;
use crate::load::Figures;
use crate::options::Story;
use checks::{Check, checks};
use timeline::{Latencies, Moment, latencies, timeline};

/// What it all came to: checks, timeline, requests, the bill. Serialised for programs; [`Report::text`] for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Every check held.
    pub ok: bool,
    story: &'static str,
    /// Simulated seconds in a real one.
    speed: f64,
    /// From the beginning to the end, in simulated seconds.
    lasted_s: f64,
    checks: Vec<Check>,
    timeline: Vec<Moment>,
    latencies: Latencies,
    requests: Figures,
    /// The same by part of the story.
    by_chapter: Vec<Part>,
    bill: BilledHours,
    /// Calls that the API saw, by method and path.
    calls: BTreeMap<String, u64>,
}

/// Requests of one part of the story.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Part {
    chapter: &'static str,
    requests: Figures,
}

/// The bill, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct BilledHours {
    total: f64,
    per_hour: f64,
    lines: Vec<BilledLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct BilledLine {
    label: String,
    plan: String,
    hours: u64,
    amount: f64,
    /// It was made for the spike.
    made_here: bool,
}

impl Report {
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let checks = checks(evidence);
        let made: Vec<&str> = evidence.created().into_iter().map(|(_, label)| label).collect();
        let lines = evidence.bill.lines.iter().map(|line| BilledLine {
            label: line.label.clone(),
            plan: line.plan.clone(),
            hours: line.hours,
            amount: line.amount,
            made_here: made.contains(&line.label.as_str()),
        });
        Self {
            ok: checks.iter().all(|check| check.ok),
            story: match evidence.story {
                Story::Spike => "spike",
                Story::SpikeReturns => "spike-returns",
            },
            speed: evidence.speed,
            lasted_s: crate::pace::seconds(evidence.start, evidence.end),
            checks,
            timeline: timeline(evidence),
            latencies: latencies(evidence),
            requests: Figures::of(&evidence.requests),
            by_chapter: parts(evidence),
            bill: BilledHours {
                total: evidence.bill.total,
                per_hour: evidence.bill.per_hour,
                lines: lines.collect(),
            },
            calls: evidence.calls.clone(),
        }
    }
}

fn parts(evidence: &Evidence) -> Vec<Part> {
    let begins: Vec<(Timestamp, Chapter)> = evidence
        .happenings
        .iter()
        .filter_map(|happening| match happening.what {
            crate::happening::What::Chapter(chapter) => Some((happening.at, chapter)),
            _ => None,
        })
        .collect();
    let ends = begins.iter().skip(1).map(|(at, _)| *at).chain([Timestamp::MAX]);
    let parts = begins.iter().zip(ends).map(|((from, chapter), to)| {
        let of = evidence.requests.iter().filter(|request| (*from..to).contains(&request.sent));
        Part { chapter: chapter.name(), requests: Figures::of(of) }
    });
    parts.filter(|part| part.requests.served + part.requests.failed > 0).collect()
}
