//! A simulator as a router, and as a service in the same process.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use bytes::Bytes;
use tower_service::Service;

/// The connection failed: the request may have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLost;

impl std::fmt::Display for ConnectionLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulated connection was reset")
    }
}

impl std::error::Error for ConnectionLost {}

/// Something that answers HTTP requests. A clone is the same server.
pub trait Simulated: Clone + Send + Sync + 'static {
    /// Answers a request, or loses its connection.
    fn answer(
        self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, ConnectionLost>> + Send;
}

/// The whole API as an `axum` router, for sockets.
///
/// A lost connection is an answer whose body breaks off at once; on a socket the connection is closed without an
/// answer.
pub fn router<S: Simulated>(simulator: S) -> Router {
    Router::new().fallback(routed::<S>).with_state(simulator)
}

async fn routed<S: Simulated>(State(simulator): State<S>, request: Request<Body>) -> Response<Body> {
    match simulator.answer(request).await {
        Ok(response) => response,
        Err(lost) => {
            let broken = futures_util::stream::once(async move {
                Err::<Bytes, _>(io::Error::new(io::ErrorKind::ConnectionReset, lost))
            });
            Response::new(Body::from_stream(broken))
        }
    }
}

/// A simulator as a `tower` service without a socket: a lost connection is an error of the service.
#[derive(Debug, Clone)]
pub struct SimulatorService<S> {
    simulator: S,
}

impl<S> SimulatorService<S> {
    /// The service in front of a simulator.
    pub fn new(simulator: S) -> Self {
        Self { simulator }
    }
}

impl<S, B> Service<Request<B>> for SimulatorService<S>
where
    S: Simulated,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = ConnectionLost;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, ConnectionLost>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionLost>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let simulator = self.simulator.clone();
        Box::pin(simulator.answer(request.map(Body::new)))
    }
}
