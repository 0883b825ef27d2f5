//! Statements, and calls without parentheses.

use super::parser::Parser;
use crate::script::ast::{Call, Expr, Statement, StatementKind};
use crate::script::error::ScriptError;
use crate::script::lex::Kind;

impl Parser {
    pub(super) fn statements(&mut self) -> Result<Vec<Statement>, ScriptError> {
        let mut statements = Vec::new();
        loop {
            self.newlines();
            if self.is("}") || matches!(self.kind(), Kind::End) {
                return Ok(statements);
            }
            let line = self.token().line;
            let kind = self.deeper(Self::statement)?;
            statements.push(Statement { line, kind });
        }
    }

    pub(super) fn block(&mut self) -> Result<Vec<Statement>, ScriptError> {
        self.need("{")?;
        let statements = self.statements()?;
        self.need("}")?;
        Ok(statements)
    }

    fn statement(&mut self) -> Result<StatementKind, ScriptError> {
        if self.take_word("if") {
            return self.conditional();
        }
        if self.is_word("try") && matches!(self.ahead(1), Kind::Mark("{")) {
            self.at += 1;
            return self.attempt();
        }
        if self.take_word("return") {
            let value =
                if matches!(self.kind(), Kind::Newline) || self.is("}") { Expr::Null } else { self.expr()? };
            return Ok(StatementKind::Value(value));
        }
        let defined = self.take_word("def")
            || (matches!(self.kind(), Kind::Word(_))
                && matches!(self.ahead(1), Kind::Word(_))
                && matches!(self.ahead(2), Kind::Mark("=")));
        if defined && matches!(self.ahead(1), Kind::Word(_)) {
            self.at += 1;
        }
        if let Some(to) = self.assigned() {
            let step = if matches!(self.kind(), Kind::Word(_)) { self.command()? } else { None };
            let value = match step {
                Some(call) => Expr::Call(Box::new(call)),
                None => self.expr()?,
            };
            return Ok(StatementKind::Assign { to, value });
        }
        if defined && let Some(name) = self.word() {
            return Ok(StatementKind::Assign { to: vec![name], value: Expr::Null });
        }
        if matches!(self.kind(), Kind::Word(_))
            && let Some(call) = self.command()?
        {
            return Ok(StatementKind::Call(call));
        }
        match self.expr()? {
            Expr::Call(call) => Ok(StatementKind::Call(*call)),
            value => Ok(StatementKind::Value(value)),
        }
    }

    /// `a.b =`, or nothing taken.
    fn assigned(&mut self) -> Option<Vec<String>> {
        let here = self.at;
        let mut name = vec![self.word()?];
        while self.take(".") {
            match self.word() {
                Some(part) => name.push(part),
                None => break,
            }
        }
        if self.take("=") {
            return Some(name);
        }
        self.at = here;
        None
    }

    fn conditional(&mut self) -> Result<StatementKind, ScriptError> {
        self.need("(")?;
        let condition = self.expr()?;
        self.need(")")?;
        let then = self.branch()?;
        let otherwise = if self.word_below("else") {
            if self.is_word("if") {
                let line = self.token().line;
                self.at += 1;
                let kind = self.deeper(Self::conditional)?;
                vec![Statement { line, kind }]
            } else {
                self.branch()?
            }
        } else {
            Vec::new()
        };
        Ok(StatementKind::If { condition, then, otherwise })
    }

    fn branch(&mut self) -> Result<Vec<Statement>, ScriptError> {
        if self.is("{") {
            return self.block();
        }
        self.newlines();
        let line = self.token().line;
        let kind = self.deeper(Self::statement)?;
        Ok(vec![Statement { line, kind }])
    }

    fn attempt(&mut self) -> Result<StatementKind, ScriptError> {
        let body = self.block()?;
        let mut catch = None;
        if self.word_below("catch") {
            self.need("(")?;
            let mut name = self.word();
            while !self.is(")") {
                match self.word() {
                    Some(word) => name = Some(word),
                    None if self.take(".") => {}
                    None => return Err(self.unexpected()),
                }
            }
            self.need(")")?;
            catch = Some((name.unwrap_or_default(), self.block()?));
        }
        let finally = if self.word_below("finally") { self.block()? } else { Vec::new() };
        Ok(StatementKind::Try { body, catch, finally })
    }

    /// A call without parentheses, such as `echo 'x'`, `agent any` or `stages { … }`; none when it isn't one.
    fn command(&mut self) -> Result<Option<Call>, ScriptError> {
        let here = self.at;
        let line = self.token().line;
        let mut name = vec![self.word().unwrap_or_default()];
        while self.is(".") && matches!(self.ahead(1), Kind::Word(_)) {
            self.at += 1;
            name.extend(self.word());
        }
        let argument = match self.kind() {
            Kind::Text { .. } | Kind::Number(_) => true,
            Kind::Word(word) => !matches!(word.as_str(), "in" | "instanceof"),
            Kind::Mark("[") => name.len() == 1 && self.ahead(1) != &Kind::Mark("]"),
            _ => false,
        };
        let mut call = Call { line, name, positional: Vec::new(), named: Vec::new(), body: None };
        if self.is("{") {
            call.body = Some(self.deeper(Self::block)?);
            return Ok(Some(call));
        }
        if !argument {
            self.at = here;
            return Ok(None);
        }
        self.arguments(&mut call, None)?;
        if self.is("{") {
            call.body = Some(self.deeper(Self::block)?);
        }
        Ok(Some(call))
    }
}
