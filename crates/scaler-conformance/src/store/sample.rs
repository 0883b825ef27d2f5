//! Entries and rows to try a store with.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use scaler_core::model::{ActorId, Alert, AlertRow, AlertState, GroupName, Position, after};
use scaler_core::ports::LogName;
use scaler_core::state::{Cause, Draft, Fact, GroupMode};

use crate::Wrong;

pub(super) fn time(seconds: u64) -> Timestamp {
    after(Timestamp::UNIX_EPOCH, Duration::from_secs(1_700_000_000 + seconds))
}

/// An entry that differs from those with another number or actor.
pub(super) fn draft(actor: &str, number: u32) -> Draft {
    let fact = if number.is_multiple_of(2) {
        Fact::SizeAsked { desired: number, floor_until: None, over_budget: false }
    } else {
        Fact::ModeSet {
            mode: GroupMode::AddOnly,
            until: Some(time(u64::from(number))),
            who: "Zoë \"the operator\"".to_owned(),
            why: format!("line {number}\nand 'another' \u{1F980}"),
        }
    };
    Draft::new(
        time(u64::from(number)),
        ActorId::from(actor),
        Position::START,
        1,
        Cause::operator("conformance"),
        fact,
    )
}

pub(super) fn drafts(actor: &str, numbers: std::ops::Range<u32>) -> Vec<Draft> {
    numbers.map(|number| draft(actor, number)).collect()
}

pub(super) fn group(name: &str) -> Result<LogName, Wrong> {
    Ok(LogName::Group(name.parse::<GroupName>()?))
}

pub(super) fn row(fingerprint: &str, state: AlertState, heard: u64) -> AlertRow {
    let labels = BTreeMap::from([
        ("alertname".to_owned(), "WebCpuHigh".to_owned()),
        ("fingerprint".to_owned(), fingerprint.to_owned()),
    ]);
    let annotations = BTreeMap::from([("summary".to_owned(), "it's \"hot\" \u{2014} 91 %".to_owned())]);
    let alert = Alert::new(fingerprint.to_owned(), labels, annotations, time(1), state);
    AlertRow::new(alert, time(heard), time(heard))
}
