//! Alertmanager: its alerts by `GET /api/v2/alerts`, and its notifications in the core's words.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alertmanager_types::api::{AlertsQuery, ErrorBody};
use alertmanager_types::webhook::Status;
use alertmanager_types::{api, webhook};
use api_transport::service::Sockets;
use api_transport::{Client, Request, Retry, Service, Stage, Token};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use url::Url;

use scaler_core::model::{Alert, AlertState};
use scaler_core::ports::cause_of;
use scaler_core::ports::{AlertSource, Failure, FailureKind};

/// The longest time one attempt may take: a poll that is late is better asked again by the next one.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Asks an Alertmanager, or whatever answers `GET /api/v2/alerts` as it does.
#[derive(Clone)]
pub struct Alertmanager {
    client: Client,
}

/// Settings of an [`Alertmanager`].
pub struct AlertmanagerBuilder {
    url: Url,
    authorization: Option<HeaderValue>,
    service: Option<Arc<dyn Service>>,
    retry: Retry,
}

/// Alertmanager can't be asked with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlertmanagerError {
    /// The address is none, or has credentials in it, which would end up in logs.
    #[error(
        "{given} is no address of an Alertmanager: give scheme, host and prefix, such as http://127.0.0.1:9093, and credentials apart"
    )]
    Address {
        /// What was given, without credentials.
        given: String,
    },
    /// The credentials can't stand in a header.
    #[error("Alertmanager's credentials can't stand in a header: check how they were copied")]
    Credentials,
    /// The connection to the network could not be made ready.
    #[error(transparent)]
    Sockets(#[from] api_transport::service::SocketsError),
}

impl Alertmanager {
    /// Settings to begin with, for the Alertmanager at `url` (scheme, host and its own prefix, without `/api/v2`).
    #[must_use]
    pub fn builder(url: Url) -> AlertmanagerBuilder {
        AlertmanagerBuilder {
            url,
            authorization: None,
            service: None,
            // The next poll is soon; more attempts would only delay what it finds out.
            retry: Retry::default().attempts(2).total(Duration::from_secs(5)),
        }
    }
}

impl fmt::Debug for Alertmanager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alertmanager").field("url", &self.client.base().as_str()).finish_non_exhaustive()
    }
}

impl fmt::Debug for AlertmanagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertmanagerBuilder")
            .field("url", &without_credentials(&self.url))
            .finish_non_exhaustive()
    }
}

impl AlertmanagerBuilder {
    /// Shows a bearer token.
    ///
    /// # Errors
    /// When it can't stand in a header.
    pub fn bearer(mut self, token: &Token) -> Result<Self, AlertmanagerError> {
        self.authorization = Some(token.bearer().map_err(|_| AlertmanagerError::Credentials)?);
        Ok(self)
    }

    /// Shows a user's name and password.
    ///
    /// # Errors
    /// When the name has a colon in it, which would end it.
    pub fn basic(mut self, user: &str, password: &str) -> Result<Self, AlertmanagerError> {
        if user.contains(':') {
            return Err(AlertmanagerError::Credentials);
        }
        let pair = STANDARD.encode(format!("{user}:{password}"));
        let mut value =
            HeaderValue::from_str(&format!("Basic {pair}")).map_err(|_| AlertmanagerError::Credentials)?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Ok(self)
    }

    /// Asks by another service than the network, such as a server in the same process.
    #[must_use]
    pub fn service(mut self, service: Arc<dyn Service>) -> Self {
        self.service = Some(service);
        self
    }

    /// When to ask again within one poll. Default: once more, within 5 s.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Makes it; sends nothing.
    ///
    /// # Errors
    /// When the address makes no sense.
    pub fn build(self) -> Result<Alertmanager, AlertmanagerError> {
        let bare = self.url.username().is_empty() && self.url.password().is_none();
        if !bare || !matches!(self.url.scheme(), "http" | "https") || self.url.host().is_none() {
            return Err(AlertmanagerError::Address { given: without_credentials(&self.url) });
        }
        let service = match self.service {
            Some(service) => service,
            None => Arc::new(Sockets::builder().connect_limit(ATTEMPT / 2).build()?),
        };
        let mut client = Client::builder(self.url, service).retry(self.retry).attempt_limit(ATTEMPT);
        if let Some(authorization) = self.authorization {
            client = client.header(AUTHORIZATION, authorization);
        }
        Ok(Alertmanager { client: client.build() })
    }
}

fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // Addresses that can have no credentials refuse the change, and have none.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

#[async_trait]
impl AlertSource for Alertmanager {
    async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        let attempting = "asking Alertmanager for its alerts";
        let request = Request::get(attempting).path(AlertsQuery::PATH);
        let answer = self.client.send(&request).await.map_err(|failure| self.failed(failure))?;
        let alerts: Vec<api::GettableAlert> =
            answer.json(attempting).map_err(|failure| self.failed(failure))?;
        Ok(alerts.into_iter().map(polled).collect())
    }
}

impl Alertmanager {
    fn failed(&self, failure: api_transport::Failure) -> Failure {
        let status = failure.status();
        let (kind, cure) = match (failure.stage(), status) {
            (Stage::Refused, Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => {
                (FailureKind::Account, "; give the credentials that it wants")
            }
            (Stage::Refused, Some(status)) if status.is_client_error() && !failure.is_retryable() => {
                (FailureKind::Request, "; check that its address is right, prefix included")
            }
            (Stage::Refused, Some(status)) if status.is_redirection() => {
                (FailureKind::Request, "; give the address that it redirects to")
            }
            (Stage::Building | Stage::Decoding, _) => {
                (FailureKind::Request, "; check that an Alertmanager (0.16 or newer) answers there")
            }
            _ => (FailureKind::Transient, ""),
        };
        let said = (failure.stage() == Stage::Refused)
            .then(|| ErrorBody::from_body(failure.body()))
            .flatten()
            .map(|body| format!("; it says {:?}", shortened(body.message())))
            .unwrap_or_default();
        let message = format!("{failure}{said}{cure} ({})", self.client.base());
        Failure { kind, message, request: None, source: cause_of(failure) }
    }
}

/// A gateway's whole page would fill a log.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// An alert as a poll tells it.
fn polled(alert: api::GettableAlert) -> Alert {
    let muted = alert.status.muted_by.as_ref().is_some_and(|muted| !muted.is_empty());
    let held = muted || alert.status.is_silenced() || alert.status.is_inhibited();
    let state = match alert.status.state {
        api::AlertState::Active if !held => AlertState::Firing,
        // Nobody vouches for one that no route has looked at yet, or whose state is a word of the future.
        _ => AlertState::Suppressed,
    };
    Alert {
        fingerprint: alert.fingerprint.to_string(),
        labels: alert.labels.into_inner(),
        annotations: alert.annotations.into_inner(),
        starts_at: alert.starts_at,
        state,
    }
}

/// An alert as a notification tells it.
fn told(alert: webhook::Alert) -> Alert {
    let state = match alert.status {
        Status::Firing => AlertState::Firing,
        Status::Resolved => AlertState::Resolved,
        // A word of the future is neither.
        _ => AlertState::Suppressed,
    };
    Alert {
        fingerprint: alert.fingerprint.to_string(),
        labels: alert.labels.into_inner(),
        annotations: alert.annotations.into_inner(),
        starts_at: alert.starts_at,
        state,
    }
}

/// What a notification says, for [`AlertTable::notified`](scaler_core::model::AlertTable::notified).
///
/// Alerts that a truncated message leaves out are not told: it says nothing of them.
#[must_use]
pub fn notified(message: webhook::Message) -> Vec<Alert> {
    message.alerts.into_iter().map(told).collect()
}
