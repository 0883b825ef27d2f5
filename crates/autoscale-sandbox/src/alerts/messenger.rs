//! Brings notifications to the daemon's webhook, and notes when.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use alertmanager_types::webhook::Message;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;

use super::rules::WATCHDOG;
use crate::happening::{Diary, What};
use crate::pace::Pace;
use crate::web::Web;

/// The daemon answers once a notification is stored: long before this.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts to the webhook. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct Messenger {
    web: Web,
    pace: Pace,
    diary: Diary,
    webhook: Arc<OnceLock<String>>,
}

impl Messenger {
    pub(crate) fn new(web: Web, pace: Pace, diary: Diary) -> Self {
        Self { web, pace, diary, webhook: Arc::default() }
    }

    /// The daemon listens here from now on.
    pub(crate) fn found(&self, webhook: String) {
        // It listens at one address for life.
        let _ = self.webhook.set(webhook);
    }

    /// Posts a notification as it is, with the `Authorization` of its sender; returns the status of the answer.
    pub(crate) async fn deliver(&self, body: Bytes, authorization: Option<&str>) -> Result<u16, String> {
        let Some(webhook) = self.webhook.get() else {
            return Err("the daemon does not listen yet".to_owned());
        };
        let sent = self.pace.now();
        let answer = self.web.post(webhook, body.clone(), authorization, PATIENCE).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status();
        if !status.is_success() {
            let why = String::from_utf8_lossy(answer.body());
            self.diary.note(What::NotTaken { why: format!("{status}: {why}") });
            return Ok(status.as_u16());
        }
        if let Ok(message) = Message::from_json(&body) {
            for alert in &message.alerts {
                let name = alert.alertname().unwrap_or_default();
                // It is said again and again, and says nothing new.
                if name != WATCHDOG {
                    let what = What::Notified { alert: name.to_owned(), firing: alert.is_firing() };
                    self.diary.note_at(sent, what);
                }
            }
        }
        Ok(status.as_u16())
    }

    /// Takes notifications at `/webhook`, for an Alertmanager, and passes them on.
    pub(crate) fn router(&self) -> Router {
        Router::new().route("/webhook", post(pass_on)).with_state(self.clone())
    }
}

async fn pass_on(State(messenger): State<Messenger>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match messenger.deliver(body, authorization).await {
        Ok(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        // What Alertmanager sends again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
