mod error;
mod parse;
mod re2;
mod text;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use regex::Regex;

use crate::Labels;
use crate::quote::quoted;

pub use error::{MatcherError, MatcherErrorKind};

/// How a [`Matcher`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`: the whole value matches the regular expression.
    Regex,
    /// `!~`: the whole value does not match the regular expression.
    NotRegex,
}

impl MatchOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }

    /// Whether the value is a regular expression.
    #[must_use]
    pub const fn is_regex(self) -> bool {
        matches!(self, Self::Regex | Self::NotRegex)
    }

    /// Whether it asks for likeness (`=`, `=~`) rather than for difference.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        matches!(self, Self::Equal | Self::Regex)
    }
}

impl fmt::Display for MatchOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A condition on one label, such as `severity="page"` or `instance=~"10\\.0\\..*"`.
///
/// Regular expressions are RE2's and match the whole value. A label that is absent is an empty one. It is read as
/// Alertmanager reads it (the classic syntax first, then the one with quoted UTF-8 names that came with 0.27), and
/// what [`Display`](fmt::Display) writes reads back as the same matcher.
///
/// ```
/// use alertmanager_types::{Labels, Matcher};
///
/// let matcher: Matcher = r#"alertname=~"Web.*|ApiDown""#.parse()?;
/// assert!(matcher.matches(&Labels::from([("alertname", "WebCpuHigh")])));
/// assert!(!matcher.matches(&Labels::from([("alertname", "ApiDownAgain")])));
/// # Ok::<(), alertmanager_types::MatcherError>(())
/// ```
#[derive(Clone)]
pub struct Matcher {
    name: String,
    op: MatchOp,
    value: String,
    regex: Option<Regex>,
}

impl Matcher {
    /// A matcher of the label `name`.
    ///
    /// # Errors
    /// When the name is empty, or the operator is one of regular expressions and `value` is none.
    pub fn new(name: impl Into<String>, op: MatchOp, value: impl Into<String>) -> Result<Self, MatcherError> {
        let (name, value) = (name.into(), value.into());
        if name.is_empty() {
            return Err(MatcherError::empty_name(op, &value));
        }
        let regex = if op.is_regex() {
            Some(re2::anchored(&value).map_err(|reason| MatcherError::regex(&name, op, &value, reason))?)
        } else {
            None
        };
        Ok(Self { name, op, value, regex })
    }

    /// `name="value"`.
    ///
    /// # Errors
    /// When the name is empty.
    pub fn equal(name: impl Into<String>, value: impl Into<String>) -> Result<Self, MatcherError> {
        Self::new(name, MatchOp::Equal, value)
    }

    /// The label's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    #[must_use]
    pub const fn op(&self) -> MatchOp {
        self.op
    }

    /// What it compares with: a value or a regular expression.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether these labels fulfil it.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.value(&self.name))
    }

    /// Whether a label with this value fulfils it; `""` stands for an absent label.
    #[must_use]
    pub fn matches_value(&self, value: &str) -> bool {
        let alike = match &self.regex {
            Some(regex) => regex.is_match(value),
            None => self.value == value,
        };
        alike == self.op.is_positive()
    }

    fn key(&self) -> (&str, MatchOp, &str) {
        (&self.name, self.op, &self.value)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher({self})")
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Matcher {}

impl Hash for Matcher {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(parse::is_reserved) {
            return write!(f, "{}{}{}", quoted(&self.name), self.op, quoted(&self.value));
        }
        write!(f, "{}{}\"", self.name, self.op)?;
        for c in self.value.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => fmt::Write::write_char(f, c)?,
            }
        }
        f.write_str("\"")
    }
}

impl FromStr for Matcher {
    type Err = MatcherError;

    /// Reads one matcher, without braces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::one(text)
    }
}

/// Matchers that must all be fulfilled, such as `{alertname="WebCpuHigh",severity=~"page|critical"}`. None at all is
/// always fulfilled.
///
/// ```
/// use alertmanager_types::{Labels, Matchers};
///
/// let matchers: Matchers = r#"{alertname="WebCpuHigh", team!="db"}"#.parse()?;
/// assert!(matchers.matches(&Labels::from([("alertname", "WebCpuHigh")])));
/// assert_eq!(matchers.to_string(), r#"{alertname="WebCpuHigh",team!="db"}"#);
/// # Ok::<(), alertmanager_types::MatcherError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Matchers(Vec<Matcher>);

impl Matchers {
    /// No matcher.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a matcher.
    pub fn push(&mut self, matcher: Matcher) {
        self.0.push(matcher);
    }

    /// The matchers in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Matcher> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these labels fulfil all of them.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|matcher| matcher.matches(labels))
    }
}

impl FromIterator<Matcher> for Matchers {
    fn from_iter<I: IntoIterator<Item = Matcher>>(matchers: I) -> Self {
        Self(matchers.into_iter().collect())
    }
}

impl From<Vec<Matcher>> for Matchers {
    fn from(matchers: Vec<Matcher>) -> Self {
        Self(matchers)
    }
}

impl IntoIterator for Matchers {
    type Item = Matcher;
    type IntoIter = std::vec::IntoIter<Matcher>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Matchers {
    type Item = &'a Matcher;
    type IntoIter = std::slice::Iter<'a, Matcher>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Matchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, matcher) in self.0.iter().enumerate() {
            write!(f, "{}{matcher}", if i == 0 { "" } else { "," })?;
        }
        f.write_str("}")
    }
}

impl FromStr for Matchers {
    type Err = MatcherError;

    /// Reads a list of matchers, separated by commas, with or without braces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::list(text).map(Self)
    }
}
