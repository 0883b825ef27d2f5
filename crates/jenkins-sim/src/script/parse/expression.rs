//! Expressions, arguments, and what stands in strings.

use super::parser::Parser;
use crate::script::ast::{Call, Expr, Operator, Part};
use crate::script::error::ScriptError;
use crate::script::lex::Kind;

impl Parser {
    /// Arguments up to `end`, or up to the end of the line.
    pub(super) fn arguments(
        &mut self,
        call: &mut Call,
        end: Option<&'static str>,
    ) -> Result<(), ScriptError> {
        loop {
            if end.is_some() {
                self.newlines();
            }
            if end.is_some_and(|end| self.take(end)) {
                return Ok(());
            }
            let key = match (self.kind(), self.ahead(1)) {
                (Kind::Word(word), Kind::Mark(":")) => Some(word.clone()),
                (Kind::Text { raw, .. }, Kind::Mark(":")) => Some(raw.clone()),
                _ => None,
            };
            if let Some(key) = key {
                self.at += 2;
                self.newlines();
                let value = self.expr()?;
                call.named.push((key, value));
            } else {
                let value = self.expr()?;
                call.positional.push(value);
            }
            if end.is_some() {
                self.newlines();
            }
            if self.take(",") {
                self.newlines();
            } else if let Some(end) = end {
                return self.need(end);
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn expr(&mut self) -> Result<Expr, ScriptError> {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if parser.take("?:") {
                let otherwise = parser.expr()?;
                return Ok(Expr::Choice(
                    Box::new(condition.clone()),
                    Box::new(condition),
                    Box::new(otherwise),
                ));
            }
            if !parser.take("?") {
                return Ok(condition);
            }
            let then = parser.expr()?;
            parser.need(":")?;
            let otherwise = parser.expr()?;
            Ok(Expr::Choice(Box::new(condition), Box::new(then), Box::new(otherwise)))
        })
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        let Kind::Mark(mark) = self.kind() else { return None };
        Some(match *mark {
            "||" => (Operator::Or, 1),
            "&&" => (Operator::And, 2),
            "==" => (Operator::Equal, 3),
            "!=" => (Operator::NotEqual, 3),
            "==~" => (Operator::Matches, 3),
            "=~" => (Operator::Finds, 3),
            "<" => (Operator::Less, 4),
            "<=" => (Operator::LessOrEqual, 4),
            ">" => (Operator::Greater, 4),
            ">=" => (Operator::GreaterOrEqual, 4),
            "+" => (Operator::Plus, 5),
            "-" => (Operator::Minus, 5),
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Result<Expr, ScriptError> {
        let mut left = self.unary()?;
        while let Some((operator, strength)) = self.operator().filter(|(_, strength)| *strength > least) {
            self.at += 1;
            self.newlines();
            let right = self.deeper(|parser| parser.binary(strength))?;
            left = Expr::Binary(Box::new(left), operator, Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, ScriptError> {
        if self.take("!") {
            return Ok(Expr::Not(Box::new(self.deeper(Self::unary)?)));
        }
        let mut value = self.primary()?;
        while (self.is(".") || self.is("?.")) && matches!(self.ahead(1), Kind::Word(_)) {
            self.at += 1;
            let method = self.word().unwrap_or_default();
            let mut call =
                Call { line: 0, name: Vec::new(), positional: Vec::new(), named: Vec::new(), body: None };
            if self.take("(") {
                self.arguments(&mut call, Some(")"))?;
            }
            value = Expr::Method(Box::new(value), method, call.positional);
        }
        Ok(value)
    }

    fn primary(&mut self) -> Result<Expr, ScriptError> {
        match self.kind().clone() {
            Kind::Text { raw, interpolated } => {
                self.at += 1;
                if interpolated { self.parts(&raw).map(Expr::Text) } else { Ok(Expr::text(&raw)) }
            }
            Kind::Number(number) => {
                self.at += 1;
                Ok(Expr::Number(number))
            }
            Kind::Word(_) => self.named(),
            Kind::Mark("(") => {
                self.at += 1;
                let value = self.expr()?;
                self.need(")")?;
                Ok(value)
            }
            Kind::Mark("[") => self.list(),
            Kind::Mark("{") => self.deeper(Self::block).map(Expr::Closure),
            Kind::Mark("-") => {
                self.at += 1;
                let value = self.deeper(Self::unary)?;
                Ok(Expr::Binary(Box::new(Expr::Number(0.0)), Operator::Minus, Box::new(value)))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A name, or a call with parentheses.
    fn named(&mut self) -> Result<Expr, ScriptError> {
        let line = self.token().line;
        let first = self.word().unwrap_or_default();
        match first.as_str() {
            "true" => return Ok(Expr::Boolean(true)),
            "false" => return Ok(Expr::Boolean(false)),
            "null" => return Ok(Expr::Null),
            _ => {}
        }
        let mut name = vec![first];
        while self.is(".")
            && matches!(self.ahead(1), Kind::Word(_))
            && !matches!(self.ahead(2), Kind::Mark("("))
        {
            self.at += 1;
            name.extend(self.word());
        }
        if !self.take("(") {
            return Ok(Expr::Name(name));
        }
        let mut call = Call { line, name, positional: Vec::new(), named: Vec::new(), body: None };
        self.arguments(&mut call, Some(")"))?;
        if self.is("{") {
            call.body = Some(self.deeper(Self::block)?);
        }
        Ok(Expr::Call(Box::new(call)))
    }

    /// A list, or a map as a call without a name.
    fn list(&mut self) -> Result<Expr, ScriptError> {
        let line = self.token().line;
        self.at += 1;
        let mut call = Call { line, name: Vec::new(), positional: Vec::new(), named: Vec::new(), body: None };
        if self.take(":") {
            self.need("]")?;
            return Ok(Expr::Call(Box::new(call)));
        }
        self.arguments(&mut call, Some("]"))?;
        Ok(if call.named.is_empty() { Expr::List(call.positional) } else { Expr::Call(Box::new(call)) })
    }

    /// The parts of a string with `${…}` and `$name` in it.
    fn parts(&self, raw: &str) -> Result<Vec<Part>, ScriptError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = raw;
        while let Some(at) = rest.find('$') {
            let (before, after) = rest.split_at(at);
            let inner = after.get(1..).unwrap_or_default();
            if let Some(before) = before.strip_suffix('\\') {
                literal.push_str(before);
                literal.push('$');
                rest = inner;
                continue;
            }
            literal.push_str(before);
            let (code, length) = if let Some(braced) = inner.strip_prefix('{') {
                let end = braced.find('}').ok_or_else(|| self.error("this `${` does not end"))?;
                (braced.get(..end).unwrap_or_default(), end + 2)
            } else {
                let end =
                    inner.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(inner.len());
                let name = inner.get(..end).unwrap_or_default().trim_end_matches('.');
                (name, name.len())
            };
            rest = inner.get(length..).unwrap_or_default();
            if code.is_empty() {
                literal.push('$');
                continue;
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            let mut inside = Self::new(code, self.depth())?;
            parts.push(Part::Value(inside.expr()?));
        }
        literal.push_str(rest);
        if !literal.is_empty() || parts.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(parts)
    }
}
