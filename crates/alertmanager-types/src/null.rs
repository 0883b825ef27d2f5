use serde::{Deserialize, Deserializer};

/// A Go slice that was never made is `null` in JSON: it means the same as an empty one.
pub(crate) fn as_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}
