//! What a caller has to show.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// A secret that callers show, as a bearer token or as the password of basic authentication (the user's name is not
/// looked at): Alertmanager and curl can do both. It is never printed.
#[derive(Clone)]
pub struct ApiCredential(SecretString);

/// A text can't be an [`ApiCredential`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredential {
    /// There is nothing but white space.
    #[error("the credential is empty: give a long random text")]
    Empty,
    /// A control character, a space, or none of ASCII.
    #[error(
        "the credential contains a character that can't stand in a header: use letters, digits and signs of ASCII"
    )]
    Unprintable,
}

impl ApiCredential {
    /// Takes a secret as it is, but for white space around it (files end in a newline).
    ///
    /// # Errors
    /// [`InvalidCredential`].
    pub fn new(secret: impl Into<String>) -> Result<Self, InvalidCredential> {
        let secret = SecretString::from(secret.into().trim());
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(InvalidCredential::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidCredential::Unprintable);
        }
        Ok(Self(secret))
    }

    /// Whether `shown` is it, in a time that does not tell how much of it is right.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(shown).into()
    }
}

impl fmt::Debug for ApiCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiCredential(not shown)")
    }
}
