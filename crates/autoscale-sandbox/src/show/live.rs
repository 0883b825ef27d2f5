//! A summary at the foot of the terminal that is redrawn, with the events passing above it.

use std::time::Duration;

use autoscale_api::view::{MemberStatus, Status};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use scaler_core::model::Phase;

use super::{View, clock, line, paint};
use crate::happening::{Chapter, Happening, Tone, What};
use crate::pace::seconds;

/// Real time over which requests and CPU are shown.
const SPAN: Duration = Duration::from_secs(3);
/// Cells of a bar.
const CELLS: usize = 12;

/// The summary and the lines above it.
#[derive(Debug)]
pub(super) struct Live {
    view: View,
    all: MultiProgress,
    rows: Vec<ProgressBar>,
    course: Vec<Chapter>,
}

impl Live {
    pub(super) fn new(view: View, to_stderr: bool) -> Self {
        let target = if to_stderr { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::stdout() };
        Self { view, all: MultiProgress::with_draw_target(target), rows: Vec::new(), course: Vec::new() }
    }

    pub(super) fn tell(&mut self, happening: &Happening) {
        if let What::Chapter(chapter) = &happening.what {
            self.course.push(*chapter);
        }
        if happening.what.tone() == Tone::Heading {
            self.above("");
        }
        self.above(&line(happening, true));
    }

    pub(super) fn draw(&mut self) {
        let lines = self.lines();
        while self.rows.len() > lines.len() {
            if let Some(row) = self.rows.pop() {
                row.finish_and_clear();
                self.all.remove(&row);
            }
        }
        while self.rows.len() < lines.len() {
            let row = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                row.set_style(style);
            }
            self.rows.push(self.all.add(row));
        }
        for (row, text) in self.rows.iter().zip(lines) {
            row.set_message(text);
        }
    }

    pub(super) fn clear(self) {
        for row in &self.rows {
            row.finish_and_clear();
        }
        // A terminal that has gone shows nothing anyhow.
        let _ = self.all.clear();
    }

    fn above(&self, line: &str) {
        // As above.
        let _ = self.all.println(line);
    }

    fn lines(&self) -> Vec<String> {
        let now = self.view.pace.now();
        let mut lines = vec![String::new(), self.course_line(&clock(now))];
        let status = self.view.status.borrow().clone();
        let Some(status) = status else { return lines };
        let (figures, failed) = self.view.load.latest(SPAN);
        let cpu = self.view.gauges.each(SPAN);
        let mean = self.view.gauges.group();
        let rate = |count: u64| count as f64 / SPAN.as_secs_f64();
        let failed =
            if failed == 0 { "0 failed".to_owned() } else { paint(true, "31", &format!("{failed} failed")) };
        lines.push(format!(
            "{}  {} of {} desired in service   {}   {:.0} req/s   p50 {:.0} ms  p99 {:.0} ms   {failed}   ${:.3}/h",
            paint(true, "1", &status.group),
            status.in_service,
            status.desired.map_or_else(|| "?".to_owned(), |desired| desired.to_string()),
            mean.map_or_else(|| "CPU ?".to_owned(), |mean| format!("CPU {}", heat(mean, &format!("{mean:.0} %")))),
            rate(figures.served),
            figures.p50_ms,
            figures.p99_ms,
            self.view.simulator.bill().per_hour,
        ));
        for member in &status.members {
            let served = figures.by_member.get(&member.label).copied().unwrap_or_default();
            lines.push(self.member(member, cpu.get(&member.label).copied(), rate(served)));
        }
        lines.extend(footnote(&status));
        lines
    }

    fn course_line(&self, clock: &str) -> String {
        let last = self.course.len().saturating_sub(1);
        let names = self.course.iter().enumerate().map(|(n, chapter)| {
            let colour = if n == last { "1;7" } else { "2" };
            paint(true, colour, &format!(" {} ", chapter.name()))
        });
        let names: Vec<String> = names.collect();
        format!("{}   {}", paint(true, "1", clock), names.join("›"))
    }

    fn member(&self, member: &MemberStatus, cpu: Option<f64>, rate: f64) -> String {
        let now = self.view.pace.now();
        let lasted = seconds(member.since, now).max(0.0);
        let known = member.phase.known();
        let phase = paint(true, colour(known), &format!("{:<12}", member.phase.to_string()));
        let label = format!("{:<14}", member.label);
        let serves = !matches!(known, Some(Phase::Provisioning | Phase::Booting | Phase::Registering));
        match cpu {
            Some(cpu) if serves => {
                let bar = heat(cpu, &bar(cpu / 100.0));
                let waits = match (known, member.deadline) {
                    (Some(Phase::Warming | Phase::Draining | Phase::Rejecting), Some(deadline)) => {
                        format!("   {:.0} s more", seconds(now, deadline).max(0.0))
                    }
                    _ => String::new(),
                };
                format!("  {label} {phase} {bar} {cpu:>3.0} % CPU  {rate:>4.0} req/s{waits}")
            }
            _ => {
                let whole = member.deadline.map_or(0.0, |deadline| seconds(member.launched, deadline));
                let part = if whole > 0.0 { seconds(member.launched, now) / whole } else { 0.0 };
                format!("  {label} {phase} {} for {lasted:.0} s", paint(true, "34", &bar(part)))
            }
        }
    }
}

/// What is held back, or waited for.
fn footnote(status: &Status) -> Option<String> {
    let text = if let Some(held) = status.holds.first() {
        format!("  held back: {held}")
    } else {
        format!("  waiting for {}", status.waits.first()?)
    };
    Some(paint(true, "2", &text))
}

fn bar(part: f64) -> String {
    let full = (part.clamp(0.0, 1.0) * CELLS as f64).round() as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(CELLS.saturating_sub(full)))
}

fn heat(percent: f64, text: &str) -> String {
    let colour = if percent > 70.0 {
        "31"
    } else if percent > 50.0 {
        "33"
    } else {
        "32"
    };
    paint(true, colour, text)
}

const fn colour(phase: Option<&Phase>) -> &'static str {
    match phase {
        Some(Phase::InService) => "32",
        Some(Phase::Warming) => "36",
        Some(Phase::Draining | Phase::Rejecting | Phase::Deleting) => "33",
        Some(Phase::Unhealthy) => "31",
        _ => "34",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_its_part_and_never_overflows() {
        assert_eq!(bar(0.5), "██████░░░░░░");
        assert_eq!(bar(7.0), "█".repeat(CELLS));
        assert_eq!(bar(-1.0), "░".repeat(CELLS));
    }
}
