//! JSON as a Python literal.

use serde_json::Value;

/// The same value with `True`, `False` and `None`.
pub(crate) fn python(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("None"),
        Value::Bool(true) => text.push_str("True"),
        Value::Bool(false) => text.push_str("False"),
        Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
        Value::Array(list) => {
            text.push('[');
            for (at, one) in list.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(text, one);
            }
            text.push(']');
        }
        Value::Object(map) => {
            text.push('{');
            for (at, (key, one)) in map.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(text, one);
            }
            text.push('}');
        }
    }
}
