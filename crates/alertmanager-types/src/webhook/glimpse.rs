//! A look at JSON that keeps only what a refusal tells: a body may be large and hostile, so that nothing of it is
//! built up in memory.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

const LONGEST: usize = 60;
const MOST_NAMES: usize = 5;

/// The first characters of a text.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Any JSON value.
#[derive(Default)]
pub(super) struct Glimpse {
    /// What kind of value it is.
    pub(super) kind: &'static str,
    /// The value itself when it is a small one, else its kind.
    pub(super) shown: String,
    /// Of an object: the names of its first fields.
    pub(super) names: Vec<String>,
    /// Of an object: how many fields have no place in `names`.
    pub(super) more: usize,
    /// Of an object: its field `version`.
    pub(super) version: Option<Box<Self>>,
}

impl Glimpse {
    fn of(kind: &'static str, shown: String) -> Self {
        Self { kind, shown, ..Self::default() }
    }
}

impl<'de> Deserialize<'de> for Glimpse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Glimpse;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Glimpse, E> {
        Ok(Glimpse::of("null", "null".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Glimpse, E> {
        Ok(Glimpse::of("a boolean", value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Glimpse, E> {
        Ok(Glimpse::of("a number", value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Glimpse, E> {
        Ok(Glimpse::of("a number", value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Glimpse, E> {
        Ok(Glimpse::of("a number", value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Glimpse, E> {
        Ok(Glimpse::of("a string", format!("\"{}\"", shortened(text, LONGEST).escape_debug())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Glimpse, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Glimpse::of("an array", "an array".to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Glimpse, A::Error> {
        let mut object = Glimpse::of("an object", "an object".to_owned());
        while let Some(name) = fields.next_key::<String>()? {
            if name == "version" {
                object.version = Some(fields.next_value()?);
                continue;
            }
            fields.next_value::<IgnoredAny>()?;
            if object.names.len() < MOST_NAMES {
                object.names.push(shortened(&name, LONGEST));
            } else {
                object.more += 1;
            }
        }
        Ok(object)
    }
}
