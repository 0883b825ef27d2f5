use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::config::escape;

/// A credential: a secret text, or a user with a password.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedCredential {
    /// Its id.
    pub id: String,
    /// The full name of the folder whose store it is in; empty for Jenkins' own.
    pub folder: String,
    /// Its description.
    pub description: String,
    /// The user whose password it is; without one it is a secret text.
    pub username: Option<String>,
    /// What is kept secret.
    pub secret: Option<SecretString>,
}

impl SeedCredential {
    pub(super) fn check(&self) -> Result<(), String> {
        match (self.id.is_empty(), &self.secret) {
            (true, _) => Err("it has no `id`".to_owned()),
            (_, None) => Err("it has no `secret`".to_owned()),
            _ => Ok(()),
        }
    }

    pub(super) fn xml(&self) -> String {
        let secret = self.secret.as_ref().map(|secret| escape(secret.expose_secret())).unwrap_or_default();
        let common = format!(
            "<scope>GLOBAL</scope><id>{}</id><description>{}</description>",
            escape(&self.id),
            escape(&self.description)
        );
        match &self.username {
            Some(user) => {
                let class = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";
                let user = escape(user);
                format!("<{class}>{common}<username>{user}</username><password>{secret}</password></{class}>")
            }
            None => {
                let class = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl";
                format!("<{class}>{common}<secret>{secret}</secret></{class}>")
            }
        }
    }
}
