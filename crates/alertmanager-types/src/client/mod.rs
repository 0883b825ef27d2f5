//! A client of Alertmanager's API v2 (feature `client`).
//!
//! | call | endpoint, below the address and `/api/v2` |
//! | --- | --- |
//! | [`client.alerts().list()`](Alerts::list) | `GET /alerts` |
//! | [`client.alerts().groups()`](Alerts::groups) | `GET /alerts/groups` |
//! | [`client.alerts().post(…)`](Alerts::post) | `POST /alerts` |
//! | [`client.silences().list()`](Silences::list) | `GET /silences` |
//! | [`client.silences().create(…)`](Silences::create) | `POST /silences` |
//! | [`client.silence(id).get()`](OneSilence::get) | `GET /silence/{id}` |
//! | [`client.silence(id).expire()`](OneSilence::expire) | `DELETE /silence/{id}` |
//! | [`client.receivers().list()`](Receivers::list) | `GET /receivers` |
//! | [`client.status().get()`](StatusHandle::get) | `GET /status` |
//!
//! Each makes a [`Call`] or a [`List`]: a value that is sent when it is awaited, and can be looked at before. A call that
//! fails is sent again where that is safe; an [`Error`] says what happened, whether it may have taken effect, and what to
//! do.

mod alerts;
mod builder;
mod call;
mod error;
mod list;
mod receivers;
mod silences;
mod status;

pub use alerts::Alerts;
/// The HTTP path below: services, retries, credentials.
pub use api_transport;
pub use api_transport::{Basic, Stage, Token};
pub use builder::{BuildError, ClientBuilder};
pub use call::Call;
pub use error::{Error, ErrorKind};
pub use list::List;
pub use receivers::Receivers;
pub use silences::{OneSilence, Silences};
pub use status::StatusHandle;

use crate::api::SilenceId;

/// A client of one Alertmanager. Clones share its connections.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use alertmanager_types::{Client, Matcher};
///
/// let client = Client::new("http://127.0.0.1:9093")?;
/// for alert in client.alerts().list().filter(Matcher::equal("group", "web")?).await? {
///     println!("{} since {}", alert.labels, alert.starts_at);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    http: api_transport::Client,
}

impl Client {
    /// A client of the Alertmanager at `address`: scheme, host and its own prefix, without `/api/v2`.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// let client = Client::new("https://example.com/alertmanager")?;
    /// assert_eq!(client.address(), "https://example.com/alertmanager");
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    ///
    /// # Errors
    /// When the address is not valid.
    pub fn new(address: impl AsRef<str>) -> Result<Self, BuildError> {
        Self::builder(address).build()
    }

    /// Settings to begin with, for the Alertmanager at `address`: no credentials, the system's certificates, 30 s an
    /// attempt.
    ///
    /// ```
    /// use alertmanager_types::Client;
    /// use alertmanager_types::client::Basic;
    ///
    /// let client = Client::builder("https://alerts.example.com")
    ///     .basic(Basic::new("reader", "hush")?)
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(address: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(address.as_ref())
    }

    /// Where its Alertmanager is.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// assert_eq!(Client::new("http://127.0.0.1:9093")?.address(), "http://127.0.0.1:9093/");
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub fn address(&self) -> &str {
        self.http.base().as_str()
    }

    /// Alerts and their groups.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// let everything = client.alerts().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn alerts(&self) -> Alerts {
        Alerts::new(&self.http)
    }

    /// All silences.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// let active = client.silences().list().await?.into_iter().filter(|silence| silence.is_active());
    /// # Ok(())
    /// # }
    /// ```
    pub fn silences(&self) -> Silences {
        Silences::new(&self.http)
    }

    /// One silence.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// client.silence("b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11").expire().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn silence(&self, id: impl Into<SilenceId>) -> OneSilence {
        OneSilence::new(&self.http, id.into())
    }

    /// The receivers of its configuration.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// let known = client.receivers().list().await?.iter().any(|receiver| receiver.name == "autoscaler");
    /// # Ok(())
    /// # }
    /// ```
    pub fn receivers(&self) -> Receivers {
        Receivers::new(&self.http)
    }

    /// Its version, configuration and cluster.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// println!("Alertmanager {}", client.status().get().await?.version_info.version);
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self) -> StatusHandle {
        StatusHandle::new(&self.http)
    }
}

impl ClientBuilder {
    /// Makes the client; sends nothing.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// let refused = Client::builder("http://user:hush@127.0.0.1:9093").build().unwrap_err();
    /// assert!(!refused.to_string().contains("hush"));
    /// ```
    ///
    /// # Errors
    /// When the address is not valid or holds credentials, the user agent cannot stand in a header, or the CA file cannot
    /// be read.
    pub fn build(self) -> Result<Client, BuildError> {
        Ok(Client { http: self.http()? })
    }
}
