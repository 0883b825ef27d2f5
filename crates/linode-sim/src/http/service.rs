//! The API as a router and as a service in the same process.

use api_sim::{ConnectionLost, Simulated, SimulatorService};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};

use super::answer::Answer;
use super::call::Call;
use super::control;
use super::gate::{self, Outcome};
use super::path::unescape;
use crate::Simulator;

/// More than any request of the API is long.
const MOST_BODY: usize = 2 << 20;

impl Simulator {
    /// The whole API under `/v4` and `/v4beta`, and the control plane under `/sim`.
    ///
    /// A lost connection is an answer whose body breaks off at once; on a socket the connection is closed without an
    /// answer.
    pub fn router(&self) -> Router {
        api_sim::router(self.clone())
    }

    /// The same for clients in the same process: a lost connection is an error of the service.
    #[must_use]
    pub fn service(&self) -> SimulatorService<Self> {
        SimulatorService::new(self.clone())
    }
}

impl Simulated for Simulator {
    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, ConnectionLost> {
        answer(&self, request).await
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
