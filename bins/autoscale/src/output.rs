//! Results on stdout: tables for people, JSON for programs.

use std::fmt;
use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::{Timestamp, Unit};
use scaler_core::model::printable;
use serde::Serialize;
use serde_json::json;

use crate::exit::{Exit, Failure};

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document, for programs.
    Json,
}

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    pub(crate) const fn is_json(self) -> bool {
        matches!(self.format, Format::Json)
    }

    /// Writes a result: `document` for programs, `text` for people.
    pub(crate) fn result(self, document: &impl Serialize, text: impl fmt::Display) -> Result<(), Failure> {
        match self.format {
            Format::Text => print(&lines(&text.to_string())),
            Format::Json => {
                let document = serde_json::to_string_pretty(document)
                    .map_err(|error| Failure::new(Exit::Failed, error))?;
                print(&document)
            }
        }
    }

    /// Says what failed: on stderr, and for programs on stdout too.
    pub(crate) fn failed(self, failure: &Failure) {
        let exit = failure.exit();
        if self.is_json() {
            let error = json!({ "error": { "kind": exit, "exit": exit.code(), "message": failure.plain() } });
            // Nobody reads it; the exit code and stderr say it too.
            let _ = print(&format!("{error:#}"));
        }
        let _ = writeln!(io::stderr(), "{}", lines(&failure.to_string()));
    }
}

/// A text of lines, in which nothing that somebody else wrote moves the terminal.
fn lines(text: &str) -> String {
    text.split('\n').map(|line| printable(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// Writes to stdout. Whoever closed it wants no more.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, format!("writing the result to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// A table without lines, as wide as its content.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for row in rows {
        table.add_row(row.map(|cell| printable(&cell).to_string()));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A time as people read it, UTC.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How long ago `since` was at `now`, in its two largest units.
pub(crate) fn ago(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.since((Unit::Second, since)).map_or(0, |span| span.get_seconds()).max(0);
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units {
        if left >= length && parts.len() < 2 {
            parts.push(format!("{}{unit}", left / length));
            left %= length;
        } else if !parts.is_empty() {
            break;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.concat() }
}

/// What there is, or a dash.
pub(crate) fn or_dash(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units() {
        let now = Timestamp::UNIX_EPOCH;
        let told = |seconds| ago(now, Timestamp::from_second(seconds).unwrap());
        assert_eq!(told(0), "0s");
        assert_eq!(told(59), "59s");
        assert_eq!(told(60), "1m");
        assert_eq!(told(3_605), "1h");
        assert_eq!(told(3_725), "1h2m");
        assert_eq!(told(200_000), "2d7h");
        assert_eq!(told(-5), "0s");
    }

    #[test]
    fn what_a_sender_wrote_stays_in_its_cell_and_moves_nothing() {
        let text = table(["WHY"], [["sale\n2026  forged \u{1b}[31m".to_owned()]]);
        assert_eq!(text, "WHY\nsale\\n2026  forged \\u{1b}[31m");
        assert_eq!(lines("one\ntwo \u{1b}[2J\r"), "one\ntwo \\u{1b}[2J\\r");
    }

    #[test]
    fn columns_line_up_and_lines_end_where_their_text_ends() {
        let text =
            table(["A", "LONGER"], [["one".to_owned(), "1".to_owned()], ["x".to_owned(), String::new()]]);
        assert_eq!(text, "A    LONGER\none  1\nx");
    }
}
