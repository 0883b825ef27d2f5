use std::fmt;
use std::future::poll_fn;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};

use super::{Service, ServiceError};
use crate::failure::BoxError;

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
    B: BodyExt + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, ServiceError> {
        let mut server = self.server.clone();
        poll_fn(|cx| server.poll_ready(cx)).await.map_err(ServiceError::connecting)?;
        let answer = server.call(request.map(Full::new)).await.map_err(ServiceError::sending)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(ServiceError::reading)?.to_bytes();
        Ok(http::Response::from_parts(head, body))
    }
}
