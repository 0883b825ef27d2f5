//! Why a body is refused. Looked into only after decoding failed, so that a good message pays nothing for it.

use serde_json::{Map, Value};

use super::{Message, version};

const LONGEST_QUOTE: usize = 60;
const LONGEST_REASON: usize = 200;

/// Why a body is not a version 4 message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is empty.
    #[error("the body is empty: expected Alertmanager's version 4 message, a JSON object")]
    Empty,
    /// It is not JSON.
    #[error("the body is not JSON: {reason}")]
    NotJson {
        /// What the JSON parser says, with line and column.
        reason: String,
    },
    /// It is JSON, but no object.
    #[error("the body is {found}: expected Alertmanager's version 4 message, a JSON object")]
    NotAnObject {
        /// What kind of JSON it is.
        found: String,
    },
    /// It has no `version`: usually the operator replaced the message by a template.
    #[error(
        "the body has no field `version` (it has {found}), so it is not Alertmanager's version 4 message: if the \
         webhook_config has a `payload`, take it out"
    )]
    NoVersion {
        /// The names of the fields that it has.
        found: String,
    },
    /// It says another version.
    #[error("the field `version` is {found}: expected \"4\", the only version that is understood")]
    WrongVersion {
        /// The version as JSON.
        found: String,
    },
    /// It says version 4, but a field is missing or of another type.
    #[error("the field `{field}` of the version 4 message can't be read: {reason}")]
    Field {
        /// The path of the field, such as `alerts[3].startsAt`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl MessageError {
    /// The field that is at fault, as a path; `None` when the body as a whole is.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Empty | Self::NotJson { .. } | Self::NotAnObject { .. } => None,
            Self::NoVersion { .. } | Self::WrongVersion { .. } => Some("version"),
            Self::Field { field, .. } => Some(field),
        }
    }
}

pub(super) fn no_object(body: &[u8]) -> MessageError {
    if body.trim_ascii().is_empty() {
        return MessageError::Empty;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => MessageError::NotAnObject { found: kind(&value).to_owned() },
        Err(error) => not_json(&error),
    }
}

pub(super) fn why(body: &[u8], first: &serde_json::Error) -> MessageError {
    let fields = match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(fields) => fields,
        Err(error) => return not_json(&error),
    };
    match fields.get("version") {
        None => return MessageError::NoVersion { found: names(&fields) },
        Some(Value::String(text)) if text == version::TEXT => {}
        Some(other) => {
            return MessageError::WrongVersion { found: shortened(&other.to_string(), LONGEST_QUOTE) };
        }
    }
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, Message>(deserializer) {
        Ok(_) => field(String::new(), first),
        Err(error) => {
            let path = error.path().to_string();
            field(if path == "." { String::new() } else { path }, error.inner())
        }
    }
}

/// serde reports a missing field at the object that lacks it: the name is then taken from its words.
fn field(path: String, error: &serde_json::Error) -> MessageError {
    let text = error.to_string();
    let reason = text.split_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let (field, reason) = match missing {
        Some(name) if path.is_empty() => (name.to_owned(), "it is missing"),
        Some(name) => (format!("{path}.{name}"), "it is missing"),
        None => (path, reason),
    };
    MessageError::Field { field, reason: shortened(reason, LONGEST_REASON) }
}

fn not_json(error: &serde_json::Error) -> MessageError {
    MessageError::NotJson { reason: shortened(&error.to_string(), LONGEST_REASON) }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn names(fields: &Map<String, Value>) -> String {
    if fields.is_empty() {
        return "none at all".to_owned();
    }
    let mut list: Vec<String> =
        fields.keys().take(5).map(|name| format!("`{}`", shortened(name, LONGEST_QUOTE))).collect();
    if fields.len() > list.len() {
        list.push(format!("{} more", fields.len() - list.len()));
    }
    list.join(", ")
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
