//! From text to statements.

mod expression;
mod parser;
mod statement;

use self::parser::Parser;
use super::ast::Statement;
use super::error::ScriptError;
use super::lex::Kind;

/// Reads a Jenkinsfile.
pub(crate) fn parse(text: &str) -> Result<Vec<Statement>, ScriptError> {
    let mut parser = Parser::new(text, 0)?;
    let statements = parser.statements()?;
    match parser.kind() {
        Kind::End => Ok(statements),
        _ => Err(parser.unexpected()),
    }
}
