use std::collections::BTreeSet;

use secrecy::SecretString;
use serde::Deserialize;

use crate::permission::Permission;

/// Somebody who may log in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedUser {
    /// The name to log in with; `anonymous` is whoever does not log in.
    pub id: String,
    /// The name that people see; the id where it is empty.
    pub full_name: String,
    /// With a password, POSTs need a crumb.
    pub password: Option<SecretString>,
    /// API tokens, with which they don't.
    pub tokens: Vec<SecretString>,
    /// What they may do; everything, if not given.
    pub permissions: Option<BTreeSet<Permission>>,
    /// Full names of jobs, with `*` for anything, that they don't see.
    pub hidden: Vec<String>,
}

impl SeedUser {
    /// An administrator who can't log in yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.id.is_empty() { Err("it has no `id`".to_owned()) } else { Ok(()) }
    }

    /// With a password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(SecretString::from(password.into()));
        self
    }

    /// With an API token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(SecretString::from(token.into()));
        self
    }

    /// With these permissions alone.
    #[must_use]
    pub fn permissions(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.permissions = Some(permissions.into_iter().collect());
        self
    }

    /// Without seeing jobs whose full name has this form.
    #[must_use]
    pub fn hidden(mut self, jobs: impl Into<String>) -> Self {
        self.hidden.push(jobs.into());
        self
    }
}
