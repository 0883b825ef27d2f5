use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use api_transport::{Client, Request, RequestFailure, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;

/// A call that was made ready and not yet sent: `.await` sends it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    http: Client,
    request: Result<Request, Error>,
    decode: fn(Response, &str) -> Result<T, RequestFailure>,
}

impl<T> Call<T> {
    /// The request that will be sent.
    ///
    /// ```
    /// use alertmanager_types::Client;
    ///
    /// let call = Client::new("http://127.0.0.1:9093")?.status().get();
    /// assert_eq!(call.request().unwrap().encoded_path(), "api/v2/status");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
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
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// use std::time::Duration;
    ///
    /// let status = client.status().get().attempt_limit(Duration::from_secs(2)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempt_limit(mut self, limit: Duration) -> Self {
        self.request = self.request.map(|request| request.attempt_limit(limit));
        self
    }

    pub(super) fn new(
        http: &Client,
        request: Request,
        decode: fn(Response, &str) -> Result<T, RequestFailure>,
    ) -> Self {
        Self { http: http.clone(), request: Ok(request), decode }
    }

    pub(super) fn body(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        let base = self.http.base();
        self.request =
            self.request.and_then(|request| request.json(body).map_err(|failure| Error::new(failure, base)));
        self
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// A call whose answer is read as JSON.
    pub(super) fn json(http: &Client, request: Request) -> Self {
        Self::new(http, request, |response, attempting| response.json(attempting))
    }
}

impl Call<()> {
    /// A call whose answer says nothing: only its status counts.
    pub(super) fn empty(http: &Client, request: Request) -> Self {
        Self::new(http, request, |_, _| Ok(()))
    }
}

impl<T: 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { http, request, decode } = self;
            let request = request?;
            let response = http.send(&request).await.map_err(|failure| Error::new(failure, http.base()))?;
            decode(response, request.attempting()).map_err(|failure| Error::new(failure, http.base()))
        })
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}
