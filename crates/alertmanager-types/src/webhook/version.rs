use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

pub(super) const TEXT: &str = "4";

/// Of Alertmanager before 0.6, and of what imitates it: it differs in what it leaves out, and in a number for the group's key.
pub(super) const BEFORE: &str = "3";

/// The field `version`: another one than those above does not decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version(&'static str);

impl Version {
    /// The version that is written here.
    pub(super) const CURRENT: Self = Self(TEXT);
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Known;
        impl Visitor<'_> for Known {
            type Value = Version;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the version \"4\" or \"3\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Version, E> {
                let known = [TEXT, BEFORE].into_iter().find(|known| *known == text);
                known.map(Version).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Known)
    }
}
