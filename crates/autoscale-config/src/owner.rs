//! Who owns an instance: the mark of one installation.

use std::fmt;
use std::str::FromStr;

/// The mark of one installation on an account: six lower-case letters or digits. It stands in a tag on every instance
/// of ours, and nothing without it is ever touched; so no two installations on one account may share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(String);

/// A text is not a valid [`Owner`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid owner: write six lower-case letters or digits")]
pub struct ParseOwnerError(String);

impl Owner {
    const LENGTH: usize = 6;

    /// A new one. It begins with a letter, so that no YAML reader takes it for a number.
    pub fn generate(rng: &mut fastrand::Rng) -> Self {
        let mut text = String::from(rng.lowercase());
        while text.len() < Self::LENGTH {
            text.push(char::from_digit(rng.u32(0..36), 36).unwrap_or('0'));
        }
        Self(text)
    }

    /// The owner as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Owner {
    type Err = ParseOwnerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseOwnerError(text.to_owned()))
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
