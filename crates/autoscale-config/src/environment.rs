//! What a configuration refers to beside itself: files and environment variables.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Where files are looked for, and where environment variables are read.
#[derive(Clone, Debug)]
pub struct Environment {
    base: PathBuf,
    env: Option<BTreeMap<String, String>>,
    lenient: bool,
}

impl Environment {
    /// Files relative to `base`, the variables of this process, and every secret has to be there.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), env: None, lenient: false }
    }

    /// With these variables in place of the process's own.
    #[must_use]
    pub fn with_env<K: Into<String>, V: Into<String>>(
        mut self,
        env: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.env = Some(env.into_iter().map(|(name, value)| (name.into(), value.into())).collect());
        self
    }

    /// A secret that is not there is a warning only: for a program that checks the file on another machine, or that
    /// speaks to the daemon and needs none of them.
    #[must_use]
    pub const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    pub(crate) const fn is_lenient(&self) -> bool {
        self.lenient
    }

    pub(crate) fn path(&self, written: &str) -> PathBuf {
        self.base.join(Path::new(written))
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        match &self.env {
            Some(env) => env.get(name).cloned(),
            None => env::var(name).ok(),
        }
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
    }
}
