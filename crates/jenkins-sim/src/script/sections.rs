//! The sections of a declarative pipeline.

use super::ast::{Call, Statement, StatementKind};

/// The body of the `pipeline` block, where there is one.
pub(super) fn pipeline(statements: &[Statement]) -> Option<&[Statement]> {
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Call(call) if call.is("pipeline") => call.body.as_deref(),
        _ => None,
    })
}

/// The calls that stand in a block.
pub(super) fn calls(body: &[Statement]) -> impl Iterator<Item = &Call> {
    body.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(call),
        _ => None,
    })
}

/// The section of this name.
pub(super) fn section<'a>(body: &'a [Statement], name: &str) -> Option<&'a Call> {
    calls(body).find(|call| call.is(name))
}

/// What stands in it; nothing where there is none.
pub(super) fn section_body<'a>(body: &'a [Statement], name: &str) -> &'a [Statement] {
    section(body, name).and_then(|call| call.body.as_deref()).unwrap_or_default()
}

/// The calls of a section, such as those of `parameters`.
pub(super) fn section_calls(body: &[Statement], name: &str) -> Vec<Call> {
    calls(section_body(body, name)).cloned().collect()
}
