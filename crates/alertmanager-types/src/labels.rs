use std::collections::{BTreeMap, btree_map};
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::quote::quoted;
use crate::{Fingerprint, Severity};

/// The pairs of [`Labels`] or [`Annotations`], in the order of their names' bytes.
#[derive(Debug, Clone)]
pub struct Iter<'a>(btree_map::Iter<'a, String, String>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Reads an object of strings. A Go map that was never made is `null` in JSON: it means the same as an empty one.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((name, value)) = pairs.next_entry()? {
            map.insert(name, value);
        }
        Ok(map)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }
}

macro_rules! string_map {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(BTreeMap<String, String>);

        impl $name {
            /// An empty map.
            #[must_use]
            pub const fn new() -> Self {
                Self(BTreeMap::new())
            }

            /// The value of `name`, or `None` when the map has no such name.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<&str> {
                self.0.get(name).map(String::as_str)
            }

            /// Whether the map has the name, be its value empty or not.
            #[must_use]
            pub fn contains(&self, name: &str) -> bool {
                self.0.contains_key(name)
            }

            /// Sets `name` to `value` and returns the value it had before.
            pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) -> Option<String> {
                self.0.insert(name.into(), value.into())
            }

            /// Takes `name` out and returns its value.
            pub fn remove(&mut self, name: &str) -> Option<String> {
                self.0.remove(name)
            }

            /// How many names the map has.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether the map has no name at all.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The pairs, in the order of their names' bytes (the order in which Go sorts them).
            #[must_use]
            pub fn iter(&self) -> Iter<'_> {
                Iter(self.0.iter())
            }

            /// Keeps the pairs that `keep` wants.
            pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
                self.0.retain(|name, value| keep(name, value));
            }

            /// The map inside.
            #[must_use]
            pub fn into_inner(self) -> BTreeMap<String, String> {
                self.0
            }
        }

        impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for $name {
            fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
                Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }

        impl<N: Into<String>, V: Into<String>, const LEN: usize> From<[(N, V); LEN]> for $name {
            fn from(pairs: [(N, V); LEN]) -> Self {
                pairs.into_iter().collect()
            }
        }

        impl From<BTreeMap<String, String>> for $name {
            fn from(map: BTreeMap<String, String>) -> Self {
                Self(map)
            }
        }

        impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for $name {
            fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
                self.0.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = (&'a str, &'a str);
            type IntoIter = Iter<'a>;

            fn into_iter(self) -> Iter<'a> {
                self.iter()
            }
        }

        impl IntoIterator for $name {
            type Item = (String, String);
            type IntoIter = btree_map::IntoIter<String, String>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Not by way of an `Option`: a field that is left out would then be an empty map.
                deserializer.deserialize_any(Pairs).map(Self)
            }
        }
    };
}

string_map! {
    /// A set of labels: what identifies an alert, a group or a route.
    ///
    /// ```
    /// use alertmanager_types::{Labels, Severity};
    ///
    /// let labels = Labels::from([("alertname", "WebCpuHigh"), ("severity", "warning")]);
    /// assert_eq!(labels.alertname(), Some("WebCpuHigh"));
    /// assert_eq!(labels.severity(), Some(Severity::Warning));
    /// assert_eq!(labels.value("group"), ""); // to Prometheus an absent label is an empty one
    /// ```
    Labels
}

string_map! {
    /// An alert's annotations: texts for people, which do not identify it.
    Annotations
}

impl Labels {
    /// The value of `name`, or `""` when it is absent: in Prometheus' data model the two are the same.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The label `alertname`: the name of the rule that fired. `None` when absent or empty.
    #[must_use]
    pub fn alertname(&self) -> Option<&str> {
        self.get("alertname").filter(|name| !name.is_empty())
    }

    /// The label `severity`. `None` when absent or empty.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.get("severity").filter(|word| !word.is_empty()).map(Severity::from)
    }

    /// The fingerprint of this set of labels, exactly as Prometheus' `model.LabelSet.Fingerprint` computes it.
    ///
    /// Every pair counts, one with an empty value too; Alertmanager drops those when it takes an alert in.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.iter())
    }
}

impl fmt::Display for Labels {
    /// As Prometheus prints a set of labels, and as it stands in a message's `groupKey`: `{a="1", b="2"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={}", quoted(value))?;
        }
        f.write_str("}")
    }
}
