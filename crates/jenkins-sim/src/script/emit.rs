//! Operations for statements.

use super::ast::{Call, Expr, Part, Statement, StatementKind};
use super::program::{Condition, Op, Scope};

pub(super) fn block(ops: &mut Vec<Op>, statements: &[Statement]) {
    for statement in statements {
        compile_statement(ops, statement);
    }
}

fn compile_statement(ops: &mut Vec<Op>, statement: &Statement) {
    match &statement.kind {
        StatementKind::Call(call) => step(ops, call, None),
        StatementKind::Assign { to, value } => match value {
            Expr::Call(call) if !call.name.is_empty() => step(ops, call, Some(to.clone())),
            value => {
                let value = without_steps(ops, value);
                ops.push(Op::Assign { to: to.clone(), value });
            }
        },
        StatementKind::If { condition, then, otherwise } => {
            let condition = without_steps(ops, condition);
            let test = reserve(ops);
            block(ops, then);
            let over = reserve(ops);
            let here = ops.len();
            fill(ops, test, Op::Unless { condition: Condition::Is(condition), to: here });
            block(ops, otherwise);
            let here = ops.len();
            fill(ops, over, Op::Jump(here));
        }
        StatementKind::Try { body, catch, finally } => {
            with_finally(ops, finally, |ops| match catch {
                Some((variable, handler)) => attempt(ops, body, variable, handler),
                None => block(ops, body),
            });
        }
        StatementKind::Value(_) => {}
    }
}

fn attempt(ops: &mut Vec<Op>, body: &[Statement], variable: &str, handler: &[Statement]) {
    let enter = reserve(ops);
    block(ops, body);
    let end = ops.len();
    ops.push(Op::Leave);
    let over = reserve(ops);
    let at = ops.len();
    fill(ops, enter, Op::Enter { scope: Scope::Catch { handler: at, variable: variable.to_owned() }, end });
    block(ops, handler);
    let here = ops.len();
    fill(ops, over, Op::Jump(here));
}

/// A body, and after it a section that comes in any case.
fn with_finally(ops: &mut Vec<Op>, section: &[Statement], body: impl FnOnce(&mut Vec<Op>)) {
    if section.is_empty() {
        body(ops);
    } else {
        finally(ops, body, |ops| block(ops, section));
    }
}

/// The same with the section as a function.
pub(super) fn finally(
    ops: &mut Vec<Op>,
    body: impl FnOnce(&mut Vec<Op>),
    section: impl FnOnce(&mut Vec<Op>),
) {
    let enter = reserve(ops);
    body(ops);
    let end = ops.len();
    ops.push(Op::Leave);
    fill(ops, enter, Op::Enter { scope: Scope::Finally { section: end + 1 }, end });
    section(ops);
    ops.push(Op::Rethrow);
}

/// A scope around a body.
pub(super) fn scoped(ops: &mut Vec<Op>, scope: Scope, body: impl FnOnce(&mut Vec<Op>)) {
    let enter = reserve(ops);
    body(ops);
    let end = ops.len();
    ops.push(Op::Leave);
    fill(ops, enter, Op::Enter { scope, end });
}

fn step(ops: &mut Vec<Op>, call: &Call, into: Option<Vec<String>>) {
    if call.is("parallel") {
        return parallel(ops, call);
    }
    let Some(body) = &call.body else {
        let call = with_values(ops, call);
        ops.push(Op::Step { call, into });
        return;
    };
    let first = || call.positional.first().cloned().unwrap_or(Expr::Null);
    let scope = match call.name().as_str() {
        "stage" => Scope::Stage(call.argument("name").cloned().unwrap_or(Expr::Null)),
        "node" => Scope::Node,
        "timeout" => Scope::Timeout(Box::new(without_body(call))),
        "withEnv" => Scope::WithEnv(first()),
        "withCredentials" => Scope::WithCredentials(first()),
        "dir" => Scope::Dir(first()),
        "retry" => Scope::Retry { times: call.argument("count").cloned().unwrap_or(Expr::Null), left: None },
        "catchError" | "warnError" => Scope::CatchError(Box::new(without_body(call))),
        // `script` in a declarative pipeline does not count as a step at run time.
        "script" => Scope::Plain("script".to_owned()),
        "timestamps" | "ansiColor" | "lock" | "wrap" | "ws" | "milestone" => Scope::Plain(call.name()),
        _ => {
            ops.push(Op::Step { call: call.clone(), into });
            return;
        }
    };
    scoped(ops, scope, |ops| block(ops, body));
}

/// Steps whose value an expression may use.
const VALUES: [&str; 6] = ["sh", "input", "readFile", "fileExists", "pwd", "isUnix"];

/// An expression whose steps are taken before it, each into a variable that no script can name.
pub(super) fn without_steps(ops: &mut Vec<Op>, expr: &Expr) -> Expr {
    let mut inner = |expr: &Expr| without_steps(ops, expr);
    match expr {
        Expr::Call(call) if VALUES.iter().any(|name| call.is(name)) => {
            let name = vec![format!("#{}", ops.len())];
            step(ops, call, Some(name.clone()));
            Expr::Name(name)
        }
        Expr::Not(one) => Expr::Not(Box::new(inner(one))),
        Expr::Binary(left, operator, right) => {
            let left = Box::new(inner(left));
            Expr::Binary(left, *operator, Box::new(inner(right)))
        }
        Expr::Method(of, name, arguments) => {
            let of = Box::new(inner(of));
            Expr::Method(of, name.clone(), arguments.iter().map(inner).collect())
        }
        Expr::Text(parts) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => Part::Literal(text.clone()),
                Part::Value(value) => Part::Value(inner(value)),
            };
            Expr::Text(parts.iter().map(part).collect())
        }
        other => other.clone(),
    }
}

/// A step whose arguments hold no other steps.
fn with_values(ops: &mut Vec<Op>, call: &Call) -> Call {
    let positional = call.positional.iter().map(|value| without_steps(ops, value)).collect();
    let named = call.named.iter().map(|(name, value)| (name.clone(), without_steps(ops, value))).collect();
    Call { positional, named, ..call.clone() }
}

/// `parallel a: { … }, b: { … }`, also with the branches in a map.
fn parallel(ops: &mut Vec<Op>, call: &Call) {
    let named = match call.positional.first() {
        Some(Expr::Call(map)) if map.name.is_empty() => &map.named,
        _ => &call.named,
    };
    let (names, bodies): (Vec<String>, Vec<&Vec<Statement>>) = named
        .iter()
        .filter_map(|(name, value)| match value {
            Expr::Closure(body) => Some((name.clone(), body)),
            _ => None,
        })
        .unzip();
    let fail_fast = named.iter().any(|(name, value)| name == "failFast" && *value == Expr::Boolean(true));
    branches(ops, names, fail_fast, |ops, at| {
        if let Some(body) = bodies.get(at) {
            block(ops, body);
        }
    });
}

/// Branches that go on at the same time; each is made by its place in the list.
pub(super) fn branches(
    ops: &mut Vec<Op>,
    names: Vec<String>,
    fail_fast: bool,
    mut branch: impl FnMut(&mut Vec<Op>, usize),
) {
    scoped(ops, Scope::Parallel, |ops| {
        let fork = reserve(ops);
        let mut begun = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            let start = ops.len();
            scoped(ops, Scope::Branch(name.clone()), |ops| branch(ops, at));
            ops.push(Op::Join);
            begun.push((name, start));
        }
        let join = ops.len();
        fill(ops, fork, Op::Fork { branches: begun, join, fail_fast });
    });
}

pub(super) fn without_body(call: &Call) -> Call {
    Call { body: None, ..call.clone() }
}

fn reserve(ops: &mut Vec<Op>) -> usize {
    ops.push(Op::Rethrow);
    ops.len() - 1
}

fn fill(ops: &mut [Op], at: usize, op: Op) {
    if let Some(place) = ops.get_mut(at) {
        *place = op;
    }
}
