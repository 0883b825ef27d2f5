use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api_transport::http::header::AUTHORIZATION;
use api_transport::http::{HeaderMap, HeaderName, HeaderValue};
use api_transport::service::{Sockets, SocketsError};
use api_transport::{Basic, Retry, Service, Token, TokenError, Url};

/// The longest time that one attempt may take, unless a builder or a call says otherwise.
const ATTEMPT: Duration = Duration::from_secs(30);

/// Settings of a [`Client`](crate::Client).
#[must_use = "settings do nothing until a client is built"]
pub struct ClientBuilder {
    address: String,
    authorization: Option<Authorization>,
    ca: Option<PathBuf>,
    headers: HeaderMap,
    service: Option<Arc<dyn Service>>,
    retry: Retry,
    attempt_limit: Duration,
    user_agent: Option<String>,
}

enum Authorization {
    Bearer(Token),
    Basic(Basic),
}

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address is not valid, or has credentials in it, which would end up in logs.
    #[error(
        "{given:?} is not the address of an Alertmanager: give scheme, host and prefix, such as http://127.0.0.1:9093, and credentials apart"
    )]
    Address {
        /// What was given, without credentials.
        given: String,
    },
    /// The credentials cannot stand in a header.
    #[error(transparent)]
    Credentials(#[from] TokenError),
    /// The user agent cannot stand in a header.
    #[error("the user agent {given:?} cannot stand in a header: use visible ASCII letters")]
    UserAgent {
        /// What was given.
        given: String,
    },
    /// The connection to the network could not be made ready.
    #[error(transparent)]
    Sockets(#[from] SocketsError),
}

impl ClientBuilder {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            authorization: None,
            ca: None,
            headers: HeaderMap::new(),
            service: None,
            retry: Retry::default(),
            attempt_limit: ATTEMPT,
            user_agent: None,
        }
    }

    /// Shows a bearer token, in place of any credentials given before.
    ///
    /// ```
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::Token;
    ///
    /// let client = Client::builder("https://alerts.example.com").bearer(Token::new("hush")?).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bearer(mut self, token: Token) -> Self {
        self.authorization = Some(Authorization::Bearer(token));
        self
    }

    /// Shows a user's name and password, in place of any credentials given before.
    ///
    /// ```
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::Basic;
    ///
    /// let client = Client::builder("https://alerts.example.com").basic(Basic::new("me", "hush")?).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn basic(mut self, basic: Basic) -> Self {
        self.authorization = Some(Authorization::Basic(basic));
        self
    }

    /// A PEM file whose certificates are trusted in place of the system's.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// let refused = Client::builder("https://alerts.example.com").ca_file("no-such.pem").build().unwrap_err();
    /// assert!(refused.to_string().contains("no-such.pem"));
    /// ```
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca = Some(path.into());
        self
    }

    /// Sends a header with every request, as a proxy in front may want. Its value is never printed.
    ///
    /// ```
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::api_transport::http::{HeaderName, HeaderValue};
    ///
    /// let client = Client::builder("https://mimir.example.com/alertmanager")
    ///     .header(HeaderName::from_static("x-scope-orgid"), HeaderValue::from_static("shop"))
    ///     .build()?;
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    /// Sends by another service than the network, such as a server in the same process (`api-transport`'s feature
    /// `in-process`).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::api_transport::service::InProcess;
    /// use axum::Router;
    /// use axum::routing::get;
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Router::new().route("/api/v2/receivers", get(async || r#"[{"name": "autoscaler"}]"#));
    /// let client =
    ///     Client::builder("http://alertmanager.test").service(Arc::new(InProcess::new(server))).build()?;
    /// assert_eq!(client.receivers().list().await?[0].name, "autoscaler");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(run())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn service(mut self, service: Arc<dyn Service>) -> Self {
        self.service = Some(service);
        self
    }

    /// When to send again. The default is [`Retry::default`].
    ///
    /// ```
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::api_transport::Retry;
    ///
    /// let client = Client::builder("http://127.0.0.1:9093").retry(Retry::never()).build()?;
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The longest time that one attempt may take; making a connection may take a third of it. The default is 30 s.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use alertmanager_types::Client;
    ///
    /// let client = Client::builder("http://127.0.0.1:9093").attempt_limit(Duration::from_secs(3)).build()?;
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.attempt_limit = limit;
        self
    }

    /// Names the program in front of this library's name in the `User-Agent`.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// let client = Client::builder("http://127.0.0.1:9093").user_agent("night-watch/1.2").build()?;
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    pub(super) fn http(self) -> Result<api_transport::Client, BuildError> {
        let base = address(&self.address)?;
        let own = concat!("alertmanager-types/", env!("CARGO_PKG_VERSION"));
        let agent = self.user_agent.map_or_else(|| own.to_owned(), |program| format!("{program} {own}"));
        let agent = HeaderValue::from_str(&agent).map_err(|_| BuildError::UserAgent { given: agent })?;
        let service = match self.service {
            Some(service) => service,
            None => sockets(self.ca, self.attempt_limit)?,
        };
        let mut client = api_transport::Client::builder(base, service)
            .user_agent(agent)
            .retry(self.retry)
            .attempt_limit(self.attempt_limit);
        for (name, value) in &self.headers {
            client = client.header(name.clone(), value.clone());
        }
        match self.authorization {
            Some(Authorization::Bearer(token)) => client = client.header(AUTHORIZATION, token.bearer()?),
            Some(Authorization::Basic(basic)) => client = client.basic(&basic),
            None => {}
        }
        Ok(client.build())
    }
}

fn sockets(ca: Option<PathBuf>, attempt_limit: Duration) -> Result<Arc<dyn Service>, SocketsError> {
    // A connection that was never made is known not to have carried a request, so it fails first.
    let mut sockets = Sockets::builder().connect_limit(attempt_limit / 3);
    if let Some(ca) = ca {
        sockets = sockets.ca_file(ca);
    }
    Ok(Arc::new(sockets.build()?))
}

fn address(given: &str) -> Result<Url, BuildError> {
    let bad = || BuildError::Address { given: without_credentials(given) };
    let url = Url::parse(given.trim()).map_err(|_| bad())?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !bare || !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad());
    }
    Ok(url)
}

/// All up to the last `@` may be a secret.
fn without_credentials(given: &str) -> String {
    given.rsplit_once('@').map_or_else(|| given.to_owned(), |(_, host)| format!("…@{host}"))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("address", &without_credentials(&self.address))
            .field("headers", &self.headers)
            .field("ca", &self.ca)
            .field("retry", &self.retry)
            .field("attempt_limit", &self.attempt_limit)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
