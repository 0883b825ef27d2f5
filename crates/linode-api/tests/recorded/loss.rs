//! What a JSON value lost on its way through a model. A null and an absence are the same; nothing else is
//! forgiven.

use serde_json::Value;

/// Names each difference by its JSON pointer.
pub(crate) fn losses(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(pointer: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let kept = new.get(name).unwrap_or(&Value::Null);
                compare(&below(pointer, name), value, kept, found);
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                compare(&below(pointer, name), &Value::Null, value, found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&below(pointer, &index.to_string()), old, new, found);
            }
        }
        _ if before == after => {}
        _ => {
            found.push(format!("{}: {before} became {after}", if pointer.is_empty() { "/" } else { pointer }))
        }
    }
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[test]
fn every_kind_of_loss_is_named() {
    let cases = [
        (r#"{"a":{"b":1}}"#, r#"{"a":{}}"#, "/a/b: 1 became null"),
        (r#"{"a":[]}"#, r#"{}"#, "/a: [] became null"),
        (r#"{"a":""}"#, r#"{"a":null}"#, "/a: \"\" became null"),
        (r#"{"a":null}"#, r#"{"a":""}"#, "/a: null became \"\""),
        (r#"{}"#, r#"{"a":false}"#, "/a: null became false"),
        (r#"{"a":[0]}"#, r#"{"a":[0.0]}"#, "/a/0: 0 became 0.0"),
        (r#"{"a":[1,2]}"#, r#"{"a":[1]}"#, "/a: [1,2] became [1]"),
        (r#"{"a/b":"UP"}"#, r#"{"a/b":"up"}"#, "/a~1b: \"UP\" became \"up\""),
        ("[]", "{}", "/: [] became {}"),
    ];
    for (before, after, loss) in cases {
        let (before, after) = (serde_json::from_str(before).unwrap(), serde_json::from_str(after).unwrap());
        assert_eq!(losses(&before, &after), [loss]);
    }
}

#[test]
fn a_null_and_an_absence_are_the_same() {
    let cases = [(r#"{"a":null}"#, r#"{}"#), (r#"{}"#, r#"{"a":null}"#), (r#"{"a":1.5}"#, r#"{"a":1.5}"#)];
    for (before, after) in cases {
        let (before, after) = (serde_json::from_str(before).unwrap(), serde_json::from_str(after).unwrap());
        assert_eq!(losses(&before, &after), [""; 0]);
    }
}
