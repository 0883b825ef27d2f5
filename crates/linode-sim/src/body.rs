//! Reading the fields of a request's body, each refusal naming its field.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// A JSON object whose fields may be absent or null, which means the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a>(Option<&'a Map<String, Value>>);

impl<'a> Body<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(map) => Ok(Self(Some(map))),
            Value::Null => Ok(Self(None)),
            _ => Err(Refusal::bad("Request body must be a JSON object")),
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    /// Refuses when there is no such field.
    pub(crate) fn required(self, name: &str) -> Result<(), Refusal> {
        self.get(name).map(drop).ok_or_else(|| Refusal::field(name, format!("{name} is required")))
    }

    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.read(name, Value::as_str, "must be a string")
    }

    pub(crate) fn flag(self, name: &str) -> Result<Option<bool>, Refusal> {
        self.read(name, Value::as_bool, "must be a boolean")
    }

    pub(crate) fn number(self, name: &str) -> Result<Option<u64>, Refusal> {
        self.read(name, Value::as_u64, "must be an integer")
    }

    pub(crate) fn list(self, name: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.read(name, Value::as_array, "must be a list")
    }

    pub(crate) fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
        self.read(name, Value::as_object, "must be an object")
    }

    /// An object, to be read in its turn.
    pub(crate) fn nested(self, name: &str) -> Result<Option<Self>, Refusal> {
        Ok(self.object(name)?.map(|map| Self(Some(map))))
    }

    /// A number within bounds.
    pub(crate) fn number_in(self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
        match self.number(name)? {
            Some(number) if !(least..=most).contains(&number) => {
                Err(Refusal::field(name, format!("Must be between {least} and {most}")))
            }
            number => Ok(number),
        }
    }

    /// One of some words.
    pub(crate) fn one_of(self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.text(name)? {
            Some(word) if !words.contains(&word) => {
                Err(Refusal::field(name, format!("Must be one of {}", words.join(", "))))
            }
            word => Ok(word),
        }
    }

    /// A list of strings.
    pub(crate) fn texts(self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        let texts = list.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>();
        texts.map(Some).ok_or_else(|| Refusal::field(name, format!("{name} must be a list of strings")))
    }

    /// A list of ids, empty when there is none.
    pub(crate) fn ids(self, name: &str) -> Result<Vec<u64>, Refusal> {
        let ids = self.list(name)?.into_iter().flatten().map(Value::as_u64).collect::<Option<_>>();
        ids.ok_or_else(|| Refusal::field(name, format!("{name} must be a list of ids")))
    }

    fn read<T>(
        self,
        name: &str,
        as_type: impl Fn(&'a Value) -> Option<T>,
        rule: &str,
    ) -> Result<Option<T>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => {
                as_type(value).map(Some).ok_or_else(|| Refusal::field(name, format!("{name} {rule}")))
            }
        }
    }
}
