use std::fmt;
use std::future::poll_fn;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyDataStream, BodyExt, Full};

use super::Service;
use super::body::Body;
use super::error::ServiceError;
use crate::outcome::BoxError;

/// A server in the same process, such as an axum `Router`: no socket, so that a paused tokio clock can turn.
#[derive(Clone)]
pub struct InProcess<S> {
    server: S,
}

impl<S> InProcess<S> {
    /// Calls a clone of `server` for each request.
    pub const fn new(server: S) -> Self {
        Self { server }
    }
}

impl<S> fmt::Debug for InProcess<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

#[async_trait]
impl<S, B> Service for InProcess<S>
where
    S: tower_service::Service<http::Request<Full<Bytes>>, Response = http::Response<B>>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: BodyExt<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, ServiceError> {
        let mut server = self.server.clone();
        poll_fn(|cx| server.poll_ready(cx)).await.map_err(ServiceError::connecting)?;
        let answer = server.call(request.map(Full::new)).await.map_err(ServiceError::sending)?;
        Ok(answer.map(|body| {
            let chunks = BodyDataStream::new(body);
            Body::from_stream(chunks.map(|chunk| chunk.map_err(ServiceError::reading)))
        }))
    }
}
