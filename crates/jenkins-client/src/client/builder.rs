//! Settings of a client.

#[cfg(feature = "rustls")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api_transport::http::header::{HeaderName, HeaderValue};
use api_transport::{Basic, Retry, Service, Url, is_loopback};
use secrecy::{ExposeSecret, SecretString};

use super::build_error::BuildError;
use super::session::Session;
use crate::refusals::JenkinsRefusals;

/// Settings of a [`Client`](crate::Client).
#[derive(Debug)]
#[must_use = "settings do nothing until a client is built"]
pub struct ClientBuilder {
    address: String,
    login: Login,
    network: Network,
    headers: Vec<(HeaderName, HeaderValue)>,
    retry: Retry,
    attempt_limit: Duration,
    user_agent: Option<String>,
}

#[derive(Debug)]
enum Login {
    Anonymous,
    ApiToken { user: String, token: SecretString },
    Password { user: String, password: SecretString },
}

#[derive(Debug)]
enum Network {
    Default,
    #[cfg(feature = "rustls")]
    CaFile(PathBuf),
    #[cfg(feature = "rustls")]
    CaPem(Vec<u8>),
    Service(Arc<dyn Service>),
}

impl ClientBuilder {
    pub(super) fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            login: Login::Anonymous,
            network: Network::Default,
            headers: Vec::new(),
            retry: Retry::default(),
            attempt_limit: Duration::from_secs(30),
            user_agent: None,
        }
    }

    /// The settings of the environment: see [`Client::from_env`](crate::Client::from_env).
    ///
    /// # Errors
    /// When `JENKINS_URL` is missing, or one of `JENKINS_USER` and `JENKINS_TOKEN` is there without the other.
    ///
    /// ```no_run
    /// let settings = jenkins_client::ClientBuilder::from_env()?.user_agent("deployer/1.0");
    /// # Ok::<(), jenkins_client::BuildError>(())
    /// ```
    pub fn from_env() -> Result<Self, BuildError> {
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BuildError> {
        let missing = |name, advice| BuildError::NotSet { name, advice };
        let address =
            get("JENKINS_URL").ok_or_else(|| missing("JENKINS_URL", "set it to the address of Jenkins"))?;
        let builder = Self::new(address);
        match (get("JENKINS_USER"), get("JENKINS_TOKEN")) {
            (Some(user), Some(token)) => Ok(builder.api_token(user.trim(), token.trim())),
            (None, None) => Ok(builder),
            (Some(_), None) => Err(missing("JENKINS_TOKEN", "set it to an API token of the user")),
            (None, Some(_)) => Err(missing("JENKINS_USER", "set it to the user whose token it is")),
        }
    }

    /// Logs in with an API token of the user. Nothing else is needed: no crumb, no session.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").api_token("ann", "11d9…").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_token(mut self, user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        self.login = Login::ApiToken { user: user.into(), token: token.into() };
        self
    }

    /// Logs in with the user's password. Jenkins then asks for a crumb that belongs to a session; both are fetched when they
    /// are needed first, and once again after a restart of Jenkins.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").password("ann", "s3cret").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn password(mut self, user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.login = Login::Password { user: user.into(), password: password.into() };
        self
    }

    /// A PEM file whose certificates are trusted in place of the system's.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").ca_file("/etc/ci/ca.pem").build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rustls")]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.network = Network::CaFile(path.into());
        self
    }

    /// PEM text whose certificates are trusted in place of the system's.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let pem = std::fs::read("/etc/ci/ca.pem")?;
    /// let client = jenkins_client::Client::builder("https://ci.example").ca_pem(pem).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rustls")]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network = Network::CaPem(pem.into());
        self
    }

    /// Sends by the caller's own HTTP client. It must not follow redirects: Jenkins answers a trigger with the item of the
    /// queue as a redirect. This crate brings reqwest without a provider of cryptography: install rustls' default provider before
    /// the client is made, or turn on reqwest's own.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let own = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    /// let client = jenkins_client::Client::builder("https://ci.example").reqwest_client(own).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rustls")]
    pub fn reqwest_client(self, client: reqwest::Client) -> Self {
        self.service(Arc::new(api_transport::service::Sockets::from_client(client)))
    }

    /// Sends by another service than the network, such as a simulator in the same process.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use jenkins_client::{Client, Service};
    ///
    /// # fn run(simulator: Arc<dyn Service>) -> Result<(), jenkins_client::BuildError> {
    /// let client = Client::builder("http://ci.test").service(simulator).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn service(mut self, service: Arc<dyn Service>) -> Self {
        self.network = Network::Service(service);
        self
    }

    /// Sends a header with every request, such as the one that a proxy in front of Jenkins wants for its own login. Its value
    /// is never shown.
    ///
    /// ```
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = jenkins_client::Client::builder("https://ci.example").header("x-sso".parse()?, "s3cret".parse()?).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.push((name, value));
        self
    }

    /// When to send again.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").retry(jenkins_client::Retry::never()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The longest time that one attempt may take; 30 s by default. [`Call::attempt_limit`](crate::Call::attempt_limit) sets
    /// it for a single call.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").attempt_limit(std::time::Duration::from_secs(10)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.attempt_limit = limit;
        self
    }

    /// Names the program in front of this library's name in the `User-Agent`.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").user_agent("deployer/1.0").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// The HTTP path that these settings describe.
    pub(super) fn connect(self) -> Result<(api_transport::Client, Arc<Session>), BuildError> {
        let base = address(&self.address)?;
        let basic = |user: &str, secret: &SecretString| {
            Basic::new(user, secret.expose_secret()).map_err(|source| BuildError::Credentials { source })
        };
        let (credentials, crumbs) = match &self.login {
            Login::Anonymous => (None, true),
            Login::ApiToken { user, token } => (Some(basic(user, token)?), false),
            Login::Password { user, password } => (Some(basic(user, password)?), true),
        };
        if credentials.is_some() && base.scheme() == "http" && !is_loopback(&base) {
            tracing::warn!(%base, "the credentials will be sent unencrypted: use https");
        }
        let own = concat!("jenkins-client/", env!("CARGO_PKG_VERSION"));
        let agent = self.user_agent.map_or_else(|| own.to_owned(), |program| format!("{program} {own}"));
        let agent = HeaderValue::from_str(&agent).map_err(|_| BuildError::UserAgent { given: agent })?;
        let session = Arc::new(Session::new(service(self.network)?, &base, crumbs));
        let mut http = api_transport::Client::builder(base, Arc::clone(&session) as Arc<dyn Service>)
            .user_agent(agent)
            .retry(self.retry)
            .refusals(JenkinsRefusals)
            .attempt_limit(self.attempt_limit);
        if let Some(credentials) = &credentials {
            http = http.basic(credentials);
        }
        for (name, value) in self.headers {
            http = http.header(name, value);
        }
        Ok((http.build(), session))
    }
}

#[cfg(feature = "rustls")]
fn service(network: Network) -> Result<Arc<dyn Service>, BuildError> {
    let sockets = api_transport::service::Sockets::builder();
    let sockets = match network {
        Network::Service(service) => return Ok(service),
        Network::Default => sockets,
        Network::CaFile(path) => sockets.ca_file(path),
        Network::CaPem(pem) => sockets.ca_pem(pem),
    };
    Ok(Arc::new(sockets.build().map_err(|source| BuildError::Sockets { source })?))
}

#[cfg(not(feature = "rustls"))]
fn service(network: Network) -> Result<Arc<dyn Service>, BuildError> {
    match network {
        Network::Service(service) => Ok(service),
        Network::Default => Err(BuildError::NoService),
    }
}

/// Scheme, host and context path.
fn address(given: &str) -> Result<Url, BuildError> {
    // Credentials in an address are not repeated in a message.
    let shown = || given.rsplit_once('@').map_or_else(|| given.to_owned(), |(_, host)| format!("…@{host}"));
    let bad = || BuildError::Address { given: shown() };
    let url = Url::parse(given.trim()).map_err(|_| bad())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
        return Err(bad());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_gives_address_and_login_or_says_what_is_missing() {
        let read = |pairs: &'static [(&'static str, &'static str)]| {
            ClientBuilder::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert!(read(&[]).unwrap_err().to_string().contains("JENKINS_URL"));
        let url = ("JENKINS_URL", "http://127.0.0.1:8080");
        assert!(matches!(read(&[("JENKINS_URL", "http://127.0.0.1:8080")]).unwrap().login, Login::Anonymous));
        let missing = ClientBuilder::read(|name| {
            [url, ("JENKINS_USER", "ann")].iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        });
        assert!(missing.unwrap_err().to_string().contains("JENKINS_TOKEN"));
        let whole = read(&[
            ("JENKINS_URL", "http://127.0.0.1:8080"),
            ("JENKINS_USER", "ann"),
            ("JENKINS_TOKEN", "11d9\n"),
        ]);
        let Login::ApiToken { user, token } = whole.unwrap().login else { panic!("an API token") };
        assert_eq!((user.as_str(), token.expose_secret()), ("ann", "11d9"));
    }

    #[test]
    fn an_address_is_scheme_host_and_context_path() {
        assert_eq!(address(" https://ci.example/jenkins/ ").unwrap().as_str(), "https://ci.example/jenkins/");
        for bad in ["ci.example", "ftp://ci.example", "https://ci.example/?x=1", "https://ci.example/#x"] {
            assert!(matches!(address(bad), Err(BuildError::Address { .. })), "{bad}");
        }
        let error = address("https://ann:hush@ci.example").unwrap_err().to_string();
        assert!(!error.contains("hush"), "{error}");
    }
}
