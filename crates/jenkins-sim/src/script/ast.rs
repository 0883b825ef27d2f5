//! What a Jenkinsfile says.

/// A statement, with the line that it begins on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) line: usize,
    pub(crate) kind: StatementKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StatementKind {
    Call(Call),
    /// `def x = …`, `x = …`, `env.X = …`.
    Assign {
        to: Vec<String>,
        value: Expr,
    },
    If {
        condition: Expr,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    Try {
        body: Vec<Statement>,
        catch: Option<(String, Vec<Statement>)>,
        finally: Vec<Statement>,
    },
    /// A value that is not used, such as the last line of a `when` expression.
    Value(Expr),
}

/// `name(positional, named: …) { body }`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) line: usize,
    /// The parts of a dotted name.
    pub(crate) name: Vec<String>,
    pub(crate) positional: Vec<Expr>,
    pub(crate) named: Vec<(String, Expr)>,
    pub(crate) body: Option<Vec<Statement>>,
}

impl Call {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.len() == 1 && self.name.first().is_some_and(|first| first == name)
    }

    pub(crate) fn name(&self) -> String {
        self.name.join(".")
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Expr> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The argument of this name, or the only one without a name.
    pub(crate) fn argument(&self, name: &str) -> Option<&Expr> {
        self.named(name).or_else(|| self.positional.first())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Text(Vec<Part>),
    Number(f64),
    Boolean(bool),
    Null,
    List(Vec<Self>),
    /// `params.X`, `env.X`, `x`.
    Name(Vec<String>),
    Not(Box<Self>),
    Binary(Box<Self>, Operator, Box<Self>),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Call(Box<Call>),
    /// A method of a value, such as `x.trim()`.
    Method(Box<Self>, String, Vec<Self>),
    Closure(Vec<Statement>),
}

impl Expr {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(vec![Part::Literal(text.to_owned())])
    }

    /// The text of a string without `${…}`, or of a number or a boolean.
    pub(crate) fn literal(&self) -> Option<String> {
        match self {
            Self::Text(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => Some(text.as_str()),
                    Part::Value(_) => None,
                })
                .collect(),
            Self::Number(number) => Some(number.to_string()),
            Self::Boolean(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

/// A part of a string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Literal(String),
    Value(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Matches,
    Finds,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Plus,
    Minus,
}
