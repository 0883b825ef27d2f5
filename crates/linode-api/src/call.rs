//! A call of the API as a value.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use api_transport::http::{Method, StatusCode};
use api_transport::{Request, RequestFailure, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::error::{Error, Subject};

/// A call that was made ready and not yet sent: `.await` sends it; [`request`](Self::request) shows it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    http: api_transport::Client,
    request: Result<Request, Error>,
    decode: fn(Response, &str) -> Result<T, RequestFailure>,
    subject: Subject,
}

impl<T> Call<T> {
    /// The request that will be sent.
    ///
    /// ```no_run
    /// # fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), Box<dyn std::error::Error>> {
    /// let call = client.instance(instance).boot();
    /// let request = call.request().map_err(ToString::to_string)?;
    /// assert_eq!(request.encoded_path(), format!("v4/linode/instances/{instance}/boot"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When its body cannot be written as JSON.
    pub fn request(&self) -> Result<&Request, &Error> {
        self.request.as_ref()
    }

    /// A time limit per attempt for this call alone.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.instance(instance).get().attempt_limit(Duration::from_secs(5)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempt_limit(self, limit: Duration) -> Self {
        self.map(|request| Ok(request.attempt_limit(limit)))
    }

    /// Adds a query parameter, for [`Client::get`](crate::Client::get) and whatever else the API takes.
    ///
    /// ```no_run
    /// use serde_json::Value;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let usage: Value = client.get("account/transfer").query("region", "nl-ams").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        self.map(|request| Ok(request.query(name, value)))
    }

    pub(crate) fn body(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.map(|request| request.json(body))
    }

    pub(crate) fn creates(self) -> Self {
        self.map(|request| Ok(request.creates()))
    }

    pub(crate) fn sensitive(self) -> Self {
        self.map(|request| Ok(request.sensitive()))
    }

    pub(crate) fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    pub(crate) fn map(mut self, change: impl FnOnce(Request) -> Result<Request, RequestFailure>) -> Self {
        let subject = self.subject;
        let change = |request| change(request).map_err(|failure| Error::from_failure(failure, subject));
        self.request = self.request.and_then(change);
        self
    }

    pub(crate) fn new(
        http: &api_transport::Client,
        request: Request,
        decode: fn(Response, &str) -> Result<T, RequestFailure>,
    ) -> Self {
        Self { http: http.clone(), request: Ok(request), decode, subject: Subject::Other }
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// A call whose answer is read as JSON.
    pub(crate) fn json(http: &api_transport::Client, request: Request) -> Self {
        Self::new(http, request, |response, attempting| response.json(attempting))
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { http, request, decode, subject } = self;
            let request = request?;
            let response = match http.send(&request).await {
                Ok(response) => response,
                // An earlier attempt of this very delete may have been the one that did it.
                Err(failure)
                    if request.method() == Method::DELETE
                        && failure.status() == Some(StatusCode::NOT_FOUND)
                        && failure.doubted_before() =>
                {
                    let gone = Response::new(StatusCode::NO_CONTENT, "{}");
                    return decode(gone, request.attempting()).map_err(|f| Error::from_failure(f, subject));
                }
                Err(failure) => return Err(Error::from_failure(failure, subject)),
            };
            warn_of(&request, &response);
            decode(response, request.attempting()).map_err(|failure| Error::from_failure(failure, subject))
        })
    }
}

/// Answers of 202 and 299 may carry warnings about something that was done nevertheless.
fn warn_of(request: &Request, response: &Response) {
    if !matches!(response.status().as_u16(), 202 | 299) {
        return;
    }
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    for warning in body["warnings"].as_array().into_iter().flatten() {
        warn!(attempting = request.attempting(), %warning, "the API did it, with a warning");
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}
