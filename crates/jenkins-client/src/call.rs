//! A call of the API as a value.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use api_transport::http::StatusCode;
use api_transport::{Request, RequestFailure, Response};
use serde::de::DeserializeOwned;

use crate::error::{Error, says_html};

/// A call that was made ready and not yet sent: `.await` sends it; [`request`](Self::request) shows it.
///
/// ```no_run
/// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
/// use std::time::Duration;
///
/// let call = client.system().info().attempt_limit(Duration::from_secs(5));
/// assert_eq!(call.request().unwrap().encoded_path(), "api/json");
/// let info = call.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T>(api_transport::Call<T>);

impl<T> Call<T> {
    pub(crate) fn new(
        http: &api_transport::Client,
        request: Request,
        decode: fn(Response, &str) -> Result<T, RequestFailure>,
    ) -> Self {
        Self(api_transport::Call::new(http, request, decode))
    }

    /// The request that will be sent; none when it could not be built, which the call says when it is awaited.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let call = client.job("web")?.get();
    /// assert_eq!(call.request().unwrap().encoded_path(), "job/web/api/json");
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self) -> Option<&Request> {
        self.0.request().ok()
    }

    /// A time limit per attempt for this call alone.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let info = client.system().info().attempt_limit(std::time::Duration::from_secs(5)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempt_limit(self, limit: Duration) -> Self {
        Self(self.0.map(|request| Ok(request.attempt_limit(limit))))
    }

    /// Selects the fields of the answer, such as `name,url,lastBuild[number,result]`; a range limits a list:
    /// `builds[number]{0,10}`. What is left out is missing in the model.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let job = client.job("web")?.get().tree("name,lastBuild[number,result]").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tree(self, tree: &str) -> Self {
        self.query("tree", tree)
    }

    /// How many levels of nested objects the answer shows. Prefer [`tree`](Self::tree): answers grow fast.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let nodes = client.nodes().list().depth(2).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn depth(self, depth: u32) -> Self {
        self.query("depth", depth)
    }

    /// Adds a query parameter, for what plugins take besides.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let info = client.system().info().query("pretty", true).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        Self(self.0.map(|request| Ok(request.query(name, value))))
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// A call whose answer is read as JSON.
    pub(crate) fn json(http: &api_transport::Client, request: Request) -> Self {
        Self::new(http, request, |response, attempting| response.json(attempting))
    }
}

impl Call<String> {
    /// A call whose answer is text, and not a page.
    pub(crate) fn text(http: &api_transport::Client, request: Request) -> Self {
        Self::new(http, request, |response, attempting| match says_html(response.headers()) {
            true => Err(response.not_understood(attempting, "it is a web page")),
            false => Ok(String::from_utf8_lossy(response.body()).into_owned()),
        })
    }
}

impl Call<()> {
    /// Changes the request in a way that can fail, which the call then says when it is awaited.
    pub(crate) fn map(self, change: impl FnOnce(Request) -> Result<Request, RequestFailure>) -> Self {
        Self(self.0.map(change))
    }

    /// A call whose answer says nothing: only its status counts.
    pub(crate) fn empty(http: &api_transport::Client, request: Request) -> Self {
        Self::new(http, request, |_, _| Ok(()))
    }

    /// A call that removes something: gone after an attempt without an answer is a success.
    pub(crate) fn removing(self) -> Self {
        Self(self.0.removes(Response::new(StatusCode::OK, "")))
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.send().await.map_err(Error::from) })
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
