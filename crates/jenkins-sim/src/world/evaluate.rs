//! Values of expressions in a running pipeline.

use regex::Regex;

use super::failure::Failure;
use super::groovy::Value;
use super::{Build, Outcome};
use crate::config::ParameterKind;
use crate::script::{Expr, Operator, Part};

impl Build {
    /// A variable of the environment as the innermost scope has it.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let scoped = self.run.as_ref().and_then(|run| run.now.scoped(name));
        scoped.or_else(|| self.environment.get(name).map(String::as_str))
    }

    pub(super) fn evaluate(&self, expr: &Expr) -> Result<Value, Failure> {
        Ok(match expr {
            Expr::Null => Value::Null,
            Expr::Boolean(value) => Value::Boolean(*value),
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(parts) => Value::Text(self.interpolate(parts)?),
            Expr::List(list) => {
                Value::List(list.iter().map(|one| self.evaluate(one)).collect::<Result<_, _>>()?)
            }
            Expr::Name(name) => self.named(name)?,
            Expr::Not(inner) => Value::Boolean(!self.evaluate(inner)?.is_true()),
            Expr::Choice(condition, then, otherwise) => {
                let chosen = if self.evaluate(condition)?.is_true() { then } else { otherwise };
                self.evaluate(chosen)?
            }
            Expr::Binary(left, operator, right) => self.binary(left, *operator, right)?,
            Expr::Method(of, method, arguments) => {
                let arguments: Vec<Value> =
                    arguments.iter().map(|one| self.evaluate(one)).collect::<Result<_, _>>()?;
                call_method(&self.evaluate(of)?, method, &arguments)?
            }
            Expr::Call(call) if call.name.is_empty() => {
                let entries = call.named.iter().map(|(key, value)| Ok((key.clone(), self.evaluate(value)?)));
                Value::Map(entries.collect::<Result<_, Failure>>()?)
            }
            Expr::Call(call) if call.name.len() > 1 => {
                let (method, of) = call.name.split_last().unwrap_or((&call.name[0], &[]));
                let arguments: Vec<Value> =
                    call.positional.iter().map(|one| self.evaluate(one)).collect::<Result<_, _>>()?;
                call_method(&self.named(of)?, method, &arguments)?
            }
            Expr::Call(call) => return Err(Failure::no_such_step(&call.name())),
            Expr::Closure(_) => Value::Null,
        })
    }

    fn interpolate(&self, parts: &[Part]) -> Result<String, Failure> {
        parts.iter().try_fold(String::new(), |text, part| {
            Ok(match part {
                Part::Literal(literal) => text + literal,
                Part::Value(expr) => text + &self.evaluate(expr)?.text(),
            })
        })
    }

    fn named(&self, name: &[String]) -> Result<Value, Failure> {
        let parts: Vec<&str> = name.iter().map(String::as_str).collect();
        let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
        Ok(match parts.as_slice() {
            ["params", name] => match self.parameter(name) {
                Some(parameter) if parameter.kind == ParameterKind::Boolean => {
                    Value::Boolean(parameter.value == "true")
                }
                Some(parameter) => Value::Text(parameter.value.clone()),
                None => Value::Null,
            },
            ["env", name] => text(self.variable(name)),
            ["currentBuild", property] => self.current(property),
            ["scm"] => Value::Text("scm".to_owned()),
            [name] => match self.run.as_ref().and_then(|run| run.variables.get(*name)) {
                Some(value) => value.clone(),
                None => match (self.parameter(name), self.variable(name)) {
                    (Some(parameter), _) => Value::Text(parameter.value.clone()),
                    (None, Some(value)) => Value::Text(value.to_owned()),
                    (None, None) => {
                        let message = format!(
                            "groovy.lang.MissingPropertyException: No such property: {name} for class: groovy.lang.Binding"
                        );
                        return Err(Failure::error(&message));
                    }
                },
            },
            [name, rest @ ..] => {
                let mut value = self.named(&[(*name).to_owned()])?;
                for property in rest {
                    value = call_method(&value, property, &[])?;
                }
                value
            }
            [] => Value::Null,
        })
    }

    fn current(&self, property: &str) -> Value {
        let result = self.run.as_ref().and_then(|run| run.result);
        let number = u32::try_from(self.number).map_or(0.0, f64::from);
        match property {
            "result" => result.map_or(Value::Null, |result| Value::Text(result.name().to_owned())),
            "currentResult" => Value::Text(result.unwrap_or(Outcome::Success).name().to_owned()),
            "number" => Value::Number(number),
            "displayName" => Value::Text(self.display_name()),
            "description" => self.description.clone().map_or(Value::Null, Value::Text),
            _ => Value::Null,
        }
    }

    fn binary(&self, left: &Expr, operator: Operator, right: &Expr) -> Result<Value, Failure> {
        let left = self.evaluate(left)?;
        match operator {
            Operator::And if !left.is_true() => return Ok(Value::Boolean(false)),
            Operator::Or if left.is_true() => return Ok(Value::Boolean(true)),
            _ => {}
        }
        let right = self.evaluate(right)?;
        let compare = |holds: fn(f64, f64) -> bool| {
            let (left, right) = (left.number(), right.number());
            Value::Boolean(matches!((left, right), (Some(left), Some(right)) if holds(left, right)))
        };
        Ok(match operator {
            Operator::And | Operator::Or => Value::Boolean(right.is_true()),
            Operator::Equal => Value::Boolean(left == right),
            Operator::NotEqual => Value::Boolean(left != right),
            Operator::Matches | Operator::Finds => {
                let pattern = right.text();
                let whole = if operator == Operator::Matches { format!("^(?:{pattern})$") } else { pattern };
                let pattern = Regex::new(&whole).map_err(|error| {
                    Failure::error(&format!("java.util.regex.PatternSyntaxException: {error}"))
                })?;
                Value::Boolean(left != Value::Null && pattern.is_match(&left.text()))
            }
            Operator::Less => compare(|left, right| left < right),
            Operator::LessOrEqual => compare(|left, right| left <= right),
            Operator::Greater => compare(|left, right| left > right),
            Operator::GreaterOrEqual => compare(|left, right| left >= right),
            Operator::Plus => match (&left, &right) {
                (Value::Number(left), Value::Number(right)) => Value::Number(left + right),
                _ => Value::Text(left.text() + &right.text()),
            },
            Operator::Minus => match (left.number(), right.number()) {
                (Some(left), Some(right)) => Value::Number(left - right),
                _ => Value::Null,
            },
        })
    }
}

fn call_method(of: &Value, method: &str, arguments: &[Value]) -> Result<Value, Failure> {
    if *of == Value::Null {
        let message =
            format!("java.lang.NullPointerException: Cannot invoke method {method}() on null object");
        return Err(Failure::error(&message));
    }
    if let Value::Map(map) = of
        && let Some((_, value)) = map.iter().find(|(key, _)| key == method)
    {
        return Ok(value.clone());
    }
    let text = of.text();
    let argument = || arguments.first().map(Value::text).unwrap_or_default();
    let length = |length: usize| Value::Number(u32::try_from(length).map_or(f64::MAX, f64::from));
    Ok(match method {
        "trim" | "strip" => Value::Text(text.trim().to_owned()),
        "toString" | "getMessage" | "message" => Value::Text(text),
        "toLowerCase" => Value::Text(text.to_lowercase()),
        "toUpperCase" => Value::Text(text.to_uppercase()),
        "toInteger" | "toLong" | "toDouble" => match of.number() {
            Some(number) => Value::Number(number),
            None => {
                let message = format!("java.lang.NumberFormatException: For input string: \"{text}\"");
                return Err(Failure::error(&message));
            }
        },
        "isInteger" => Value::Boolean(text.parse::<i64>().is_ok()),
        "isNumber" => Value::Boolean(text.parse::<f64>().is_ok()),
        "isEmpty" => Value::Boolean(!of.is_true()),
        "contains" => match of {
            Value::List(list) => Value::Boolean(arguments.first().is_some_and(|one| list.contains(one))),
            _ => Value::Boolean(text.contains(&argument())),
        },
        "startsWith" => Value::Boolean(text.starts_with(&argument())),
        "endsWith" => Value::Boolean(text.ends_with(&argument())),
        "replace" => {
            Value::Text(text.replace(&argument(), &arguments.get(1).map(Value::text).unwrap_or_default()))
        }
        "length" | "size" => match of {
            Value::List(list) => length(list.len()),
            _ => length(text.chars().count()),
        },
        "join" => match of {
            Value::List(list) => {
                Value::Text(list.iter().map(Value::text).collect::<Vec<_>>().join(&argument()))
            }
            _ => Value::Text(text),
        },
        _ => {
            let message = format!("groovy.lang.MissingMethodException: No signature of method: {method}()");
            return Err(Failure::error(&message));
        }
    })
}
