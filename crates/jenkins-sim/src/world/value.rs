//! Values of parameters, and what a trigger makes of what it is given.

use crate::config::{Parameter, ParameterKind};
use crate::refusal::Refusal;

/// A parameter with the value that a build has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParameterValue {
    pub(crate) kind: ParameterKind,
    pub(crate) name: String,
    pub(crate) value: String,
    /// The content of a file parameter, whose value is the name of the file.
    pub(crate) content: Option<Vec<u8>>,
}

impl ParameterValue {
    /// The value that a definition makes of a text.
    pub(crate) fn of(definition: &Parameter, value: &str) -> Result<Self, Refusal> {
        let name = &definition.name;
        let value = match definition.kind {
            ParameterKind::Boolean => value.eq_ignore_ascii_case("true").to_string(),
            ParameterKind::Choice if !definition.choices.iter().any(|choice| choice == value) => {
                let message = format!("Illegal choice for parameter {name}: {value}");
                return Err(Refusal::exception(message));
            }
            _ if definition.trim => value.trim().to_owned(),
            _ => value.to_owned(),
        };
        Ok(Self { kind: definition.kind, name: name.clone(), value, content: None })
    }

    /// The default of a definition. A file has none.
    pub(crate) fn default_of(definition: &Parameter) -> Option<Self> {
        (definition.kind != ParameterKind::File).then(|| Self {
            kind: definition.kind,
            name: definition.name.clone(),
            value: definition.default.clone(),
            content: None,
        })
    }

    /// A file that was sent along.
    pub(crate) fn file(definition: &Parameter, file_name: &str, content: Vec<u8>) -> Self {
        Self {
            kind: definition.kind,
            name: definition.name.clone(),
            value: file_name.to_owned(),
            content: Some(content),
        }
    }

    /// Whether the API and the log show its value.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == ParameterKind::Password
    }
}
