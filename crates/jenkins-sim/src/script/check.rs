//! The structure of a declarative pipeline, as Jenkins validates it: sections, not the names of steps.

use super::ast::{Call, Statement};
use super::declarative::POST;
use super::error::ScriptError;
use super::matrix::lacks;
use super::parse::parse;
use super::sections::{calls, pipeline, section, section_body};

const PIPELINE: [&str; 10] = [
    "agent",
    "stages",
    "post",
    "environment",
    "options",
    "parameters",
    "triggers",
    "tools",
    "libraries",
    "post",
];
const STAGE: [&str; 12] = [
    "agent",
    "steps",
    "stages",
    "parallel",
    "matrix",
    "post",
    "environment",
    "options",
    "when",
    "tools",
    "input",
    "failFast",
];

const MATRIX: [&str; 11] = [
    "axes",
    "excludes",
    "stages",
    "agent",
    "post",
    "environment",
    "options",
    "when",
    "tools",
    "input",
    "failFast",
];

/// Everything that is wrong with a declarative Jenkinsfile.
pub(crate) fn check(text: &str) -> Vec<ScriptError> {
    let statements = match parse(text) {
        Ok(statements) => statements,
        Err(error) => return vec![error],
    };
    let Some(body) = pipeline(&statements) else {
        let message = "did not find the 'pipeline' step";
        return vec![ScriptError::new(1, 1, message)];
    };
    let line = calls(&statements).find(|call| call.is("pipeline")).map_or(1, |call| call.line);
    let mut errors = Vec::new();
    unknown(&mut errors, body, &PIPELINE);
    for needed in ["stages", "agent"] {
        if !calls(body).any(|call| call.is(needed)) {
            errors.push(ScriptError::new(line, 1, &format!("Missing required section \"{needed}\"")));
        }
    }
    for section in calls(body) {
        let inner = section.body.as_deref().unwrap_or_default();
        match section.name().as_str() {
            "stages" => stages(&mut errors, section, inner),
            "post" => post(&mut errors, inner),
            _ => {}
        }
    }
    errors
}

fn unknown(errors: &mut Vec<ScriptError>, body: &[Statement], known: &[&str]) {
    for statement in body {
        let name = match &statement.kind {
            super::ast::StatementKind::Call(call) => call.name(),
            _ => String::new(),
        };
        if !known.contains(&name.as_str()) {
            let message = format!("Undefined section \"{name}\"");
            errors.push(ScriptError::new(statement.line, 1, &message));
        }
    }
}

fn stages(errors: &mut Vec<ScriptError>, section: &Call, body: &[Statement]) {
    let mut seen = 0;
    for statement in body {
        match &statement.kind {
            super::ast::StatementKind::Call(call) if call.is("stage") => {
                seen += 1;
                stage(errors, call);
            }
            _ => errors.push(ScriptError::new(statement.line, 1, "Expected a stage")),
        }
    }
    if seen == 0 {
        errors.push(ScriptError::new(section.line, 1, "No stages specified"));
    }
}

fn stage(errors: &mut Vec<ScriptError>, call: &Call) {
    let body = call.body.as_deref().unwrap_or_default();
    unknown(errors, body, &STAGE);
    let name = call.argument("name").and_then(super::ast::Expr::literal).unwrap_or_default();
    let work: Vec<&Call> = calls(body)
        .filter(|section| ["steps", "stages", "parallel", "matrix"].iter().any(|name| section.is(name)))
        .collect();
    match work.as_slice() {
        [] => {
            let message = format!(
                "Expected one of \"steps\", \"stages\", \"parallel\", or \"matrix\" for stage \"{name}\""
            );
            errors.push(ScriptError::new(call.line, 1, &message));
        }
        [one] if one.is("steps") => {
            if one.body.as_deref().unwrap_or_default().is_empty() {
                let message = format!("No steps specified for branch \"{name}\"");
                errors.push(ScriptError::new(one.line, 1, &message));
            }
        }
        [one] if one.is("matrix") => matrix(errors, one, one.body.as_deref().unwrap_or_default()),
        [one] => stages(errors, one, one.body.as_deref().unwrap_or_default()),
        _ => {
            let message = format!(
                "Only one of \"matrix\", \"parallel\", \"stages\", or \"steps\" allowed for stage \"{name}\""
            );
            errors.push(ScriptError::new(call.line, 1, &message));
        }
    }
    for section in calls(body).filter(|section| section.is("post")) {
        post(errors, section.body.as_deref().unwrap_or_default());
    }
}

fn matrix(errors: &mut Vec<ScriptError>, call: &Call, body: &[Statement]) {
    unknown(errors, body, &MATRIX);
    for needed in ["axes", "stages"] {
        match section(body, needed) {
            Some(section) if needed == "stages" => {
                stages(errors, section, section.body.as_deref().unwrap_or_default());
            }
            Some(_) => {}
            None => {
                let message = format!("Missing required section \"{needed}\"");
                errors.push(ScriptError::new(call.line, 1, &message));
            }
        }
    }
    for axis in calls(section_body(body, "axes")) {
        if let Some(lacking) = lacks(axis) {
            let message = format!("Missing required section \"{lacking}\" of an axis");
            errors.push(ScriptError::new(axis.line, 1, &message));
        }
    }
}

fn post(errors: &mut Vec<ScriptError>, body: &[Statement]) {
    for section in calls(body).filter(|section| !POST.contains(&section.name().as_str())) {
        let message = format!("Invalid condition \"{}\" - valid conditions are {POST:?}", section.name());
        errors.push(ScriptError::new(section.line, 1, &message));
    }
}
