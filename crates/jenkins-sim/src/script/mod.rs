//! Jenkinsfiles: reading them, checking them, and turning them into operations that a build carries out.
//!
//! The part of Groovy that pipelines are written in: calls with arguments and blocks, strings with `${…}`, `def`,
//! `if`, `try`, comparison and logic. No loops, closures as values, or classes.

mod ast;
mod check;
mod compile;
mod declarative;
mod emit;
mod error;
mod lex;
mod matrix;
mod parse;
mod program;
mod sections;

pub(crate) use ast::{Call, Expr, Operator, Part, StatementKind};
pub(crate) use check::check;
pub(crate) use compile::{compile, parameters};
pub(crate) use parse::parse;
pub(crate) use program::{Condition, Op, Program, Scope};
