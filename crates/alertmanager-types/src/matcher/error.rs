use std::fmt;

use super::MatchOp;

const LONGEST: usize = 100;

/// What kind of mistake a matcher has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatcherErrorKind {
    /// It is not a name, an operator and a value.
    Syntax,
    /// A double quote stands where it would have to be escaped, or its partner is missing.
    Quote,
    /// A brace without its partner, or braces around what must be one matcher.
    Brace,
    /// The label's name is empty.
    EmptyName,
    /// The regular expression can't be read.
    Regex,
}

/// A text that is not a matcher or a list of matchers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherError {
    kind: MatcherErrorKind,
    input: String,
    reason: String,
}

impl MatcherError {
    pub(super) fn new(kind: MatcherErrorKind, input: &str, reason: impl Into<String>) -> Self {
        let mut shown: String = input.chars().take(LONGEST).collect();
        if shown.len() < input.len() {
            shown.push('…');
        }
        Self { kind, input: shown, reason: reason.into() }
    }

    pub(super) fn empty_name(op: MatchOp, value: &str) -> Self {
        Self::new(MatcherErrorKind::EmptyName, &format!("{op}\"{value}\""), "the label's name is empty")
    }

    pub(super) fn regex(name: &str, op: MatchOp, value: &str, reason: impl fmt::Display) -> Self {
        let reason = format!("the regular expression is not valid: {reason}");
        Self::new(MatcherErrorKind::Regex, &format!("{name}{op}\"{value}\""), reason)
    }

    /// What kind of mistake it is.
    #[must_use]
    pub const fn kind(&self) -> MatcherErrorKind {
        self.kind
    }
}

impl fmt::Display for MatcherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a matcher: {}", self.input.escape_debug(), self.reason)
    }
}

impl std::error::Error for MatcherError {}
