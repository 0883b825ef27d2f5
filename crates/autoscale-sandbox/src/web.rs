//! HTTP on this machine, for whoever sends requests here: load, scrapes, notifications.

use std::time::Duration;

use api_transport::service::{Service as _, ServiceError, Sockets, SocketsError};
use axum::body::Bytes;
use axum::http::{Request, Response, header};

/// More than any answer on this machine is long.
const LARGEST_ANSWER: usize = 64 << 20;

/// Sends requests. Clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Web(Sockets);

/// No good answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The connection could not be made.
    Connecting,
    /// It broke.
    Broken(String),
    /// It took too long.
    TimedOut(Duration),
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connecting => f.write_str("no connection"),
            Self::Broken(how) => write!(f, "the connection broke ({how})"),
            Self::TimedOut(after) => write!(f, "no answer within {} s", after.as_secs()),
        }
    }
}

impl Web {
    pub(crate) fn new() -> Result<Self, SocketsError> {
        Ok(Self(Sockets::builder().build()?))
    }

    /// Gets `url`; an answer of any status is one.
    pub(crate) async fn get(&self, url: &str, within: Duration) -> Result<Response<Bytes>, NoAnswer> {
        let request = Request::get(url).body(Bytes::new());
        self.send(request, within).await
    }

    /// Posts JSON to `url`, with an `Authorization` where one is given.
    pub(crate) async fn post(
        &self,
        url: &str,
        body: Bytes,
        authorization: Option<&str>,
        within: Duration,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let mut request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request.body(body), within).await
    }

    async fn send(
        &self,
        request: Result<Request<Bytes>, axum::http::Error>,
        within: Duration,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let request = request.map_err(|error| NoAnswer::Broken(error.to_string()))?;
        let exchange = async {
            let (head, body) = self.0.call(request).await?.into_parts();
            Ok(Response::from_parts(head, body.collect(LARGEST_ANSWER).await?))
        };
        match tokio::time::timeout(within, exchange).await {
            Ok(answer) => answer.map_err(|error| broken(&error)),
            Err(_) => Err(NoAnswer::TimedOut(within)),
        }
    }
}

fn broken(error: &ServiceError) -> NoAnswer {
    match error.stage() {
        api_transport::Stage::Connecting => NoAnswer::Connecting,
        _ => NoAnswer::Broken(error.to_string()),
    }
}
