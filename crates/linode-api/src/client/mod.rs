//! The client: its address, its token, how it sends.

mod address;
mod build_error;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api_transport::http::HeaderValue;
#[cfg(feature = "rustls")]
use api_transport::is_loopback;
use api_transport::{Request, Retry, Service, Token, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::address::{address, version};
pub use self::build_error::BuildError;
use crate::call::Call;
use crate::operation::Operation;
use crate::refusals::LinodeRefusals;

const ADDRESS: &str = "https://api.linode.com";
const VERSION: &str = "v4";

/// A client of the Linode API. Clones share connections and rate budget.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use linode_api::{Client, Filter};
///
/// let client = Client::from_env()?;
/// for instance in client.instances().list().filter(Filter::tag("group:web")).await? {
///     println!("{} is {}", instance.label, instance.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    http: api_transport::Client,
    version: Arc<str>,
}

/// Settings of a [`Client`].
#[derive(Debug)]
#[must_use = "settings do nothing until a client is built"]
pub struct ClientBuilder {
    token: Token,
    address: Option<String>,
    version: Option<String>,
    ca: Option<PathBuf>,
    service: Option<Arc<dyn Service>>,
    retry: Retry,
    attempt_limit: Duration,
    user_agent: Option<String>,
}

impl Client {
    /// Settings to begin with: `https://api.linode.com/v4`, the system's certificates, 30 s an attempt.
    ///
    /// ```no_run
    /// use linode_api::{Client, Token};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::builder(Token::new("…")?).user_agent("my-program/1.0").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(token: Token) -> ClientBuilder {
        ClientBuilder {
            token,
            address: None,
            version: None,
            ca: None,
            service: None,
            retry: Retry::default(),
            attempt_limit: Duration::from_secs(30),
            user_agent: None,
        }
    }

    /// A client set up as the official tools are: `LINODE_TOKEN`, and if they are set `LINODE_URL` (scheme and host, with or
    /// without a version), `LINODE_API_VERSION`, `LINODE_CA` (a PEM file that is trusted in place of the system's).
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = linode_api::Client::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the token is missing or one of the others makes no sense.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env()?.build()
    }

    /// Any GET below the version: `linode.get::<Value>("linode/instances/5/stats")`.
    ///
    /// ```no_run
    /// use serde_json::Value;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let stats: Value = client.get("linode/instances/5/stats").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Call<T> {
        Call::json(&self.http, self.at(Request::get(format!("getting {path}")), path))
    }

    /// Any POST below the version. It is sent again only when the API surely did not take it.
    ///
    /// ```no_run
    /// use serde_json::{Value, json};
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let snapshot: Value = client.post("linode/instances/5/backups", &json!({"label": "before"})).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Call<T> {
        Call::json(&self.http, self.at(Request::post(format!("posting to {path}")), path)).body(body)
    }

    /// Any PUT below the version.
    ///
    /// ```no_run
    /// use serde_json::{Value, json};
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let disk: Value = client.put("linode/instances/5/disks/7", &json!({"label": "root"})).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put<T: DeserializeOwned>(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Call<T> {
        Call::json(&self.http, self.at(Request::put(format!("putting {path}")), path)).body(body)
    }

    /// Any DELETE below the version.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// client.delete("linode/instances/5/disks/7").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, path: &str) -> Call<()> {
        Call::new(&self.http, self.at(Request::delete(format!("deleting {path}")), path), |_, _| Ok(()))
    }

    /// The version of the API in use, such as `v4`.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).version("v4beta").build()?;
    /// assert_eq!(client.version(), "v4beta");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Calls of this operation that may begin now; `None` where no limit is known. Beyond it calls wait before they are
    /// sent. Limits are learned from the API's headers, for each operation.
    ///
    /// ```no_run
    /// use linode_api::Operation;
    ///
    /// # fn run(client: &linode_api::Client) {
    /// let left = client.rate_left(Operation::CreateInstance);
    /// println!("{left:?} creates may begin before the client waits");
    /// # }
    /// ```
    pub fn rate_left(&self, operation: Operation) -> Option<u64> {
        self.http.budget().left(operation.endpoint())
    }

    /// How long a call of this operation would wait now before it is sent; nothing where one may begin.
    ///
    /// ```no_run
    /// use linode_api::Operation;
    ///
    /// # fn run(client: &linode_api::Client) {
    /// let wait = client.rate_wait(Operation::CreateInstance);
    /// println!("the next create is sent in {} s", wait.as_secs());
    /// # }
    /// ```
    pub fn rate_wait(&self, operation: Operation) -> Duration {
        self.http.budget().wait(operation.endpoint())
    }

    /// The HTTP path below, with its rate budget.
    pub(crate) const fn http(&self) -> &api_transport::Client {
        &self.http
    }

    /// Puts version and path into a request.
    fn at(&self, request: Request, path: &str) -> Request {
        request.segment(&self.version).path(path)
    }
}

impl ClientBuilder {
    /// Settings of the environment: see [`Client::from_env`].
    ///
    /// ```no_run
    /// let client = linode_api::ClientBuilder::from_env()?.user_agent("my-program/1.0").build()?;
    /// # Ok::<(), linode_api::BuildError>(())
    /// ```
    ///
    /// # Errors
    /// When the token is missing.
    pub fn from_env() -> Result<Self, BuildError> {
        Ok(Client::builder(Token::from_env("LINODE_TOKEN").map_err(BuildError::token)?).environment())
    }

    /// Reads all but the token from the environment; what is not set there stays as it is.
    ///
    /// ```no_run
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).environment().build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn environment(self) -> Self {
        self.read(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    fn read(mut self, get: impl Fn(&str) -> Option<String>) -> Self {
        self.address = get("LINODE_URL").or(self.address);
        self.version = get("LINODE_API_VERSION").or(self.version);
        self.ca = get("LINODE_CA").map(PathBuf::from).or(self.ca);
        self
    }

    /// Scheme and host of the API, with or without a version at the end.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).address("http://127.0.0.1:8080/v4").build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The version, such as `v4beta`; it goes before one in the address.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).version("v4beta").build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// A PEM file whose certificates are trusted in place of the system's.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let builder = Client::builder(Token::new("t0ken")?).ca_file("/etc/proxy/ca.pem");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca = Some(path.into());
        self
    }

    /// Sends by another service than the network, such as a simulator in the same process.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use linode_api::{Client, InProcess, Token};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let router = axum::Router::new(); // a simulator, for example
    /// let client = Client::builder(Token::new("…")?).service(Arc::new(InProcess::new(router))).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn service(mut self, service: Arc<dyn Service>) -> Self {
        self.service = Some(service);
        self
    }

    /// When to send again.
    ///
    /// ```no_run
    /// use linode_api::{Client, Retry, Token};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::builder(Token::new("…")?).retry(Retry::default().attempts(3)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The longest time that one attempt may take.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).attempt_limit(std::time::Duration::from_secs(10)).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.attempt_limit = limit;
        self
    }

    /// Names the program in front of this library's name in the `User-Agent`.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let client = Client::builder(Token::new("t0ken")?).user_agent("my-program/1.0").build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Makes the client; sends nothing.
    ///
    /// ```
    /// use linode_api::{Client, Token};
    ///
    /// let refused = Client::builder(Token::new("t0ken")?).version("four").build().unwrap_err();
    /// assert!(refused.to_string().contains("v4"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a setting makes no sense, or the CA file cannot be read.
    pub fn build(self) -> Result<Client, BuildError> {
        let (base, in_address) = address(self.address.as_deref().unwrap_or(ADDRESS))?;
        let version = match (&self.version, in_address) {
            (Some(given), _) => version(given)?,
            (None, Some(found)) => found,
            (None, None) => VERSION.to_owned(),
        };
        let own = concat!("linode-api/", env!("CARGO_PKG_VERSION"));
        let agent = self.user_agent.map_or_else(|| own.to_owned(), |program| format!("{program} {own}"));
        let agent = HeaderValue::from_str(&agent).map_err(|_| BuildError::UserAgent { given: agent })?;
        let service = match self.service {
            Some(service) => service,
            None => sockets(self.ca, &base)?,
        };
        let http = api_transport::Client::builder(base, service)
            .token(&self.token)
            .map_err(BuildError::token)?
            .user_agent(agent)
            .retry(self.retry)
            .refusals(LinodeRefusals)
            .budget(Operation::budget())
            .attempt_limit(self.attempt_limit)
            .build();
        Ok(Client { http, version: version.into() })
    }
}

#[cfg(feature = "rustls")]
fn sockets(ca: Option<PathBuf>, base: &Url) -> Result<Arc<dyn Service>, BuildError> {
    if base.scheme() == "http" && !is_loopback(base) {
        tracing::warn!(%base, "the token will be sent unencrypted: use https");
    }
    let mut sockets = api_transport::service::Sockets::builder();
    if let Some(ca) = ca {
        sockets = sockets.ca_file(ca);
    }
    Ok(Arc::new(sockets.build().map_err(|error| BuildError::Network(Box::new(error)))?))
}

#[cfg(not(feature = "rustls"))]
fn sockets(_ca: Option<PathBuf>, _base: &Url) -> Result<Arc<dyn Service>, BuildError> {
    Err(BuildError::NoService)
}

#[cfg(all(test, feature = "rustls"))]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_as_the_official_tools_read_it() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> =
                pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            let get = |name: &str| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
            Client::builder(Token::new("t").unwrap()).read(get).build()
        };
        let plain = read(&[]).unwrap();
        assert_eq!((plain.http().base().as_str(), plain.version()), ("https://api.linode.com/", "v4"));
        let set = read(&[("LINODE_URL", "http://127.0.0.1:1/v4beta")]).unwrap();
        assert_eq!((set.http().base().as_str(), set.version()), ("http://127.0.0.1:1/", "v4beta"));
        let both =
            read(&[("LINODE_URL", "http://127.0.0.1:1/v4"), ("LINODE_API_VERSION", "v4beta")]).unwrap();
        assert_eq!(both.version(), "v4beta");
        assert!(matches!(read(&[("LINODE_API_VERSION", "four")]), Err(BuildError::Version { .. })));
        let missing = read(&[("LINODE_CA", "/nonexistent/ca.pem")]).unwrap_err().to_string();
        assert!(missing.contains("/nonexistent/ca.pem"), "{missing}");
    }
}
