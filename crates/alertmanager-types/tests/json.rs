//! Comparing JSON, and reading fixtures.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A file of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Decodes and encodes again.
pub(crate) fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    let decoded: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"));
    serde_json::to_value(decoded).unwrap()
}

/// Fails unless decoding and encoding gives the very same JSON.
pub(crate) fn assert_unchanged<T: DeserializeOwned + Serialize>(value: &Value) {
    let mut losses = Vec::new();
    compare("$", value, &again::<T>(value), &mut losses);
    compare_names("$", &again::<T>(value), value, &mut losses);
    assert!(losses.is_empty(), "{losses:#?}");
}

/// Fails when decoding and encoding drops a field or changes a value. Defaults may be added, and a time may be
/// written with fewer zeros.
pub(crate) fn assert_nothing_lost<T: DeserializeOwned + Serialize>(value: &Value) {
    let mut losses = Vec::new();
    compare("$", &same_instants(value), &same_instants(&again::<T>(value)), &mut losses);
    assert!(losses.is_empty(), "{losses:#?}");
}

fn same_instants(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(time) => Value::String(time.to_string()),
            Err(_) => value.clone(),
        },
        Value::Array(items) => items.iter().map(same_instants).collect(),
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), same_instants(v))).collect(),
        other => other.clone(),
    }
}

fn compare(path: &str, before: &Value, after: &Value, losses: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(other) => compare(&format!("{path}.{name}"), value, other, losses),
                    None if value.is_null() => {}
                    None => losses.push(format!("{path}.{name} is gone")),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (i, (value, other)) in before.iter().zip(after).enumerate() {
                compare(&format!("{path}[{i}]"), value, other, losses);
            }
        }
        _ if before == after => {}
        _ => losses.push(format!("{path}: {before} became {after}")),
    }
}

fn compare_names(path: &str, after: &Value, before: &Value, losses: &mut Vec<String>) {
    match (after, before) {
        (Value::Object(after), Value::Object(before)) => {
            for (name, value) in after {
                match before.get(name) {
                    Some(other) => compare_names(&format!("{path}.{name}"), value, other, losses),
                    None => losses.push(format!("{path}.{name} was added")),
                }
            }
        }
        (Value::Array(after), Value::Array(before)) => {
            for (i, (value, other)) in after.iter().zip(before).enumerate() {
                compare_names(&format!("{path}[{i}]"), value, other, losses);
            }
        }
        _ => {}
    }
}
