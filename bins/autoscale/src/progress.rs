//! What happens while a command waits, on stderr: a line that lives on a terminal, one plain line an event elsewhere.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use scaler_core::model::printable;

/// How often the line on a terminal moves.
const TICK: Duration = Duration::from_millis(120);

/// Tells what happens while a command waits.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing is told.
    Quiet,
    /// One plain line an event.
    Lines,
    /// Events scroll by above a line that says what is waited for.
    Terminal(ProgressBar),
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self::Terminal(bar)
    }

    /// Something happened.
    pub(crate) fn event(&self, at: Timestamp, text: &str) {
        let line = format!("{} {}", at.strftime("%H:%M:%SZ"), printable(text));
        match self {
            Self::Quiet => {}
            Self::Lines => say(&line),
            Self::Terminal(bar) => bar.println(line),
        }
    }

    /// What is waited for from now on.
    pub(crate) fn waiting(&self, at: Timestamp, text: &str) {
        match self {
            Self::Quiet => {}
            Self::Lines => self.event(at, text),
            Self::Terminal(bar) => bar.set_message(printable(text).to_string()),
        }
    }

    /// A word of the command itself.
    pub(crate) fn note(&self, text: &str) {
        let text = &printable(text).to_string();
        match self {
            Self::Quiet => {}
            Self::Lines => say(text),
            Self::Terminal(bar) => bar.println(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Terminal(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn say(line: &str) {
    // Nobody reads it any more; the work goes on.
    let _ = writeln!(io::stderr(), "{line}");
}
