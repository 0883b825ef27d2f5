//! Secrets, which the file names and never holds.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The environment variable of that name.
    Env(String),
    /// The content of that file, without white space around it.
    File(PathBuf),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// A secret: where it comes from, and its value where it was there to be read. Neither Debug nor Display show the value.
#[derive(Clone, Debug)]
pub struct Secret {
    source: SecretSource,
    value: Option<SecretString>,
}

/// A secret was not there when the configuration was read by [`Environment::lenient`](crate::Environment::lenient).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} has no value: set it and start again")]
pub struct MissingSecret(SecretSource);

impl Secret {
    pub(crate) const fn new(source: SecretSource, value: Option<SecretString>) -> Self {
        Self { source, value }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(&self) -> &SecretSource {
        &self.source
    }

    /// Its value. It is always there unless the configuration was read leniently.
    ///
    /// # Errors
    /// [`MissingSecret`] where it was not there to be read.
    pub fn value(&self) -> Result<&SecretString, MissingSecret> {
        self.value.as_ref().ok_or_else(|| MissingSecret(self.source.clone()))
    }
}
