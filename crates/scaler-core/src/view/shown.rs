//! Words of a daemon that may be newer than who reads them.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::printable;

/// A value that a view shows. Who reads the view of a newer daemon still has the word of one that it does not know; the log,
/// by which is acted, is refused there.
///
/// ```
/// use scaler_core::state::GroupMode;
/// use scaler_core::view::Shown;
///
/// let known: Shown<GroupMode> = serde_json::from_str(r#""paused""#)?;
/// assert_eq!(known, GroupMode::Paused);
/// let newer: Shown<GroupMode> = serde_json::from_str(r#""hibernate""#)?;
/// assert_eq!((newer.known(), newer.to_string()), (None, "hibernate".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Shown<T> {
    /// One that this version knows.
    Known(T),
    /// The word of another one.
    Other(String),
}

impl<T> Shown<T> {
    /// The value; none where this version does not know it.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

impl<T> From<T> for Shown<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: PartialEq> PartialEq<T> for Shown<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T: fmt::Display> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Other(word) => write!(f, "{}", printable(word)),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Shown<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Value::deserialize(deserializer)?;
        T::deserialize(&told).map(Self::Known).or_else(|unknown| {
            let word = word(&told).ok_or_else(|| D::Error::custom(unknown))?;
            Ok(Self::Other(word.to_owned()))
        })
    }
}

/// The word of a value: itself, that of the tag of a step, or the name of what holds the rest.
fn word(told: &Value) -> Option<&str> {
    let fields = match told {
        Value::String(word) => return Some(word),
        told => told.as_object()?,
    };
    fields.get("do").and_then(Value::as_str).or_else(|| fields.keys().next().map(String::as_str))
}
