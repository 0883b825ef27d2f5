//! The report for people.

use std::fmt;

use super::Report;
use crate::show::{clock, paint};

impl Report {
    /// The report in words; with colours where they are wanted.
    #[must_use]
    pub fn text(&self, coloured: bool) -> String {
        Text { report: self, coloured }.to_string()
    }
}

struct Text<'a> {
    report: &'a Report,
    coloured: bool,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timeline(f)?;
        self.quickness(f)?;
        self.requests(f)?;
        self.bill(f)?;
        self.checks(f)
    }
}

impl Text<'_> {
    fn heading(&self, f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
        writeln!(f, "\n{}", paint(self.coloured, "1", text))
    }

    fn timeline(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.report.timeline.is_empty() {
            return Ok(());
        }
        let speed = self.report.speed;
        self.heading(f, &format!("Timeline (simulated seconds; {speed} of them are a real one)"))?;
        for moment in &self.report.timeline {
            let (since, step) = (moment.since_spike_s, moment.since_previous_s);
            writeln!(
                f,
                "  {}  {since:>8.1} s  {:>9}  {}",
                clock(moment.at),
                format!("+{step:.1} s"),
                moment.what
            )?;
        }
        Ok(())
    }

    fn quickness(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latencies = self.report.latencies;
        if let Some(ms) = latencies.webhook_to_create_ms {
            writeln!(f, "\n  webhook → first create call: {ms:.0} ms (real)")?;
        }
        if let (Some(took), Some(boot), Some(check)) =
            (latencies.webhook_to_service_s, latencies.boot_s, latencies.check_s)
        {
            let ours = took - boot - check;
            writeln!(
                f,
                "  webhook → all in service: {took:.1} s, of which {boot:.1} s boot, {check:.1} s health check, {ours:.1} s ours"
            )?;
        }
        Ok(())
    }

    fn requests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = &self.report.requests;
        self.heading(f, &format!("Requests: {} served, {} failed", all.served, all.failed))?;
        for part in &self.report.by_chapter {
            let figures = &part.requests;
            writeln!(
                f,
                "  {:<18} {:>6} served  {:>3} failed   p50 {:>4.0} ms  p95 {:>4.0} ms  p99 {:>4.0} ms",
                part.chapter, figures.served, figures.failed, figures.p50_ms, figures.p95_ms, figures.p99_ms
            )?;
        }
        let members: Vec<String> =
            all.by_member.iter().map(|(label, served)| format!("{label} {served}")).collect();
        writeln!(f, "  by member: {}", members.join(", "))?;
        for (why, count) in &all.failures {
            writeln!(f, "  {count} × {why}")?;
        }
        Ok(())
    }

    fn bill(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bill = &self.report.bill;
        self.heading(f, &format!("The bill: ${:.3}, by started hours", bill.total))?;
        for line in &bill.lines {
            let note = if line.made_here { "  made for the spike" } else { "" };
            let hours = if line.hours == 1 { "hour " } else { "hours" };
            writeln!(
                f,
                "  {:<16} {:<14} {:>2} {hours}  ${:.3}{note}",
                line.label, line.plan, line.hours, line.amount
            )?;
        }
        Ok(())
    }

    fn checks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.heading(f, "Checks")?;
        for check in &self.report.checks {
            let sign =
                if check.ok { paint(self.coloured, "32", "✓") } else { paint(self.coloured, "31", "✗") };
            writeln!(f, "  {sign} {}: {}", check.what, check.seen)?;
        }
        let failed = self.report.checks.iter().filter(|check| !check.ok).count();
        let verdict = match failed {
            0 => paint(self.coloured, "1;32", "All of it was right."),
            1 => paint(self.coloured, "1;31", "One check failed."),
            n => paint(self.coloured, "1;31", &format!("{n} checks failed.")),
        };
        writeln!(f, "\n{verdict}")
    }
}
