//! What a caller has to show.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
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

/// What a caller showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The right one.
    Right,
    /// None.
    Missing,
    /// Another one.
    Wrong,
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

    /// Compares what a request shows, in a time that does not tell how much of it is right.
    pub(crate) fn shown_by(&self, headers: &HeaderMap) -> Shown {
        let Some(header) = headers.get(AUTHORIZATION) else { return Shown::Missing };
        let right = match header.as_bytes().iter().position(|byte| *byte == b' ') {
            Some(space) => {
                let (scheme, rest) = header.as_bytes().split_at(space);
                let rest = rest.trim_ascii();
                if scheme.eq_ignore_ascii_case(b"bearer") {
                    self.is(rest)
                } else if scheme.eq_ignore_ascii_case(b"basic") {
                    STANDARD.decode(rest).is_ok_and(|pair| {
                        let colon = pair.iter().position(|byte| *byte == b':');
                        colon
                            .and_then(|colon| pair.get(colon + 1..))
                            .is_some_and(|password| self.is(password))
                    })
                } else {
                    false
                }
            }
            None => false,
        };
        if right { Shown::Right } else { Shown::Wrong }
    }

    fn is(&self, shown: &[u8]) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(shown).into()
    }
}

impl fmt::Debug for ApiCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiCredential(not shown)")
    }
}
