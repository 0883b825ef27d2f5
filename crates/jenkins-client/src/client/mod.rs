//! The client: which Jenkins it speaks to, as whom, how.

mod build_error;
mod builder;
mod session;

use std::sync::Arc;

use api_transport::{Request, Url};
use serde::de::DeserializeOwned;

pub use self::build_error::BuildError;
pub use self::builder::ClientBuilder;
use self::session::Session;
use crate::address;
use crate::call::Call;

/// A client of the Jenkins remote access API. Clones share connections and session.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use jenkins_client::Client;
///
/// let client = Client::from_env()?;
/// let queued = client.job("infra/scale-web")?.build_with([("DESIRED", "5")]).await?;
/// let build = queued.started().await?;
/// println!("{}", build.number());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    http: api_transport::Client,
    session: Arc<Session>,
}

impl Client {
    /// Settings to begin with, for the Jenkins at this address (with its context path, where it has one): no login, the
    /// system's certificates, 30 s an attempt.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// use jenkins_client::Client;
    ///
    /// let client = Client::builder("https://ci.example/jenkins").api_token("ann", "11d9…").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(address: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(address)
    }

    /// The client that the environment describes: `JENKINS_URL`, and `JENKINS_USER` with `JENKINS_TOKEN` (an API token) unless
    /// Jenkins needs no login.
    ///
    /// # Errors
    /// When a variable is missing or makes no sense.
    ///
    /// ```no_run
    /// let client = jenkins_client::Client::from_env()?;
    /// # Ok::<(), jenkins_client::BuildError>(())
    /// ```
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env()?.build()
    }

    /// Any GET below the root, read as JSON: for what has no method here.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::models::Extra;
    ///
    /// let load: Extra = client.get("overallLoad/api/json").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Call<T> {
        Call::json(&self.http, Request::get(format!("getting {path}")).path(path))
    }

    /// Any POST of a form below the root: for what has no method here. A redirect is a success, unless it leads to a login. It
    /// is sent again only when Jenkins surely did not take it.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.post("job/web/nextbuildnumber/submit", [("nextBuildNumber", "100")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn post<N: AsRef<str>, V: AsRef<str>>(
        &self,
        path: &str,
        form: impl IntoIterator<Item = (N, V)>,
    ) -> Call<()> {
        self.done(Request::post(format!("posting to {path}")).path(path).form(form))
    }

    /// The address of Jenkins that it speaks to.
    ///
    /// ```no_run
    /// # fn run(client: jenkins_client::Client) {
    /// println!("{}", client.base());
    /// # }
    /// ```
    pub fn base(&self) -> &Url {
        self.http.base()
    }

    /// A URL of an answer on the address that this client uses: Jenkins builds the URLs of its answers from the root that is
    /// configured in it, which need not be reachable. None where the URL does not lead into Jenkins.
    ///
    /// ```no_run
    /// # fn run(client: jenkins_client::Client, build: jenkins_client::models::Build) {
    /// let url = build.url.as_deref().and_then(|url| client.here(url));
    /// # }
    /// ```
    pub fn here(&self, url: &str) -> Option<Url> {
        address::rebase(self.base(), url)
    }

    /// Jenkins' version, as its last answer said it; none before the first.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.system().who_am_i().await?;
    /// println!("{}", client.version().unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    pub fn version(&self) -> Option<String> {
        self.session.version()
    }

    /// What the last answer said about which run of Jenkins gave it (`X-Jenkins-Session`): another word means that Jenkins was
    /// restarted in between.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let before = client.run();
    /// client.system().who_am_i().await?;
    /// let restarted = client.run() != before;
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self) -> Option<String> {
        self.session.run()
    }

    pub(crate) const fn http(&self) -> &api_transport::Client {
        &self.http
    }

    /// A call that changes something, and whose success may be a redirect.
    pub(crate) fn done(&self, request: Request) -> Call<()> {
        Call::empty(&self.http, request.success_when(address::is_done))
    }
}

impl ClientBuilder {
    /// Makes the client; sends nothing.
    ///
    /// # Errors
    /// When a setting makes no sense, or the CA certificates cannot be read.
    ///
    /// ```
    /// # fn run() -> Result<(), jenkins_client::BuildError> {
    /// let client = jenkins_client::Client::builder("https://ci.example").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn build(self) -> Result<Client, BuildError> {
        let (http, session) = self.connect()?;
        Ok(Client { http, session })
    }
}
