use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, Stream, StreamExt};

use super::error::ServiceError;

/// The body of an answer: whole, or a stream of chunks that are read as they come.
pub struct Body(Inner);

enum Inner {
    /// At most one chunk, which is never empty.
    Whole(Option<Bytes>),
    Chunks(BoxStream<'static, Result<Bytes, ServiceError>>),
}

impl Body {
    /// A body that comes in chunks. An error ends it.
    pub fn from_stream(chunks: impl Stream<Item = Result<Bytes, ServiceError>> + Send + 'static) -> Self {
        Self(Inner::Chunks(chunks.boxed()))
    }

    /// What comes of it, up to `limit` bytes; the rest is not asked for.
    pub async fn beginning(mut self, limit: usize) -> Bytes {
        let mut beginning = BytesMut::new();
        while beginning.len() < limit
            && let Some(Ok(chunk)) = self.next().await
        {
            beginning.extend_from_slice(chunk.get(..limit - beginning.len()).unwrap_or(&chunk));
        }
        beginning.freeze()
    }

    /// Reads it to its end.
    ///
    /// # Errors
    /// The error of a chunk; at stage reading, when it holds more than `limit` bytes.
    pub async fn collect(self, limit: usize) -> Result<Bytes, ServiceError> {
        let too_large = || ServiceError::reading(format!("the answer is larger than {limit} bytes"));
        let mut chunks = match self.0 {
            Inner::Whole(chunk) => {
                let whole = chunk.unwrap_or_default();
                return if whole.len() > limit { Err(too_large()) } else { Ok(whole) };
            }
            Inner::Chunks(chunks) => chunks,
        };
        let mut whole = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if whole.len() + chunk.len() > limit {
                return Err(too_large());
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

impl Stream for Body {
    type Item = Result<Bytes, ServiceError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Inner::Whole(chunk) => Poll::Ready(chunk.take().map(Ok)),
            Inner::Chunks(chunks) => chunks.poll_next_unpin(context),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self(Inner::Whole(None))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Inner::Whole(_) => "whole",
            Inner::Chunks(_) => "chunks",
        };
        f.debug_tuple("Body").field(&kind).finish()
    }
}
