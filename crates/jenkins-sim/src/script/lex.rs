//! Groovy's tokens, as far as Jenkinsfiles have them.

use super::error::ScriptError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Number(f64),
    /// A string: its raw text, and whether `${…}` in it counts.
    Text {
        raw: String,
        interpolated: bool,
    },
    /// Punctuation and operators.
    Mark(&'static str),
    Newline,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The longest first.
const MARKS: [&str; 28] = [
    "==~", "=~", "==", "!=", "<=", ">=", "&&", "||", "->", "?.", "?:", "{", "}", "(", ")", "[", "]", ",",
    ":", ";", ".", "=", "!", "<", ">", "+", "-", "?",
];

pub(super) fn lex(text: &str) -> Result<Vec<Token>, ScriptError> {
    let mut lexer = Lexer { rest: text, line: 1, column: 1, tokens: Vec::new() };
    lexer.run()?;
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> Result<(), ScriptError> {
        loop {
            let Some(next) = self.rest.chars().next() else {
                self.push(Kind::Newline);
                self.push(Kind::End);
                return Ok(());
            };
            let slashy = next == '/' && self.wants_value();
            match next {
                '\n' => {
                    self.push(Kind::Newline);
                    self.skip(1);
                }
                space if space.is_whitespace() || space == '\\' => self.skip(space.len_utf8()),
                _ if self.rest.starts_with("//") || self.rest.starts_with("#!") => {
                    self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
                }
                _ if self.rest.starts_with("/*") => {
                    let end = self.rest.find("*/").ok_or_else(|| self.error("this comment does not end"))?;
                    self.skip(end + 2);
                }
                '@' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                '\'' | '"' => self.quoted()?,
                '/' if slashy => self.delimited("/", false)?,
                digit if digit.is_ascii_digit() => self.number()?,
                letter if letter.is_alphabetic() || letter == '_' || letter == '$' => self.word(),
                _ => self.mark()?,
            }
        }
    }

    /// Whether a `/` here begins a pattern rather than dividing.
    fn wants_value(&self) -> bool {
        !matches!(
            self.tokens.last().map(|token| &token.kind),
            Some(Kind::Word(_) | Kind::Number(_) | Kind::Text { .. } | Kind::Mark(")" | "]"))
        )
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token { kind, line: self.line, column: self.column });
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        for character in skipped.chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.rest = rest;
    }

    fn quoted(&mut self) -> Result<(), ScriptError> {
        for mark in ["'''", "\"\"\"", "'", "\""] {
            if self.rest.starts_with(mark) {
                return self.delimited(mark, mark.starts_with('"'));
            }
        }
        Ok(())
    }

    /// Up to the next `mark` that no backslash stands before.
    fn delimited(&mut self, mark: &str, interpolated: bool) -> Result<(), ScriptError> {
        let inner: &'a str = self.rest.get(mark.len()..).unwrap_or_default();
        let mut end = None;
        let mut escaped = false;
        for (at, character) in inner.char_indices() {
            if escaped {
                escaped = false;
            } else if character == '\\' {
                escaped = true;
            } else if inner.get(at..).is_some_and(|rest| rest.starts_with(mark)) {
                end = Some(at);
                break;
            }
        }
        let end = end.ok_or_else(|| self.error("this string does not end"))?;
        let raw = inner.get(..end).unwrap_or_default();
        let raw = if mark == "/" { raw.replace("\\/", "/") } else { unescape(raw, interpolated) };
        self.push(Kind::Text { raw, interpolated });
        self.skip(end + 2 * mark.len());
        Ok(())
    }

    fn number(&mut self) -> Result<(), ScriptError> {
        let mut end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let after = self.rest.get(end..).unwrap_or_default();
        if let Some(fraction) = after.strip_prefix('.') {
            let digits = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            if digits > 0 {
                end += 1 + digits;
            }
        }
        let number = self.rest.get(..end).and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| self.error("this is not a number"))?;
        self.push(Kind::Number(number));
        self.skip(end);
        Ok(())
    }

    fn word(&mut self) {
        let end =
            self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(self.rest.len());
        self.push(Kind::Word(self.rest.get(..end).unwrap_or_default().to_owned()));
        self.skip(end);
    }

    fn mark(&mut self) -> Result<(), ScriptError> {
        let found = MARKS.iter().find(|mark| self.rest.starts_with(**mark));
        let mark = *found.ok_or_else(|| {
            let wrong = self.rest.chars().next().unwrap_or_default();
            self.error(&format!("unexpected char: '{wrong}'"))
        })?;
        self.push(Kind::Mark(mark));
        self.skip(mark.len());
        Ok(())
    }

    fn error(&self, message: &str) -> ScriptError {
        ScriptError::new(self.line, self.column, message)
    }
}

/// Takes the backslashes out. A `\$` in a string with `${…}` stays, for the one who looks for those.
fn unescape(raw: &str, interpolated: bool) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('$') if interpolated => text.push_str("\\$"),
            Some('\n') | None => {}
            Some(other) => text.push(other),
        }
    }
    text
}
