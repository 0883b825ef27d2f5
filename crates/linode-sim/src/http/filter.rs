//! The `X-Filter` header.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Which fields of a collection a filter may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Those that are filtered by.
    pub(super) filterable: &'static [&'static str],
    /// Those that exist; a filter on them is ignored, as the real API was seen to do.
    pub(super) known: &'static [&'static str],
}

/// A filter that was read and checked.
#[derive(Debug)]
pub(super) struct Filter {
    test: Test,
    order: Option<(String, bool)>,
    names_tags: bool,
}

#[derive(Debug)]
enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare { field: String, operator: Operator, value: Value },
    Ignored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    Greater,
    GreaterOrIs,
    Less,
    LessOrIs,
    Contains,
    OrLike,
}

impl Filter {
    pub(super) fn read(text: &str, fields: Fields) -> Result<Option<Self>, Refusal> {
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Refusal::field("X-Filter", "Cannot filter on invalid JSON"))?;
        let Value::Object(map) = value else {
            return Err(Refusal::field("X-Filter", "X-Filter must be a JSON object"));
        };
        if map.is_empty() {
            return Ok(None);
        }
        let mut filter = Self { test: Test::Ignored, order: None, names_tags: false };
        filter.test = filter.object(&map, fields)?;
        if let Some(by) = map.get("+order_by") {
            let by = by.as_str().ok_or_else(|| Refusal::field("X-Filter", "+order_by must be a string"))?;
            if check(by, fields)? {
                let descending = match map.get("+order").and_then(Value::as_str) {
                    None | Some("asc") => false,
                    Some("desc") => true,
                    Some(_) => return Err(Refusal::field("X-Filter", "+order must be asc or desc")),
                };
                filter.order = Some((by.to_owned(), descending));
            }
        }
        Ok(Some(filter))
    }

    fn object(&mut self, map: &Map<String, Value>, fields: Fields) -> Result<Test, Refusal> {
        let mut tests = Vec::new();
        for (key, value) in map {
            match key.as_str() {
                "+order" | "+order_by" => {}
                "+and" => tests.push(Test::All(self.several(key, value, fields)?)),
                "+or" => tests.push(Test::Any(self.several(key, value, fields)?)),
                operator if operator.starts_with('+') => return Err(cannot(operator)),
                field => tests.push(self.field(field, value, fields)?),
            }
        }
        Ok(Test::All(tests))
    }

    fn several(&mut self, key: &str, value: &Value, fields: Fields) -> Result<Vec<Test>, Refusal> {
        let list =
            value.as_array().ok_or_else(|| Refusal::field("X-Filter", format!("{key} must be a list")))?;
        list.iter()
            .map(|one| match one {
                Value::Object(map) => self.object(map, fields),
                _ => Err(Refusal::field("X-Filter", format!("{key} must be a list of objects"))),
            })
            .collect()
    }

    fn field(&mut self, field: &str, value: &Value, fields: Fields) -> Result<Test, Refusal> {
        let applied = check(field, fields)?;
        self.names_tags |= field == "tags";
        let mut tests = Vec::new();
        match value {
            Value::Object(operators) => {
                for (operator, value) in operators {
                    let operator = operator_named(operator).ok_or_else(|| cannot(operator))?;
                    tests.push(Test::Compare { field: field.to_owned(), operator, value: value.clone() });
                }
            }
            value => {
                tests.push(Test::Compare {
                    field: field.to_owned(),
                    operator: Operator::Is,
                    value: value.clone(),
                });
            }
        }
        Ok(if applied { Test::All(tests) } else { Test::Ignored })
    }

    /// Whether it has a condition on tags anywhere.
    pub(super) fn names_tags(&self) -> bool {
        self.names_tags
    }

    pub(super) fn takes(&self, field: &dyn Fn(&str) -> Value) -> bool {
        self.test.holds(field)
    }

    /// The field to order by, and whether the greatest comes first.
    pub(super) fn order(&self) -> Option<(&str, bool)> {
        self.order.as_ref().map(|(by, descending)| (by.as_str(), *descending))
    }
}

impl Test {
    fn holds(&self, field: &dyn Fn(&str) -> Value) -> bool {
        match self {
            Self::Ignored => true,
            Self::All(tests) => tests.iter().all(|test| test.holds(field)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(field)),
            Self::Compare { field: name, operator, value } => compare(&field(name), *operator, value),
        }
    }
}

/// Whether a filter on this field is applied; ignored ones are not, unknown ones are refused.
fn check(field: &str, fields: Fields) -> Result<bool, Refusal> {
    if fields.filterable.contains(&field) {
        Ok(true)
    } else if fields.known.contains(&field) {
        Ok(false)
    } else {
        Err(cannot(field))
    }
}

fn cannot(what: &str) -> Refusal {
    Refusal::field("X-Filter", format!("Cannot filter on {what}"))
}

fn operator_named(name: &str) -> Option<Operator> {
    Some(match name {
        "+neq" => Operator::IsNot,
        "+gt" => Operator::Greater,
        "+gte" => Operator::GreaterOrIs,
        "+lt" => Operator::Less,
        "+lte" => Operator::LessOrIs,
        "+contains" => Operator::Contains,
        "+or_like" => Operator::OrLike,
        _ => return None,
    })
}

/// A list compares true when one of its items does, but for "is not", which speaks of all.
fn compare(held: &Value, operator: Operator, wanted: &Value) -> bool {
    if let Value::Array(items) = held {
        return match operator {
            Operator::IsNot => items.iter().all(|item| compare(item, operator, wanted)),
            _ => items.iter().any(|item| compare(item, operator, wanted)),
        };
    }
    match operator {
        Operator::Is => equal(held, wanted),
        Operator::IsNot => !equal(held, wanted),
        Operator::Greater => order_of(held, wanted) == Some(Ordering::Greater),
        Operator::GreaterOrIs => matches!(order_of(held, wanted), Some(Ordering::Greater | Ordering::Equal)),
        Operator::Less => order_of(held, wanted) == Some(Ordering::Less),
        Operator::LessOrIs => matches!(order_of(held, wanted), Some(Ordering::Less | Ordering::Equal)),
        Operator::Contains => contains(held, wanted),
        Operator::OrLike => wanted.as_array().is_some_and(|all| all.iter().any(|one| contains(held, one))),
    }
}

fn equal(held: &Value, wanted: &Value) -> bool {
    held == wanted || (held.is_number() && wanted.is_number() && held.as_f64() == wanted.as_f64())
}

fn contains(held: &Value, wanted: &Value) -> bool {
    match (held.as_str(), wanted.as_str()) {
        (Some(held), Some(wanted)) => held.to_lowercase().contains(&wanted.to_lowercase()),
        _ => false,
    }
}

/// Numbers by size; texts, and so times, by their letters.
pub(super) fn order_of(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
