//! Declarative pipelines: `pipeline { agent … stages { … } post { … } }`.

use super::ast::{Call, Expr, Statement, StatementKind};
use super::emit::{block, branches, finally, scoped, without_body};
use super::matrix::{Cell, cells};
use super::program::{Condition, Op, Scope};
use super::sections::{calls, section, section_body, section_calls};

/// The sections of a `post`, in the order in which Jenkins runs them.
pub(super) const POST: [&str; 10] = [
    "always",
    "changed",
    "fixed",
    "regression",
    "aborted",
    "failure",
    "success",
    "unstable",
    "unsuccessful",
    "cleanup",
];

pub(super) fn compile(ops: &mut Vec<Op>, body: &[Statement]) {
    agent(ops, body, |ops| {
        options(ops, body, |ops| {
            environment(ops, body, |ops| {
                let stages = |ops: &mut Vec<Op>| stages(ops, section_body(body, "stages"));
                post(ops, body, true, stages);
            });
        });
    });
}

fn agent(ops: &mut Vec<Op>, body: &[Statement], inner: impl FnOnce(&mut Vec<Op>)) {
    let none = Expr::Name(vec!["none".to_owned()]);
    match section(body, "agent") {
        Some(agent) if agent.positional.first() != Some(&none) => scoped(ops, Scope::Node, inner),
        _ => inner(ops),
    }
}

fn options(ops: &mut Vec<Op>, body: &[Statement], inner: impl FnOnce(&mut Vec<Op>)) {
    let scopes = section_calls(body, "options")
        .into_iter()
        .filter_map(|option| match option.name().as_str() {
            "timeout" => Some(Scope::Timeout(Box::new(without_body(&option)))),
            "retry" => {
                let times = option.argument("count").cloned().unwrap_or(Expr::Null);
                Some(Scope::Retry { times, left: None })
            }
            "timestamps" | "ansiColor" | "lock" => Some(Scope::Plain(option.name())),
            _ => None,
        })
        .collect();
    nested(ops, scopes, inner);
}

fn environment(ops: &mut Vec<Op>, body: &[Statement], inner: impl FnOnce(&mut Vec<Op>)) {
    let variables: Vec<(String, Expr)> = section_body(body, "environment")
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Assign { to, value } => Some((to.join("."), value.clone())),
            _ => None,
        })
        .collect();
    let scopes = if variables.is_empty() { Vec::new() } else { vec![Scope::Environment(variables)] };
    nested(ops, scopes, inner);
}

/// Scopes, the first outermost.
fn nested(ops: &mut Vec<Op>, mut scopes: Vec<Scope>, inner: impl FnOnce(&mut Vec<Op>)) {
    let mut ends = Vec::new();
    let begin = ops.len();
    let count = scopes.len();
    for scope in scopes.drain(..) {
        ops.push(Op::Enter { scope, end: 0 });
    }
    inner(ops);
    for at in (begin..begin + count).rev() {
        ends.push((at, ops.len()));
        ops.push(Op::Leave);
    }
    for (at, leave) in ends {
        if let Some(Op::Enter { end, .. }) = ops.get_mut(at) {
            *end = leave;
        }
    }
}

fn post(ops: &mut Vec<Op>, body: &[Statement], whole: bool, inner: impl FnOnce(&mut Vec<Op>)) {
    let sections = section_body(body, "post");
    if sections.is_empty() {
        return inner(ops);
    }
    finally(ops, inner, |ops| {
        let run = |ops: &mut Vec<Op>| {
            for name in POST {
                let Some(section) = section(sections, name) else { continue };
                let at = ops.len();
                ops.push(Op::Rethrow);
                if !whole {
                    ops.push(Op::Print(format!("Post stage\nRunning post condition: {name}")));
                }
                block(ops, section.body.as_deref().unwrap_or_default());
                let to = ops.len();
                if let Some(place) = ops.get_mut(at) {
                    *place = Op::Unless { condition: Condition::Post(name.to_owned()), to };
                }
            }
        };
        if whole {
            scoped(ops, Scope::Stage(Expr::text("Declarative: Post Actions")), run);
        } else {
            run(ops);
        }
    });
}

fn stages(ops: &mut Vec<Op>, body: &[Statement]) {
    for call in calls(body).filter(|call| call.is("stage")) {
        stage(ops, call);
    }
}

fn stage(ops: &mut Vec<Op>, call: &Call) {
    let name = call.argument("name").cloned().unwrap_or(Expr::Null);
    let body = call.body.as_deref().unwrap_or_default();
    scoped(ops, Scope::Stage(name.clone()), |ops| within_stage(ops, &name, body));
}

/// What stands in a stage, or in `matrix` for each of its cells.
fn within_stage(ops: &mut Vec<Op>, name: &Expr, body: &[Statement]) {
    let when = section_body(body, "when");
    let test = ops.len();
    if !when.is_empty() {
        ops.push(Op::Rethrow);
    }
    agent(ops, body, |ops| {
        options(ops, body, |ops| {
            environment(ops, body, |ops| {
                post(ops, body, false, |ops| {
                    if let Some(input) = section(body, "input") {
                        ops.push(Op::Step { call: input_step(input), into: None });
                    }
                    work(ops, body);
                });
            });
        });
    });
    if !when.is_empty() {
        let over = ops.len();
        ops.push(Op::Jump(over + 2));
        let title = name.literal().unwrap_or_default();
        ops.push(Op::Print(format!("Stage \"{title}\" skipped due to when conditional")));
        if let Some(place) = ops.get_mut(test) {
            *place = Op::Unless { condition: conditions(when), to: over + 1 };
        }
    }
}

/// The one of `steps`, `stages`, `parallel` and `matrix` that a stage has.
fn work(ops: &mut Vec<Op>, body: &[Statement]) {
    block(ops, section_body(body, "steps"));
    stages(ops, section_body(body, "stages"));
    let yes = Expr::Boolean(true);
    let fail_fast = section(body, "failFast").is_some_and(|call| call.positional.first() == Some(&yes));
    let at_once: Vec<&Call> = calls(section_body(body, "parallel")).filter(|call| call.is("stage")).collect();
    if !at_once.is_empty() {
        let name = |call: &&Call| call.argument("name").and_then(Expr::literal).unwrap_or_default();
        let names = at_once.iter().map(name).collect();
        branches(ops, names, fail_fast, |ops, at| {
            if let Some(call) = at_once.get(at) {
                stage(ops, call);
            }
        });
    }
    let matrix = section_body(body, "matrix");
    let cells = cells(matrix);
    if !cells.is_empty() {
        let names = cells.iter().map(Cell::name).collect();
        branches(ops, names, fail_fast, |ops, at| {
            let Some(cell) = cells.get(at) else { return };
            let name = Expr::text(&cell.name());
            scoped(ops, Scope::Stage(name.clone()), |ops| {
                scoped(ops, Scope::Environment(cell.environment()), |ops| within_stage(ops, &name, matrix));
            });
        });
    }
}

/// `input { message '…' ok '…' }` as the step with arguments.
fn input_step(section: &Call) -> Call {
    let settings = calls(section.body.as_deref().unwrap_or_default());
    let named = settings.filter_map(|one| match one.name().as_str() {
        "parameters" => {
            let definitions = calls(one.body.as_deref().unwrap_or_default());
            let list = definitions.map(|call| Expr::Call(Box::new(call.clone()))).collect();
            Some(("parameters".to_owned(), Expr::List(list)))
        }
        name => Some((name.to_owned(), one.positional.first()?.clone())),
    });
    Call {
        line: section.line,
        name: section.name.clone(),
        positional: Vec::new(),
        named: named.collect(),
        body: None,
    }
}

fn conditions(body: &[Statement]) -> Condition {
    Condition::All(calls(body).filter_map(condition).collect())
}

fn condition(call: &Call) -> Option<Condition> {
    let inner = call.body.as_deref().unwrap_or_default();
    let value = |name: &str| call.named(name).cloned().unwrap_or(Expr::Null);
    Some(match call.name().as_str() {
        "expression" => {
            let last = inner.last().map(|statement| &statement.kind);
            Condition::Is(match last {
                Some(StatementKind::Value(value)) => value.clone(),
                Some(StatementKind::Call(call)) => Expr::Call(Box::new(call.clone())),
                _ => Expr::Null,
            })
        }
        "environment" => Condition::Environment(value("name"), value("value")),
        "equals" => Condition::Equal(value("expected"), value("actual")),
        "branch" => Condition::Branch(call.positional.first().cloned().unwrap_or(Expr::Null)),
        "not" => Condition::Not(Box::new(conditions(inner))),
        "allOf" => conditions(inner),
        "anyOf" => Condition::Any(calls(inner).filter_map(condition).collect()),
        // `beforeAgent` and its like say when to look, not what for.
        _ => return None,
    })
}
