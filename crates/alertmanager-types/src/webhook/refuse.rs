//! Why a body is refused. Looked into only after decoding failed, so that a good message pays nothing for it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::glimpse::{Glimpse, shortened};
use super::{Message, version};

const LONGEST_REASON: usize = 200;

/// Why a body, or an alert in it, is not read.
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
    #[error("the field `version` is {found}: expected \"4\" (or \"3\"), the versions that are understood")]
    WrongVersion {
        /// The version as JSON, or what kind of JSON it is.
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
    match serde_json::from_slice::<Glimpse>(body) {
        Ok(value) => MessageError::NotAnObject { found: value.kind.to_owned() },
        Err(error) => not_json(&error),
    }
}

pub(super) fn why(body: &[u8], first: &serde_json::Error) -> MessageError {
    let object = match serde_json::from_slice::<Glimpse>(body) {
        Ok(object) => object,
        Err(error) => return not_json(&error),
    };
    match &object.version {
        None => return MessageError::NoVersion { found: names(&object) },
        Some(found)
            if [version::TEXT, version::BEFORE].iter().any(|text| found.shown == format!("{text:?}")) => {}
        Some(found) => return MessageError::WrongVersion { found: found.shown.clone() },
    }
    at_fault::<Message<&RawValue>>(body, "").err().unwrap_or_else(|| field("", first))
}

/// Decodes, and names the field that is at fault by its path below `base`.
pub(super) fn at_fault<'b, T: Deserialize<'b>>(body: &'b [u8], base: &str) -> Result<T, MessageError> {
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "" } else { &path };
        let dot = if path.is_empty() || base.is_empty() { "" } else { "." };
        field(&format!("{base}{dot}{path}"), error.inner())
    })
}

/// serde reports a missing or a doubled field at the object around it: the name is then taken from its words.
fn field(path: &str, error: &serde_json::Error) -> MessageError {
    let text = error.to_string();
    let reason = text.split_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    let named = |words: &str| reason.strip_prefix(words).and_then(|rest| rest.strip_suffix('`'));
    let (name, reason) = match (named("missing field `"), named("duplicate field `")) {
        (Some(name), _) => (name, "it is missing"),
        (_, Some(name)) => (name, "it stands there twice"),
        (None, None) => ("", reason),
    };
    let dot = if path.is_empty() || name.is_empty() { "" } else { "." };
    MessageError::Field { field: format!("{path}{dot}{name}"), reason: shortened(reason, LONGEST_REASON) }
}

fn not_json(error: &serde_json::Error) -> MessageError {
    MessageError::NotJson { reason: shortened(&error.to_string(), LONGEST_REASON) }
}

fn names(object: &Glimpse) -> String {
    if object.names.is_empty() {
        return "none at all".to_owned();
    }
    let list: Vec<String> = object.names.iter().map(|name| format!("`{name}`")).collect();
    let more = if object.more > 0 { format!(" and {} more", object.more) } else { String::new() };
    format!("{}{more}", list.join(", "))
}
