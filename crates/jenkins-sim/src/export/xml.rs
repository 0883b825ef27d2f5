//! JSON as XML: a list is its elements, each under the singular of the list's name.

use serde_json::Value;

use crate::config::escape;

/// The value as a document whose root is named after its class.
pub(crate) fn xml(value: &Value) -> String {
    let class = value.get("_class").and_then(Value::as_str).unwrap_or("object");
    let simple = class.rsplit(['.', '$']).next().unwrap_or("object");
    let mut letters = simple.chars();
    let name: String =
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
    let mut text = String::new();
    write(&mut text, &name, value);
    text
}

fn write(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(list) => {
            let singular = singular(name);
            for one in list {
                write(text, &singular, one);
            }
        }
        Value::Object(map) => {
            text.push_str(&format!("<{name}"));
            if let Some(class) = map.get("_class").and_then(Value::as_str) {
                text.push_str(&format!(" _class='{}'", escape(class)));
            }
            text.push('>');
            for (key, one) in map.iter().filter(|(key, _)| *key != "_class") {
                write(text, key, one);
            }
            text.push_str(&format!("</{name}>"));
        }
        Value::String(string) => text.push_str(&format!("<{name}>{}</{name}>", escape(string))),
        plain => text.push_str(&format!("<{name}>{plain}</{name}>")),
    }
}

fn singular(name: &str) -> String {
    match name {
        name if name.ends_with("ies") => format!("{}y", name.trim_end_matches("ies")),
        name if name.ends_with("sses") => name.trim_end_matches("es").to_owned(),
        name => name.strip_suffix('s').unwrap_or(name).to_owned(),
    }
}
