//! The text of the file, and how a line of it is shown.

use crate::problem::{Excerpt, Place};

/// Most characters of a line that are shown.
const WIDTH: usize = 110;

/// From one place (line from 1, column from 0, in characters) up to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) from: (usize, usize),
    pub(crate) to: (usize, usize),
}

/// No word is so long; a token is.
const LONG_RUN: usize = 24;

/// The lines of the file, and what of them is secret.
#[derive(Debug)]
pub(crate) struct Source<'t> {
    lines: Vec<&'t str>,
    masks: Vec<Extent>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: text.lines().collect(), masks: Vec::new() }
    }

    /// Never show this.
    pub(crate) fn mask(&mut self, extent: Extent) {
        self.masks.push(extent);
    }

    /// Never show what may be a secret: what stands behind one of `words` and in deeper lines below it, and long runs of
    /// letters and digits. For a file that is not valid YAML: nothing tells there where a value ends.
    pub(crate) fn mask_by_words(&mut self, words: &[&str]) {
        let mut below = None;
        for (index, line) in self.lines.iter().enumerate() {
            let row = index + 1;
            let depth = line.len() - line.trim_start().len();
            below = below.filter(|key| line.trim().is_empty() || depth > *key);
            let behind = words.iter().filter_map(|word| line.find(word).map(|at| at + word.len())).min();
            let from = match (below, behind) {
                (Some(_), _) => Some(0),
                (None, Some(at)) => {
                    below = Some(depth);
                    Some(line.get(..at).unwrap_or_default().chars().count())
                }
                (None, None) => None,
            };
            if let Some(from) = from {
                self.masks.push(Extent { from: (row, from), to: (row + 1, 0) });
            }
            let mut run = 0;
            for (column, c) in line.chars().chain([' ']).enumerate() {
                if c.is_ascii_alphanumeric() {
                    run += 1;
                    continue;
                }
                if run >= LONG_RUN {
                    self.masks.push(Extent { from: (row, column - run), to: (row, column) });
                }
                run = 0;
            }
        }
    }

    /// The part of `extent` on its first line.
    pub(crate) fn place(&self, extent: Extent) -> Place {
        let (line, column) = extent.from;
        let end =
            self.lines.get(line.saturating_sub(1)).map_or(column, |text| text.trim_end().chars().count());
        let end = if extent.to.0 == line { extent.to.1 } else { end };
        Place { line, column: column + 1, length: end.saturating_sub(column).max(1) }
    }

    /// The line of `place` as it may be shown.
    pub(crate) fn excerpt(&self, place: Place) -> Option<Excerpt> {
        let line = self.lines.get(place.line.checked_sub(1)?)?.trim_end();
        let hidden = |column: usize| {
            let at = (place.line, column);
            self.masks.iter().any(|mask| mask.from <= at && at < mask.to)
        };
        let shown: Vec<char> = line
            .chars()
            .enumerate()
            .map(|(column, c)| match c {
                _ if hidden(column) => '*',
                '\t' => ' ',
                c if c.is_control() => char::REPLACEMENT_CHARACTER,
                c => c,
            })
            .collect();
        let column = place.column - 1;
        let start = if shown.len() <= WIDTH { 0 } else { column.saturating_sub(WIDTH / 3) };
        let text: String = shown.iter().skip(start).take(WIDTH).collect();
        let room = WIDTH.saturating_sub(column - start).max(1);
        Some(Excerpt {
            text: text.trim_end().to_owned(),
            caret: column - start,
            length: place.length.min(room),
        })
    }
}
