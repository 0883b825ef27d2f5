use std::fmt;

use crate::client::Client;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// A call as a value: a request, the client that sends it, and how its answer is read. What the calls of an API's client
/// are made of.
pub struct Call<T> {
    client: Client,
    request: Result<Request, Failure>,
    decode: fn(Response, &str) -> Result<T, Failure>,
}

impl<T> Call<T> {
    /// A call of `request`, whose answer `decode` reads; it is given what was attempted for the text of a failure.
    pub fn new(client: &Client, request: Request, decode: fn(Response, &str) -> Result<T, Failure>) -> Self {
        Self { client: client.clone(), request: Ok(request), decode }
    }

    /// The request that will be sent.
    ///
    /// # Errors
    /// When it could not be built.
    pub const fn request(&self) -> Result<&Request, &Failure> {
        self.request.as_ref()
    }

    /// Changes the request. A failure to do so is what [`send`](Self::send) brings.
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(Request) -> Result<Request, Failure>) -> Self {
        self.request = self.request.and_then(change);
        self
    }

    /// Sends the request and reads the answer.
    ///
    /// # Errors
    /// See [`Client::send`]; at stage decoding when the answer cannot be read.
    pub async fn send(self) -> Result<T, Failure> {
        let request = self.request?;
        let response = self.client.send(&request).await?;
        (self.decode)(response, request.attempting())
            .map_err(|failure| failure.asked(request.method(), request.encoded_path()))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}
