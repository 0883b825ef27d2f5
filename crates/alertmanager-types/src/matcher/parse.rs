//! Two syntaxes. The classic one is tolerant about values, and its names are `[a-zA-Z_:][a-zA-Z0-9_:]*`; the one of
//! 0.27 allows any name, in quotes where needed. Where both read a text, but differently, Alertmanager takes the
//! classic reading: so the classic one is tried first and the other only where it fails.

use super::{MatchOp, Matcher, MatcherError, MatcherErrorKind as Kind};
use crate::quote::unquote;

const EXPECTED: &str =
    "expected a label's name, an operator (=, !=, =~ or !~) and a value, such as severity=\"page\"";

/// Characters that must be quoted to stand in a name or a value of the newer syntax.
pub(super) fn is_reserved(c: char) -> bool {
    c.is_whitespace() || "{}!=~,\\\"'`".contains(c)
}

pub(super) fn one(text: &str) -> Result<Matcher, MatcherError> {
    if text.starts_with('{') || text.ends_with('}') {
        return Err(MatcherError::new(
            Kind::Brace,
            text,
            "one matcher stands without braces; a list may have them",
        ));
    }
    classic(text).or_else(|classic_error| match utf8_list(text) {
        Ok(mut list) if list.len() == 1 => list.pop().ok_or(classic_error),
        Ok(_) => Err(classic_error),
        Err(error) => Err(more_telling(classic_error, error)),
    })
}

pub(super) fn list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    classic_list(text).or_else(|classic| utf8_list(text).map_err(|error| more_telling(classic, error)))
}

/// When even the shape was not found by the classic syntax, the newer one knows better where it ends.
fn more_telling(classic: MatcherError, newer: MatcherError) -> MatcherError {
    if classic.kind() == Kind::Syntax { newer } else { classic }
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn operator(text: &str) -> Option<(MatchOp, &str)> {
    [MatchOp::Regex, MatchOp::NotRegex, MatchOp::NotEqual, MatchOp::Equal]
        .into_iter()
        .find_map(|op| text.strip_prefix(op.as_str()).map(|rest| (op, rest)))
}

fn classic(text: &str) -> Result<Matcher, MatcherError> {
    let shape = || MatcherError::new(Kind::Syntax, text, EXPECTED);
    let trimmed = text.trim_matches(is_blank);
    let end =
        trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).ok_or_else(shape)?;
    let (name, rest) = trimmed.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(shape());
    }
    let (op, raw) = operator(rest.trim_start_matches(is_blank)).ok_or_else(shape)?;
    Matcher::new(name, op, classic_value(text, raw.trim_start_matches(is_blank))?)
}

/// A value with or without quotes. `\n`, `\"` and `\\` are escapes, every other backslash stands for itself.
fn classic_value(text: &str, raw: &str) -> Result<String, MatcherError> {
    let quote = || MatcherError::new(Kind::Quote, text, "a double quote in the value must be escaped: \\\"");
    let (inner, mut open) = raw.strip_prefix('"').map_or((raw, false), |inner| (inner, true));
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(c @ ('"' | '\\')) => value.push(c),
                Some(c) => value.extend(['\\', c]),
                None => value.push('\\'),
            },
            '"' if open && chars.as_str().is_empty() => open = false,
            '"' => return Err(quote()),
            c => value.push(c),
        }
    }
    if open {
        return Err(MatcherError::new(Kind::Quote, text, "the closing double quote of the value is missing"));
    }
    Ok(value)
}

fn classic_list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut inside, mut escaped, mut start) = (false, false, 0);
    let mut matchers = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            ',' if !inside => {
                matchers.push(classic(&inner[start..at])?);
                start = at + 1;
            }
            // Alertmanager leaves a pending escape pending over a comma inside quotes.
            ',' => {}
            '"' if escaped => escaped = false,
            '"' => inside = !inside,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    let last = inner[start..].trim();
    if !last.is_empty() {
        matchers.push(classic(last)?);
    }
    Ok(matchers)
}

/// The newer syntax: `{ "any name" = value , … }`, braces and the last comma optional.
fn utf8_list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let mut reader = Reader { text, rest: text };
    let braces = reader.take("{");
    let mut matchers = Vec::new();
    loop {
        reader.skip_space();
        if reader.rest.is_empty() || reader.rest.starts_with('}') {
            break;
        }
        let name = reader.word("a label's name")?;
        let op = reader.operator()?;
        let value = reader.word("a value")?;
        matchers.push(Matcher::new(name, op, value)?);
        if !reader.take(",") {
            break;
        }
    }
    if braces != reader.take("}") {
        let reason = if braces { "the closing brace is missing" } else { "the opening brace is missing" };
        return Err(MatcherError::new(Kind::Brace, text, reason));
    }
    reader.skip_space();
    if reader.rest.is_empty() { Ok(matchers) } else { Err(reader.expected("a comma or the end")) }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn operator(&mut self) -> Result<MatchOp, MatcherError> {
        self.skip_space();
        let (op, rest) = operator(self.rest).ok_or_else(|| self.expected("an operator (=, !=, =~ or !~)"))?;
        self.rest = rest;
        Ok(op)
    }

    fn word(&mut self, what: &str) -> Result<String, MatcherError> {
        self.skip_space();
        if let Some(inner) = self.rest.strip_prefix('"') {
            return self.quoted(inner);
        }
        let end = self.rest.find(is_reserved).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.expected(what));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quoted(&mut self, inner: &'a str) -> Result<String, MatcherError> {
        let mut escaped = false;
        for (at, c) in inner.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.rest = &inner[at + 1..];
                    return unquote(&inner[..at]).ok_or_else(|| {
                        MatcherError::new(Kind::Quote, self.text, "an escape inside the quotes is not known")
                    });
                }
                _ => {}
            }
        }
        Err(MatcherError::new(Kind::Quote, self.text, "a closing double quote is missing"))
    }

    fn expected(&self, what: &str) -> MatcherError {
        let column = self.text[..self.text.len() - self.rest.len()].chars().count() + 1;
        MatcherError::new(Kind::Syntax, self.text, format!("expected {what} at column {column}"))
    }
}
