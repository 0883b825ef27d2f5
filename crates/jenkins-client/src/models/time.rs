//! Lengths of time, which Jenkins writes as whole milliseconds.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// For `#[serde(with)]`: milliseconds that may be missing or negative (-1 for an estimate that Jenkins does not have).
pub(super) mod millis {
    use super::*;

    pub(in crate::models) fn serialize<S: Serializer>(
        duration: &Option<SignedDuration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(|duration| duration.as_millis()).serialize(serializer)
    }

    pub(in crate::models) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SignedDuration>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(SignedDuration::from_millis))
    }
}
