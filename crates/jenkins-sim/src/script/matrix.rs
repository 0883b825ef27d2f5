//! The cells of a `matrix`: every combination of the values of its axes that is not excluded.

use super::ast::{Call, Expr, Statement};
use super::sections::{calls, section, section_body};

/// One combination.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// Axes with their values.
    values: Vec<(String, String)>,
}

impl Cell {
    /// As Jenkins calls its branch and its stage.
    pub(super) fn name(&self) -> String {
        let values: Vec<String> =
            self.values.iter().map(|(axis, value)| format!("{axis} = '{value}'")).collect();
        format!("Matrix - {}", values.join(", "))
    }

    /// What its steps see in their environment.
    pub(super) fn environment(&self) -> Vec<(String, Expr)> {
        self.values.iter().map(|(axis, value)| (axis.clone(), Expr::text(value))).collect()
    }

    fn is(&self, rule: &Axis) -> bool {
        self.values.iter().any(|(axis, value)| *axis == rule.name && rule.values.contains(value) != rule.not)
    }
}

struct Axis {
    name: String,
    values: Vec<String>,
    /// The values are those that do not count.
    not: bool,
}

/// The cells of a `matrix` with this body.
pub(super) fn cells(body: &[Statement]) -> Vec<Cell> {
    let axes = axes(section_body(body, "axes"));
    if axes.is_empty() {
        return Vec::new();
    }
    let excludes: Vec<Vec<Axis>> = calls(section_body(body, "excludes"))
        .filter(|call| call.is("exclude"))
        .map(|call| self::axes(call.body.as_deref().unwrap_or_default()))
        .collect();
    let all = axes.iter().fold(vec![Cell { values: Vec::new() }], |cells, axis| {
        let with = |cell: &Cell, value: &String| {
            let one = (axis.name.clone(), value.clone());
            Cell { values: cell.values.iter().cloned().chain([one]).collect() }
        };
        cells.iter().flat_map(|cell| axis.values.iter().map(move |value| with(cell, value))).collect()
    });
    let excluded = |cell: &Cell| {
        excludes.iter().any(|rules| !rules.is_empty() && rules.iter().all(|rule| cell.is(rule)))
    };
    all.into_iter().filter(|cell| !excluded(cell)).collect()
}

fn axes(body: &[Statement]) -> Vec<Axis> {
    calls(body).filter(|call| call.is("axis")).map(axis).collect()
}

fn axis(call: &Call) -> Axis {
    let body = call.body.as_deref().unwrap_or_default();
    let literals = |name: &str| -> Vec<String> {
        let values = section(body, name).map(|call| call.positional.as_slice()).unwrap_or_default();
        values.iter().filter_map(Expr::literal).collect()
    };
    let not = section(body, "notValues").is_some();
    Axis {
        name: literals("name").into_iter().next().unwrap_or_default(),
        values: literals(if not { "notValues" } else { "values" }),
        not,
    }
}

/// What an axis lacks, for the check of a Jenkinsfile.
pub(super) fn lacks(call: &Call) -> Option<&'static str> {
    let axis = axis(call);
    match (axis.name.is_empty(), axis.values.is_empty()) {
        (true, _) => Some("name"),
        (_, true) => Some("values"),
        _ => None,
    }
}
