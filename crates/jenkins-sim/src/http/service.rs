//! The API as a router and as a service in the same process.

use std::io;
use std::time::Duration;

use api_sim::{ConnectionLost, RequestFault, Simulated, SimulatorService};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use tokio::net::TcpListener;

use super::answer::Answer;
use super::call::Call;
use super::{control, gate};
use crate::Simulator;
use crate::faults::Effect;

/// More than any request that is meant here is long.
const MOST_BODY: usize = 64 << 20;

impl Simulator {
    /// The whole API, and the control plane under `/sim`, as an `axum` router for sockets.
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

    /// Serves the API on a listener for as long as it is polled.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        axum::serve(listener, self.router()).await
    }

    /// Waits for a simulated time, or for ever.
    async fn pause(&self, time: Option<Duration>) {
        match time {
            Some(time) => tokio::time::sleep(self.real(time)).await,
            None => std::future::pending::<()>().await,
        }
    }
}

impl Simulated for Simulator {
    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, ConnectionLost> {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, MOST_BODY).await else {
            return Ok(respond(Answer::gateway(413), ""));
        };
        let path = parts.uri.path();
        let method = parts.method.as_str();
        if let Some(rest) = path.strip_prefix("/sim/").or_else(|| (path == "/sim").then_some("")) {
            return Ok(respond(control::answer(&self, method, rest, &body), method));
        }
        let prefix = self.with(|world| world.settings.prefix.clone());
        let Some(path) = path.strip_prefix(&prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        else {
            return Ok(respond(Answer::gateway(404), method));
        };
        let call = Call::new(&parts, path, &body);
        let struck = self.with(|world| gate::strike(world, &call));
        // What keeps the request from Jenkins.
        match &struck {
            Some(Effect::Request(fault @ RequestFault::Hang { .. })) => self.pause(fault.span()).await,
            Some(Effect::Request(RequestFault::Reset)) => return Err(ConnectionLost),
            Some(Effect::Request(RequestFault::Html { status })) => {
                return Ok(respond(Answer::gateway(*status), method));
            }
            Some(Effect::Request(RequestFault::Status { status, retry_after })) => {
                let answer = self.with(|world| gate::refused_by_fault(world, *status, *retry_after));
                return Ok(respond(answer, method));
            }
            Some(Effect::Login) => return Ok(respond(Answer::login_page(), method)),
            Some(Effect::Redirect) => {
                let answer = Answer { foreign: true, ..Answer::redirect(302, "/sso/login".to_owned()) };
                return Ok(respond(answer, method));
            }
            _ => {}
        }
        let answer = self.with(|world| gate::pass(world, &call));
        // What keeps the answer from the client.
        match struck {
            Some(Effect::Request(RequestFault::Lost)) => return Err(ConnectionLost),
            Some(Effect::Request(RequestFault::LostAs { status })) => {
                return Ok(respond(Answer::gateway(status), method));
            }
            Some(Effect::Request(fault @ RequestFault::Late { .. })) => self.pause(fault.span()).await,
            Some(Effect::Request(RequestFault::Nonsense)) => {
                let half = answer.body.slice(..answer.body.len() / 2);
                return Ok(respond(Answer { body: half, status: 200, ..answer }, method));
            }
            Some(Effect::Restart) => self.restart(),
            Some(Effect::Crash) => {
                self.crash();
                return Err(ConnectionLost);
            }
            _ => {}
        }
        Ok(respond(answer, method))
    }
}

fn respond(answer: Answer, method: &str) -> Response<Body> {
    let body = if method == "HEAD" { Bytes::new() } else { answer.body };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if answer.status != 204 {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.kind));
    }
    for (name, value) in answer.headers {
        // Header values are bytes: names of jobs may hold any character.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.append(name, value);
        }
    }
    response
}
