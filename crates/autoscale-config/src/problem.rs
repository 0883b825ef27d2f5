//! What is wrong with a configuration: place, caret and fix.

use std::error::Error;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration can't be used.
    Error,
    /// It can be used, and likely does not do what was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters of the line are meant; at least 1.
    pub length: usize,
}

/// A line of the source, shortened around the place, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) text: String,
    /// Characters before the caret.
    pub(crate) caret: usize,
    /// Carets.
    pub(crate) length: usize,
}

/// One mistake. Its Display shows the line of the source with a caret, and the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it concerns, such as `groups.web.size.max`; empty for the file as a whole.
    pub path: String,
    /// Where it stands; none where the file could not be read.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub fix: String,
    pub(crate) file: String,
    pub(crate) excerpt: Option<Excerpt>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        writeln!(f, "{}", self.message)?;
        let line = self.place.map(|place| place.line.to_string()).unwrap_or_default();
        let margin = " ".repeat(line.len());
        if let Some(place) = self.place {
            writeln!(f, "{margin}--> {}:{}:{}", self.file, place.line, place.column)?;
        }
        if let Some(excerpt) = &self.excerpt {
            writeln!(f, "{margin} |")?;
            writeln!(f, "{line} | {}", excerpt.text)?;
            writeln!(f, "{margin} | {}{}", " ".repeat(excerpt.caret), "^".repeat(excerpt.length))?;
        }
        write!(f, "{margin} = fix: {}", self.fix)
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = serializer.serialize_struct("Problem", 8)?;
        view.serialize_field("severity", &self.severity)?;
        view.serialize_field("path", &self.path)?;
        view.serialize_field("line", &self.place.map(|place| place.line))?;
        view.serialize_field("column", &self.place.map(|place| place.column))?;
        view.serialize_field("length", &self.place.map(|place| place.length))?;
        view.serialize_field("message", &self.message)?;
        view.serialize_field("fix", &self.fix)?;
        view.serialize_field("source", &self.excerpt.as_ref().map(|excerpt| excerpt.text.trim()))?;
        view.end()
    }
}

/// All that is wrong with a file, in the order of the file. Its Display is what `check` prints; serialised it is
/// `{file, errors, warnings, problems: [{severity, path, line, column, length, message, fix, source}]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: String, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| (problem.place.map(|place| (place.line, place.column)), problem.severity));
        Self { file, list }
    }

    /// The file that they are about, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Errors and warnings, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.list
    }

    /// Errors alone.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// Warnings alone.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter().filter(|problem| problem.severity == Severity::Warning)
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.list {
            writeln!(f, "{problem}\n")?;
        }
        let (errors, warnings) = (self.errors().count(), self.warnings().count());
        write!(f, "{}: ", self.file)?;
        match (errors, warnings) {
            (0, 0) => f.write_str("no problems"),
            (0, n) => f.write_str(&counted(n, "warning")),
            (n, 0) => f.write_str(&counted(n, "error")),
            (e, w) => write!(f, "{}, {}", counted(e, "error"), counted(w, "warning")),
        }
    }
}

impl Error for Problems {}

impl Serialize for Problems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = serializer.serialize_struct("Problems", 4)?;
        view.serialize_field("file", &self.file)?;
        view.serialize_field("errors", &self.errors().count())?;
        view.serialize_field("warnings", &self.warnings().count())?;
        view.serialize_field("problems", &self.list)?;
        view.end()
    }
}
