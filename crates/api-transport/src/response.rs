use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, Stream, StreamExt};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::failure::RequestFailure;
use crate::outcome::BoxError;
use crate::request::Request;

/// The most of an answer that is kept to show what came in place of what was asked for.
const BEGINNING: usize = 64 << 10;

/// A success, whole.
#[derive(Debug, Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

impl Response {
    /// A success of the caller's own making: what is known without asking, or a test's.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), attempts: 0 }
    }

    pub(crate) const fn of(status: StatusCode, headers: HeaderMap, body: Bytes, attempts: u32) -> Self {
        Self { status, headers, body, attempts }
    }

    /// Its status, a success.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many times the request was sent.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }

    /// Reads the body as JSON; `attempting` begins the failure's text.
    ///
    /// # Errors
    /// At stage decoding; the source names the path in the document.
    pub fn json<T: DeserializeOwned>(self, attempting: &str) -> Result<T, RequestFailure> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        match serde_path_to_error::deserialize(&mut json) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.not_understood(attempting, error)),
        }
    }

    /// The failure of a success that could not be understood: at stage decoding, with this answer as what came back.
    pub fn not_understood(self, attempting: &str, source: impl Into<BoxError>) -> RequestFailure {
        RequestFailure::decoding(attempting, source)
            .answered(self.status, self.headers, self.body)
            .after(self.attempts, false)
    }
}

/// A success whose body is read as it comes: a [`Stream`] of chunks.
///
/// A chunk that does not come within the time limit of an attempt, or a connection that breaks, ends the stream with a
/// failure at stage reading.
#[must_use = "a body is not read until its chunks are"]
pub struct StreamedResponse {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    chunks: BoxStream<'static, Result<Bytes, RequestFailure>>,
}

impl StreamedResponse {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        attempts: u32,
        chunks: impl Stream<Item = Result<Bytes, RequestFailure>> + Send + 'static,
    ) -> Self {
        Self { status, headers, attempts, chunks: chunks.boxed() }
    }

    /// Its status, a success.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many times the request was sent.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The failure of a success that is something other than what was asked for: at stage decoding, with the beginning of
    /// this answer's body as what came back.
    pub async fn not_understood(mut self, request: &Request, source: impl Into<BoxError>) -> RequestFailure {
        let mut beginning = BytesMut::new();
        while let Some(Ok(chunk)) = self.chunks.next().await {
            let rest = BEGINNING - beginning.len();
            beginning.extend_from_slice(chunk.get(..rest).unwrap_or(&chunk));
            if beginning.len() == BEGINNING {
                break;
            }
        }
        RequestFailure::decoding(request.attempting(), source)
            .answered(self.status, self.headers, beginning.freeze())
            .after(self.attempts, false)
            .asked(request.method(), request.encoded_path())
    }
}

impl Stream for StreamedResponse {
    type Item = Result<Bytes, RequestFailure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.poll_next_unpin(context)
    }
}

impl fmt::Debug for StreamedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
