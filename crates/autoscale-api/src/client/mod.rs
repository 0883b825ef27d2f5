//! A client of the daemon's API (feature `client`).
//!
//! A call that fails is sent again where that is safe; an [`Error`] says what happened, and what to do.

mod error;
mod follow;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use api_transport::service::{Sockets, SocketsError};
use api_transport::{Request, RequestFailure, Retry};
use scaler_core::model::InstanceId;
use scaler_core::view::{Preview, Status};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{DesiredAccepted, Done, Forgotten, Groups, HeldAlerts, History, ModesSet, Proof};
use crate::event::EventPage;
use crate::request::{ForgetAlerts, MemberAction, MemberRequest, SetDesired, SetMode};
use crate::span::Span;

/// The HTTP path below: services, tokens, addresses.
pub use api_transport;
pub use api_transport::{Service, Token, TokenError, Url};
pub use error::{Error, ErrorKind};
pub use watch::{EventStream, Watched};

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

    /// Has the daemon prove, by the key beside its store, that it holds the store. Make the client without a token for it:
    /// who has not proved anything yet is to be given nothing.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn proof(&self, challenge: &str) -> Result<Proof, Error> {
        let request = Request::get("asking the daemon for a proof").path("api/v1/proof");
        self.call(request.query("challenge", challenge)).await
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
    /// With `wait` (at most [`LONGEST_WAIT`] counts) the answer may have an ending; [`Client::follow`] asks again until it has.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn set_desired(&self, group: &str, ask: &SetDesired) -> Result<DesiredAccepted, Error> {
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

    /// Sets the mode of every group.
    ///
    /// # Errors
    /// [`Error`]; that of one group is part of the answer.
    pub async fn set_every_mode(&self, mode: &SetMode) -> Result<ModesSet, Error> {
        self.send(Request::post("setting the mode of all groups").path("api/v1/mode"), mode).await
    }

    /// The alerts that are held.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn alerts(&self) -> Result<HeldAlerts, Error> {
        self.call(Request::get("reading the alerts").path("api/v1/alerts")).await
    }

    /// Drops alerts that are held.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn forget_alerts(&self, ask: &ForgetAlerts) -> Result<Forgotten, Error> {
        self.send(Request::post("dropping alerts").path("api/v1/alerts/forget"), ask).await
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
    pub async fn events(&self, group: &str, after: Option<u64>, wait: Duration) -> Result<EventPage, Error> {
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

    fn failed(&self, failure: RequestFailure) -> Error {
        Error::new(failure, self.http.base())
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

/// The address of a daemon as people and the file beside its store write it: host and port, with or without a scheme; none
/// where `text` is not one.
#[must_use]
pub fn address_of(text: &str) -> Option<Url> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url: Url = whole.parse().ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain).then_some(url)
}
