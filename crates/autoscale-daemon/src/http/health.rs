//! Whether the daemon is well.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::refusal::Refusal;
use crate::state::State;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const INDEX: &str = "\
autoscalerd: keeps groups of Linodes at the size that their alerts ask for.

POST /webhook                         Alertmanager's notifications, also at /
GET  /api/v1/groups                   how the groups stand
GET  /api/v1/groups/{group}           one of them; /plan, /history and /events below it
PUT  /api/v1/groups/{group}/desired   asks for a size
GET  /sd/{group}                      Prometheus http_sd targets
GET  /metrics, /healthz, /readyz      its own
";

/// What there is.
pub(super) async fn index() -> &'static str {
    INDEX
}

/// It runs.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Debug, Serialize)]
struct Ready {
    ready: bool,
    store: String,
    groups: Vec<GroupReady>,
}

#[derive(Debug, Serialize)]
struct GroupReady {
    group: String,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// The store answers, and every group has been seen whole; else it says why not.
pub(super) async fn ready(Shared(state): Shared<Arc<State>>) -> Response {
    let store = state.patiently(state.scaler.unmanaged()).await;
    let mut groups = Vec::new();
    for group in state.group_names() {
        let why = match state.status(group).await {
            Err(refusal) => Some(refusal.to_string()),
            Ok((_, gathered)) if gathered.observed.is_some() => None,
            Ok((status, _)) => Some(
                status
                    .trouble
                    .as_ref()
                    .map(ToString::to_string)
                    .or_else(|| status.discarded().map(ToString::to_string))
                    .unwrap_or_else(|| "it has not been observed yet: wait a moment".to_owned()),
            ),
        };
        groups.push(GroupReady { group: group.to_owned(), ready: why.is_none(), why });
    }
    let all = store.is_ok() && groups.iter().all(|group| group.ready) && !*state.stopping.borrow();
    let store = store.map_or_else(|refusal| refusal.to_string(), |_| "answers".to_owned());
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: all, store, groups })).into_response()
}

/// Its own metrics.
pub(super) async fn metrics(Shared(state): Shared<Arc<State>>) -> Result<Response, Refusal> {
    let mut groups = Vec::new();
    for group in state.group_names() {
        match state.status(group).await {
            Ok(status) => groups.push(status),
            // The counters are worth telling all the same.
            Err(refusal) => tracing::warn!(group, "its metrics are missing: {refusal}"),
        }
    }
    let text = state.metrics.text(&groups, state.started).map_err(|error| {
        Refusal::unavailable(format!("the metrics can't be written: {error}"), "ask again")
    })?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
