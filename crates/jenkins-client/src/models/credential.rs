//! Credentials that jobs use.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::xml::escape;

objects! {
    /// The credentials of a domain.
    pub struct CredentialDomain {
        /// The domain's name; `_` for the global one.
        pub url_name: Option<String>,
        /// Its name as pages show it.
        pub display_name: Option<String>,
        /// Its credentials, without their secrets.
        pub credentials: Vec<Credential>,
    }

    /// A credential without its secret.
    pub struct Credential {
        /// Its id, by which jobs name it.
        pub id: String,
        /// Its name as pages show it.
        pub display_name: Option<String>,
        /// What it is for.
        pub description: Option<String>,
        /// Its kind in words.
        pub type_name: Option<String>,
        /// The store, domain and id.
        pub full_name: Option<String>,
    }
}

/// A credential that is created or replaced. Its secret is never shown.
///
/// ```
/// use jenkins_client::models::{CredentialConfig, Scope};
///
/// let token = CredentialConfig::secret_text("linode-token", "s3cret").description("for scaling").scope(Scope::System);
/// assert!(!format!("{token:?}").contains("s3cret"));
/// ```
#[derive(Clone)]
pub struct CredentialConfig {
    id: String,
    description: String,
    scope: Scope,
    secret: Secret,
}

/// Where a credential can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// By jobs, and by Jenkins.
    Global,
    /// By Jenkins alone, such as to reach an agent.
    System,
}

#[derive(Clone)]
enum Secret {
    Text(SecretString),
    UsernamePassword { user: String, password: SecretString },
    SshKey { user: String, key: SecretString, passphrase: Option<SecretString> },
}

impl CredentialConfig {
    /// A secret text, such as a token.
    #[must_use]
    pub fn secret_text(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self::new(id, Secret::Text(secret.into()))
    }

    /// A user's name and password.
    #[must_use]
    pub fn username_password(
        id: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> Self {
        Self::new(id, Secret::UsernamePassword { user: user.into(), password: password.into() })
    }

    /// A user's name and a private key for SSH, with a passphrase where the key has one.
    #[must_use]
    pub fn ssh_key(
        id: impl Into<String>,
        user: impl Into<String>,
        key: impl Into<SecretString>,
        passphrase: Option<SecretString>,
    ) -> Self {
        Self::new(id, Secret::SshKey { user: user.into(), key: key.into(), passphrase })
    }

    /// What it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Where it can be used; by jobs too unless this says otherwise.
    #[must_use]
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As Jenkins takes it: XML with the secret in it.
    #[must_use]
    pub fn to_xml(&self) -> SecretString {
        let (class, fields) = match &self.secret {
            Secret::Text(secret) => (
                "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl",
                element("secret", secret.expose_secret()),
            ),
            Secret::UsernamePassword { user, password } => (
                "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl",
                element("username", user) + &element("password", password.expose_secret()),
            ),
            Secret::SshKey { user, key, passphrase } => (
                "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey",
                element("username", user)
                    + &passphrase
                        .as_ref()
                        .map_or_else(String::new, |p| element("passphrase", p.expose_secret()))
                    + "<privateKeySource class=\"com.cloudbees.jenkins.plugins.sshcredentials.impl.\
                       BasicSSHUserPrivateKey$DirectEntryPrivateKeySource\">"
                    + &element("privateKey", key.expose_secret())
                    + "</privateKeySource>",
            ),
        };
        let scope = match self.scope {
            Scope::Global => "GLOBAL",
            Scope::System => "SYSTEM",
        };
        let common =
            element("scope", scope) + &element("id", &self.id) + &element("description", &self.description);
        SecretString::from(format!("<{class}>{common}{fields}</{class}>"))
    }

    fn new(id: impl Into<String>, secret: Secret) -> Self {
        Self { id: id.into(), description: String::new(), scope: Scope::Global, secret }
    }
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

impl fmt::Debug for CredentialConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.secret {
            Secret::Text(_) => "secret text",
            Secret::UsernamePassword { .. } => "username and password",
            Secret::SshKey { .. } => "SSH key",
        };
        f.debug_struct("CredentialConfig")
            .field("id", &self.id)
            .field("kind", &kind)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
