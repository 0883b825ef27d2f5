//! The bill: started hours, each thing at most its monthly price a calendar month.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::World;
use crate::catalog::{NODEBALANCER_PRICE, Price};
use crate::snapshot::{Bill, BillLine};
use api_sim::{between, later};

/// What is billed.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Linode { plan: String, region: String },
    NodeBalancer,
}

#[derive(Debug)]
struct Line {
    id: u64,
    label: String,
    kind: Kind,
    from: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    lines: Vec<Line>,
}

impl World {
    pub(super) fn bill_from(&mut self, id: u64, label: &str, kind: Kind) {
        self.ledger.lines.push(Line { id, label: label.to_owned(), kind, from: self.now, until: None });
    }

    pub(super) fn billed_until_now(&mut self, id: u64) {
        let now = self.now;
        if let Some(line) = self.ledger.lines.iter_mut().find(|line| line.id == id) {
            line.until = Some(now);
        }
    }

    pub(super) fn billed_since(&mut self, id: u64, from: Timestamp) {
        if let Some(line) = self.ledger.lines.iter_mut().find(|line| line.id == id) {
            line.from = from;
        }
    }

    pub(crate) fn bill(&self) -> Bill {
        let mut bill = Bill { total: 0.0, per_hour: 0.0, lines: Vec::with_capacity(self.ledger.lines.len()) };
        for line in &self.ledger.lines {
            let (kind, plan, price) = match &line.kind {
                Kind::Linode { plan, region } => ("linode", plan.as_str(), self.catalog.price(plan, region)),
                Kind::NodeBalancer => ("nodebalancer", "common", Some(NODEBALANCER_PRICE)),
            };
            let price = price.unwrap_or(Price { hourly: 0.0, monthly: 0.0 });
            let (hours, amount) = cost(price, line.from, line.until.unwrap_or(self.now));
            bill.total += amount;
            if line.until.is_none() {
                bill.per_hour += price.hourly;
            }
            bill.lines.push(BillLine {
                kind: kind.to_owned(),
                id: line.id,
                label: line.label.clone(),
                plan: plan.to_owned(),
                from: line.from,
                until: line.until,
                hours,
                amount,
            });
        }
        bill
    }
}

/// Started hours from creation on, at least one, and what they cost.
fn cost(price: Price, from: Timestamp, until: Timestamp) -> (u64, f64) {
    let hours = (between(from, until).as_secs_f64() / 3600.0).ceil().max(1.0) as u64;
    let mut amount = 0.0;
    let mut billed = 0;
    while billed < hours {
        let begins = later(from, Duration::from_secs(billed.saturating_mul(3600)));
        // An hour belongs to the month in which it begins.
        let in_month = hours_left_in_month(begins).clamp(1, hours - billed);
        amount += (in_month as f64 * price.hourly).min(price.monthly);
        billed += in_month;
    }
    (hours, amount)
}

fn hours_left_in_month(at: Timestamp) -> u64 {
    let zoned = at.to_zoned_datetime(TimeZone::UTC);
    let next = zoned.last_of_month().ok().and_then(|last| last.end_of_day().ok());
    next.map_or(1, |end| (between(at, end.timestamp()).as_secs_f64() / 3600.0).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price = Price { hourly: 0.018, monthly: 12.0 };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_started_hour_is_a_whole_one() {
        let (hours, amount) = cost(PRICE, at("2026-01-05T08:00:00Z"), at("2026-01-05T08:00:01Z"));
        assert_eq!(hours, 1);
        assert!((amount - 0.018).abs() < 1e-9);
        let (hours, amount) = cost(PRICE, at("2026-01-05T08:00:00Z"), at("2026-01-05T09:00:01Z"));
        assert_eq!(hours, 2);
        assert!((amount - 0.036).abs() < 1e-9);
    }

    #[test]
    fn a_month_costs_at_most_its_price() {
        let (_, amount) = cost(PRICE, at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert!((amount - 12.0).abs() < 1e-9, "{amount}");
        let (_, amount) = cost(PRICE, at("2026-01-01T00:00:00Z"), at("2026-02-01T02:00:00Z"));
        assert!((amount - 12.036).abs() < 1e-9, "{amount}");
    }
}
