//! The tokens that are read, and how they are taken.

use crate::script::error::ScriptError;
use crate::script::lex::{Kind, Token, lex};

/// Deeper than any pipeline; without a bound, hostile nesting would overflow the stack.
const DEEPEST: usize = 64;

/// Where the reading is.
pub(super) struct Parser {
    tokens: Vec<Token>,
    pub(super) at: usize,
    depth: usize,
}

static END: Token = Token { kind: Kind::End, line: 0, column: 0 };

impl Parser {
    /// Begins to read a text that stands as deep in another.
    pub(super) fn new(text: &str, depth: usize) -> Result<Self, ScriptError> {
        Ok(Self { tokens: lex(text)?, at: 0, depth })
    }

    /// How deep it is in what it reads.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn token(&self) -> &Token {
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.token().kind
    }

    pub(super) fn ahead(&self, by: usize) -> &Kind {
        self.tokens.get(self.at + by).map_or(&Kind::End, |token| &token.kind)
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self.kind(), Kind::Mark(found) if *found == mark)
    }

    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        self.at += usize::from(found);
        found
    }

    pub(super) fn need(&mut self, mark: &'static str) -> Result<(), ScriptError> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(self.error(&format!("expecting '{mark}', found {}", self.shown())))
        }
    }

    pub(super) fn word(&mut self) -> Option<String> {
        let Kind::Word(word) = self.kind() else { return None };
        let word = word.clone();
        self.at += 1;
        Some(word)
    }

    pub(super) fn is_word(&self, wanted: &str) -> bool {
        matches!(self.kind(), Kind::Word(word) if word == wanted)
    }

    pub(super) fn take_word(&mut self, wanted: &str) -> bool {
        let found = self.is_word(wanted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn newlines(&mut self) {
        while matches!(self.kind(), Kind::Newline) || self.is(";") {
            self.at += 1;
        }
    }

    /// Looks past line ends for a word; stays where it is when there is another.
    pub(super) fn word_below(&mut self, wanted: &str) -> bool {
        let here = self.at;
        self.newlines();
        let found = self.take_word(wanted);
        if !found {
            self.at = here;
        }
        found
    }

    fn shown(&self) -> String {
        match self.kind() {
            Kind::Word(word) => format!("'{word}'"),
            Kind::Number(number) => format!("'{number}'"),
            Kind::Text { raw, .. } => format!("'{raw}'"),
            Kind::Mark(mark) => format!("'{mark}'"),
            Kind::Newline => "the end of the line".to_owned(),
            Kind::End => "the end of the file".to_owned(),
        }
    }

    pub(super) fn error(&self, message: &str) -> ScriptError {
        ScriptError::new(self.token().line, self.token().column, message)
    }

    pub(super) fn unexpected(&self) -> ScriptError {
        self.error(&format!("unexpected token: {}", self.shown()))
    }

    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ScriptError>,
    ) -> Result<T, ScriptError> {
        if self.depth >= DEEPEST {
            return Err(self.error("this is nested too deep"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}
