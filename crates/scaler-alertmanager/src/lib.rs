#![doc = include_str!("../README.md")]

use std::time::Duration;

use alertmanager_types::client::ClientBuilder;
use alertmanager_types::client::api_transport::Retry;
use alertmanager_types::webhook::Status;
use alertmanager_types::{Client, Error, ErrorKind, api, webhook};
use async_trait::async_trait;

pub use alertmanager_types;
use scaler_core::model::{Alert, AlertState};
use scaler_core::ports::{AlertSource, Failure, FailureKind};

/// The longest time one attempt may take: a poll that is late is better asked again by the next one.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Asks an Alertmanager, or whatever answers `GET /api/v2/alerts` as it does.
#[derive(Debug, Clone)]
pub struct Alertmanager {
    client: Client,
}

impl Alertmanager {
    /// Polls with this client; [`Alertmanager::client`] makes one whose patience suits a poll.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Settings of a client that gives up soon: once more within 5 s, 10 s an attempt. The next poll comes anyway; more
    /// attempts would only delay what it finds out.
    ///
    /// ```
    /// use scaler_alertmanager::Alertmanager;
    ///
    /// let source = Alertmanager::new(Alertmanager::client("http://127.0.0.1:9093").build()?);
    /// # Ok::<(), alertmanager_types::client::BuildError>(())
    /// ```
    pub fn client(address: impl AsRef<str>) -> ClientBuilder {
        let retry = Retry::default().attempts(2).total(Duration::from_secs(5));
        Client::builder(address).retry(retry).attempt_limit(ATTEMPT)
    }
}

#[async_trait]
impl AlertSource for Alertmanager {
    async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        let alerts = self.client.alerts().list().await.map_err(failed)?;
        Ok(alerts.into_iter().map(polled).collect())
    }
}

fn failed(error: Error) -> Failure {
    let kind = match error.kind() {
        ErrorKind::Credentials => FailureKind::Account,
        ErrorKind::RateLimited => FailureKind::RateLimited,
        _ if error.is_retryable() => FailureKind::Transient,
        _ => FailureKind::Request,
    };
    let retry_after = error.retry_after();
    Failure::from_error(kind, error).with_retry_after(retry_after)
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
    let (labels, annotations) = (alert.labels.into_inner(), alert.annotations.into_inner());
    Alert::new(alert.fingerprint.to_string(), labels, annotations, alert.starts_at, state)
}

/// An alert as a notification tells it.
fn told(alert: webhook::Alert) -> Alert {
    let state = match alert.status {
        Status::Firing => AlertState::Firing,
        Status::Resolved => AlertState::Resolved,
        // A word of the future is neither.
        _ => AlertState::Suppressed,
    };
    let (labels, annotations) = (alert.labels.into_inner(), alert.annotations.into_inner());
    Alert::new(alert.fingerprint.to_string(), labels, annotations, alert.starts_at, state)
}

/// What a notification says, for [`AlertTable::notified`](scaler_core::model::AlertTable::notified).
///
/// Alerts that a truncated message leaves out are not told: it says nothing of them.
#[must_use]
pub fn notified(message: webhook::Message) -> Vec<Alert> {
    message.alerts.into_iter().map(told).collect()
}
