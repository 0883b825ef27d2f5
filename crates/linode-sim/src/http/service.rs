//! The API as a router and as a service in the same process.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use axum::{BoxError, Router};
use bytes::Bytes;

use super::answer::Answer;
use super::call::Call;
use super::control;
use super::gate::{self, Outcome};
use super::path::unescape;
use crate::Simulator;

/// More than any request of the API is long.
const MOST_BODY: usize = 2 << 20;

/// The connection failed: the request may have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLost;

impl std::fmt::Display for ConnectionLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulated connection was reset")
    }
}

impl std::error::Error for ConnectionLost {}

impl Simulator {
    /// The whole API under `/v4` and `/v4beta`, and the control plane under `/sim`.
    ///
    /// A lost connection is an answer whose body breaks off at once; on a socket the connection is closed without an
    /// answer.
    pub fn router(&self) -> Router {
        Router::new().fallback(routed).with_state(self.clone())
    }

    /// The same for clients in the same process: a lost connection is an error of the service.
    #[must_use]
    pub fn service(&self) -> InProcess {
        InProcess { simulator: self.clone() }
    }
}

async fn routed(State(simulator): State<Simulator>, request: Request<Body>) -> Response<Body> {
    match answer(&simulator, request).await {
        Ok(response) => response,
        Err(lost) => {
            let broken = futures_util::stream::once(async move {
                Err::<Bytes, _>(io::Error::new(io::ErrorKind::ConnectionReset, lost))
            });
            Response::new(Body::from_stream(broken))
        }
    }
}

/// The API as a [`tower::Service`] without a socket.
#[derive(Debug, Clone)]
pub struct InProcess {
    simulator: Simulator,
}

impl<B> tower::Service<Request<B>> for InProcess
where
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
        let request = request.map(Body::new);
        Box::pin(async move { answer(&simulator, request).await })
    }
}

async fn answer(simulator: &Simulator, request: Request<Body>) -> Result<Response<Body>, ConnectionLost> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BODY).await else {
        return Ok(respond(Answer::of_status(413, Some("The request is too large".to_owned()))));
    };
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let method = parts.method.as_str().to_owned();
    if let Some(rest) = path.strip_prefix("/sim/").or_else(|| (path == "/sim").then_some("")) {
        return Ok(respond(control::answer(simulator, &method, rest, &body)));
    }
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = text("authorization").map(|value| {
        value
            .split_once(' ')
            .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"))
            .map_or_else(String::new, |(_, t)| t.trim().to_owned())
    });
    let beta = path.strip_prefix("/v4beta/");
    let Some(path) = beta.or_else(|| path.strip_prefix("/v4/")) else {
        return Ok(respond(Answer::of_status(404, None)));
    };
    let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(unescape).collect();
    let mut call = Call {
        method,
        path: segments.iter().fold(String::new(), |path, part| path + "/" + part),
        segments,
        beta: beta.is_some(),
        query,
        filter: text("x-filter"),
        token,
        body: body.to_vec(),
        list_fault: None,
    };
    let mut outcome = simulator.with(|world| gate::pass(world, &mut call, false));
    if let Outcome::Wait(time) = outcome {
        wait(simulator, time).await;
        outcome = simulator.with(|world| gate::pass(world, &mut call, true));
    }
    match outcome {
        Outcome::Answer(answer) => Ok(respond(answer)),
        Outcome::Late(time, answer) => {
            wait(simulator, time).await;
            Ok(respond(answer))
        }
        // A request that has waited is not made to wait again.
        Outcome::Lost | Outcome::Wait(_) => Err(ConnectionLost),
    }
}

/// Waits for a simulated time, or for ever.
async fn wait(simulator: &Simulator, time: Option<std::time::Duration>) {
    match time {
        Some(time) => tokio::time::sleep(simulator.real(time)).await,
        None => std::future::pending::<()>().await,
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if answer.status != 204 {
        let kind = if answer.html { "text/html" } else { "application/json" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}
