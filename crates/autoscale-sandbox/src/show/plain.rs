//! Plain lines, one for each event.

use std::io::{Write as _, stderr, stdout};

use super::line;
use crate::happening::{Happening, Tone};
use crate::pace::Pace;

/// Writes lines, and nothing else.
#[derive(Debug)]
pub(super) struct Lines {
    to_stderr: bool,
    coloured: bool,
    begun: bool,
    pace: Pace,
}

impl Lines {
    pub(super) const fn new(pace: Pace, to_stderr: bool, coloured: bool) -> Self {
        Self { to_stderr, coloured, begun: false, pace }
    }

    pub(super) fn tell(&mut self, happening: &Happening) {
        if !self.begun {
            self.begun = true;
            self.write(&format!(
                "The clock is simulated and goes {} times as fast as the real one; the load is real.",
                self.pace.speed
            ));
        }
        if happening.what.tone() == Tone::Heading {
            self.write("");
        }
        self.write(&line(happening, self.coloured));
    }

    fn write(&self, line: &str) {
        // A reader that has gone, as `| head` has, must not end the story.
        let _ = if self.to_stderr { writeln!(stderr(), "{line}") } else { writeln!(stdout(), "{line}") };
    }
}
