//! How Alertmanager writes times, for `#[serde(with = "…")]`.
//!
//! It is written in Go, where a time that was never set is the year 1: `0001-01-01T00:00:00Z`. Here such a time is
//! `None`, in both directions, as are `null` and a field that is left out. Nanoseconds are kept. Times that are later than
//! the last one that can be counted here, a day before the end of the year 9999, are that last one.
//!
//! The webhook writes as many digits of a second as there are ([`start`], [`end`]); the API always at least three
//! ([`millis`], [`end_millis`]), so that what was decoded is encoded to the same text.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use serde::Serializer;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Go's zero time, 0001-01-01T00:00:00Z: a time that was never set.
pub const ZERO: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// A time that is read with an error that shows what stood there.
struct Read(Timestamp);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Time;
        impl Visitor<'_> for Time {
            type Value = Read;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Read, E> {
                text.parse().ok().or_else(|| beyond(text)).map(Read).ok_or_else(|| {
                    let shown: String = text.chars().take(40).collect();
                    let shown = shown.escape_debug();
                    E::custom(format_args!("`{shown}` is not an RFC 3339 time, such as 2026-11-24T00:08:09Z"))
                })
            }
        }
        deserializer.deserialize_str(Time)
    }
}

/// The last time that there is, for a text that is right and later than that.
fn beyond(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let whole = pieces.time().is_some() && pieces.offset().is_some();
    (whole && pieces.date().year() == 9999).then_some(Timestamp::MAX)
}

fn when_set<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let time = Option::<Read>::deserialize(deserializer)?.map(|Read(time)| time);
    Ok(time.filter(|time| *time != ZERO))
}

/// A time with at least three digits after the second's point.
struct Millis(Timestamp);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_nanosecond() % 1_000_000 == 0 {
            write!(f, "{:.3}", self.0)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

macro_rules! always {
    ($(#[$meta:meta])* $name:ident, $form:expr) => {
        $(#[$meta])*
        pub mod $name {
            use super::*;

            /// Writes the time.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&$form(*time))
            }

            /// Reads an RFC 3339 time.
            ///
            /// # Errors
            /// When it is none.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
                Read::deserialize(deserializer).map(|Read(time)| time)
            }
        }
    };
}

macro_rules! when_set {
    ($(#[$meta:meta])* $name:ident, $form:expr) => {
        $(#[$meta])*
        pub mod $name {
            use super::*;

            /// Writes the time, and `None` as [`ZERO`]; with `skip_serializing_if` a `None` is left out instead.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&$form(time.unwrap_or(ZERO)))
            }

            /// Reads an RFC 3339 time; [`ZERO`] and `null` are `None`.
            ///
            /// # Errors
            /// When it is neither a time nor `null`.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
                super::when_set(deserializer)
            }
        }
    };
}

always! {
    /// A time of the webhook that is always set.
    start, std::convert::identity
}
always! {
    /// A time of the API that is always set.
    millis, Millis
}
when_set! {
    /// A time of the webhook that may not be set.
    end, std::convert::identity
}
when_set! {
    /// A time of the API that may not be set.
    end_millis, Millis
}
