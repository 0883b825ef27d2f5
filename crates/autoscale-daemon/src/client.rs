//! A client of the daemon's JSON API, over [`api_transport`].

use std::sync::Arc;
use std::time::Duration;

use api_transport::service::{Sockets, SocketsError};
use api_transport::{Failure, Request, Retry, Service, Token, TokenError, Url};
use scaler_core::model::InstanceId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::{
    Accepted, Done, ErrorBody, Events, Groups, History, MemberAction, MemberRequest, Preview, Problem,
    SetDesired, SetMode, Span, Status,
};

/// The longest wait within one call: below the time limit of an attempt.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Speaks to a daemon. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: api_transport::Client,
}

/// A client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The connection to the network could not be made ready.
    #[error(transparent)]
    Sockets(#[from] SocketsError),
    /// The token can't be sent.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// A call did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The daemon refused, and says why.
    #[error("{attempted}: {problem}")]
    Refused {
        /// What was attempted.
        attempted: String,
        /// The status of its answer.
        status: u16,
        /// What is wrong, and what to do.
        problem: Problem,
    },
    /// It could not be reached, or what came back is not its answer.
    #[error("the daemon at {address} gave no usable answer: is it autoscalerd, and does it run?")]
    NoAnswer {
        /// Where it was looked for.
        address: Url,
        /// How far the call came.
        source: Failure,
    },
}

impl Error {
    /// The status of the daemon's answer, where it gave one that says what is wrong.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::NoAnswer { .. } => None,
        }
    }

    /// Nobody listens there: a daemon that ended left its address behind, or the address is wrong.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::NoAnswer { source, .. } if source.stage() == api_transport::Stage::Connecting)
    }
}

impl Client {
    /// A client of the daemon at `base` (scheme, host and port). Calls that change something need its credential.
    ///
    /// # Errors
    /// [`BuildError`] where the token can't be sent or TLS can't be set up.
    pub fn new(base: Url, token: Option<&Token>) -> Result<Self, BuildError> {
        Ok(Self::over(Arc::new(Sockets::builder().build()?), base, token)?)
    }

    /// The same by another service than the network, such as the router of a daemon in this process.
    ///
    /// # Errors
    /// Where the token can't be sent.
    pub fn over(service: Arc<dyn Service>, base: Url, token: Option<&Token>) -> Result<Self, TokenError> {
        // A person waits for the answer: a daemon that is not there is to be told soon.
        let retry = Retry::default().attempts(3).total(Duration::from_secs(30));
        let builder = api_transport::Client::builder(base, service).retry(retry);
        let builder = match token {
            Some(token) => builder.token(token)?,
            None => builder,
        };
        Ok(Self { http: builder.build() })
    }

    /// All groups.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn groups(&self) -> Result<Groups, Error> {
        self.call(Request::get("reading the groups").path("api/v1/groups")).await
    }

    /// One group.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn group(&self, group: &str) -> Result<Status, Error> {
        self.call(of(Request::get(format!("reading group {group}")), group)).await
    }

    /// What a turn would do now.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn plan(&self, group: &str) -> Result<Preview, Error> {
        self.call(of(Request::get(format!("planning group {group}")), group).segment("plan")).await
    }

    /// What a turn would do now if `ask` were asked.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn plan_with(&self, group: &str, ask: &SetDesired) -> Result<Preview, Error> {
        let ask = SetDesired { dry_run: true, ..ask.clone() };
        self.send(of(Request::put(format!("planning group {group}")), group).segment("desired"), &ask).await
    }

    /// The latest activities, at most `limit`, the latest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn history(&self, group: &str, limit: usize) -> Result<History, Error> {
        let request = of(Request::get(format!("reading the history of group {group}")), group);
        self.call(request.segment("history").query("limit", limit)).await
    }

    /// Asks for a size. Where `ask` says no `request_id` it gets one, so that an answer that was lost asks nothing twice.
    /// With `wait` (at most [`LONGEST_WAIT`] counts) the answer may have an ending; ask again with the same id until it has.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn set_desired(&self, group: &str, ask: &SetDesired) -> Result<Accepted, Error> {
        let mut ask = SetDesired { dry_run: false, ..ask.clone() };
        ask.request_id.get_or_insert_with(request_id);
        ask.wait = ask.wait.map(|wait| Span(wait.0.min(LONGEST_WAIT)));
        let request = of(Request::put(format!("setting the desired size of group {group}")), group);
        self.send(request.segment("desired"), &ask).await
    }

    /// Sets the mode.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<Done, Error> {
        let request = of(Request::post(format!("setting the mode of group {group}")), group);
        self.send(request.segment("mode"), mode).await
    }

    /// Does something with one member.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn member(
        &self,
        group: &str,
        instance: InstanceId,
        action: MemberAction,
        ask: &MemberRequest,
    ) -> Result<Done, Error> {
        let request = of(Request::post(format!("{action} of instance {instance} in group {group}")), group);
        self.send(request.segment("members").segment(instance).segment(action), ask).await
    }

    /// What happened after the event with number `after`, waiting so long (at most [`LONGEST_WAIT`]) where there is
    /// nothing yet. Without a number: nothing, but the number to begin with.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn events(&self, group: &str, after: Option<u64>, wait: Duration) -> Result<Events, Error> {
        let mut request = of(Request::get(format!("watching group {group}")), group).segment("events");
        if let Some(after) = after {
            request = request.query("after", after).query("wait", Span(wait.min(LONGEST_WAIT)));
        }
        self.call(request).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: Request,
        body: &(impl Serialize + Sync),
    ) -> Result<T, Error> {
        let request = request.json(body).map_err(|failure| self.failed(failure))?;
        self.call(request).await
    }

    async fn call<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let answer = self.http.send(&request).await.map_err(|failure| self.failed(failure))?;
        answer.json(request.attempting()).map_err(|failure| self.failed(failure))
    }

    fn failed(&self, failure: Failure) -> Error {
        match (failure.status(), serde_json::from_slice::<ErrorBody>(failure.body())) {
            (Some(status), Ok(body)) if !status.is_success() => Error::Refused {
                attempted: failure.attempting().to_owned(),
                status: status.as_u16(),
                problem: body.error,
            },
            _ => Error::NoAnswer { address: self.http.base().clone(), source: failure },
        }
    }
}

fn of(request: Request, group: &str) -> Request {
    request.path("api/v1/groups").segment(group)
}

/// An id that no other request has.
#[must_use]
pub fn request_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}
