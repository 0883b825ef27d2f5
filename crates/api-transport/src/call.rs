use std::fmt;

use http::StatusCode;

use crate::client::Client;
use crate::failure::RequestFailure;
use crate::request::Request;
use crate::response::Response;

/// A call as a value: a request, the client that sends it, and how its answer is read. What the calls of an API's client
/// are made of.
pub struct Call<T> {
    client: Client,
    request: Result<Request, RequestFailure>,
    decode: fn(Response, &str) -> Result<T, RequestFailure>,
    when_gone: Option<Response>,
}

impl<T> Call<T> {
    /// A call of `request`, whose answer `decode` reads; it is given what was attempted for the text of a failure.
    pub fn new(
        client: &Client,
        request: Request,
        decode: fn(Response, &str) -> Result<T, RequestFailure>,
    ) -> Self {
        Self { client: client.clone(), request: Ok(request), decode, when_gone: None }
    }

    /// The request that will be sent.
    ///
    /// # Errors
    /// When it could not be built.
    pub const fn request(&self) -> Result<&Request, &RequestFailure> {
        self.request.as_ref()
    }

    /// Changes the request. A failure to do so is what [`send`](Self::send) brings.
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(Request) -> Result<Request, RequestFailure>) -> Self {
        self.request = self.request.and_then(change);
        self
    }

    /// It removes something: where an attempt of this call may have done so, a later one that meets 404 is a success, and
    /// `answer` stands for that of the first.
    #[must_use]
    pub fn removes(mut self, answer: Response) -> Self {
        self.when_gone = Some(answer);
        self
    }

    /// Sends the request and reads the answer.
    ///
    /// # Errors
    /// See [`Client::send`]; at stage decoding when the answer cannot be read.
    pub async fn send(self) -> Result<T, RequestFailure> {
        let request = self.request?;
        let response = match (self.client.send(&request).await, self.when_gone) {
            (Err(failure), Some(answer))
                if failure.status() == Some(StatusCode::NOT_FOUND) && failure.doubted_before() =>
            {
                answer
            }
            (response, _) => response?,
        };
        (self.decode)(response, request.attempting())
            .map_err(|failure| failure.asked(request.method(), request.encoded_path()))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}
