//! From text to statements.

use super::ast::{Call, Expr, Operator, Part, Statement, StatementKind};
use super::error::ScriptError;
use super::lex::{Kind, Token, lex};

/// Reads a Jenkinsfile.
pub(crate) fn parse(text: &str) -> Result<Vec<Statement>, ScriptError> {
    let mut parser = Parser { tokens: lex(text)?, at: 0, depth: 0 };
    let statements = parser.statements()?;
    match parser.kind() {
        Kind::End => Ok(statements),
        _ => Err(parser.unexpected()),
    }
}

/// Deeper than any pipeline; without a bound, hostile nesting would overflow the stack.
const DEEPEST: usize = 64;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

static END: Token = Token { kind: Kind::End, line: 0, column: 0 };

impl Parser {
    fn token(&self) -> &Token {
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }

    fn kind(&self) -> &Kind {
        &self.token().kind
    }

    fn ahead(&self, by: usize) -> &Kind {
        self.tokens.get(self.at + by).map_or(&Kind::End, |token| &token.kind)
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.kind(), Kind::Mark(found) if *found == mark)
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, mark: &'static str) -> Result<(), ScriptError> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(self.error(&format!("expecting '{mark}', found {}", self.shown())))
        }
    }

    fn word(&mut self) -> Option<String> {
        let Kind::Word(word) = self.kind() else { return None };
        let word = word.clone();
        self.at += 1;
        Some(word)
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.kind(), Kind::Word(word) if word == wanted)
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let found = self.is_word(wanted);
        self.at += usize::from(found);
        found
    }

    fn newlines(&mut self) {
        while matches!(self.kind(), Kind::Newline) || self.is(";") {
            self.at += 1;
        }
    }

    /// Looks past line ends for a word; stays where it is when there is another.
    fn word_below(&mut self, wanted: &str) -> bool {
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

    fn error(&self, message: &str) -> ScriptError {
        ScriptError::new(self.token().line, self.token().column, message)
    }

    fn unexpected(&self) -> ScriptError {
        self.error(&format!("unexpected token: {}", self.shown()))
    }

    fn deeper<T>(
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

    fn statements(&mut self) -> Result<Vec<Statement>, ScriptError> {
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

    fn block(&mut self) -> Result<Vec<Statement>, ScriptError> {
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

    /// Arguments up to `end`, or up to the end of the line.
    fn arguments(&mut self, call: &mut Call, end: Option<&'static str>) -> Result<(), ScriptError> {
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

    fn expr(&mut self) -> Result<Expr, ScriptError> {
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
            let mut inside = Self { tokens: lex(code)?, at: 0, depth: self.depth };
            parts.push(Part::Value(inside.expr()?));
        }
        literal.push_str(rest);
        if !literal.is_empty() || parts.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(parts)
    }
}
