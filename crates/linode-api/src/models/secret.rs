//! Writes secrets into requests; nothing else ever shows them.

use secrecy::{ExposeSecret, SecretString};
use serde::Serializer;

/// Writes an optional secret as its text.
pub(super) fn option<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => serializer.serialize_str(secret.expose_secret()),
        None => serializer.serialize_none(),
    }
}
