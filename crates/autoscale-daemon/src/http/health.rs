//! Whether the daemon is well.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use scaler_core::model::elapsed;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::state::State;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// An observation that is older than this is nothing to act on.
const FRESH: Duration = Duration::from_secs(180);

const INDEX: &str = "\
autoscalerd: keeps groups of Linodes at the size that their alerts ask for.

POST /webhook                         Alertmanager's notifications, also at /
GET  /api/v1/groups                   how the groups stand
GET  /api/v1/groups/{group}           one of them; /plan, /history and /events below it
PUT  /api/v1/groups/{group}/desired   asks for a size
GET  /sd/{group}                      Prometheus http_sd targets
GET  /metrics, /healthz, /readyz      its own; /readyz?acting asks for the groups too
";

/// What there is.
pub(super) async fn index() -> &'static str {
    INDEX
}

/// It runs.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// What is asked of `/readyz`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Whether the groups are seen too; `?acting` says it without a value.
    acting: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ready {
    ready: bool,
    store: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupReady>,
}

#[derive(Debug, Serialize)]
struct GroupReady {
    group: String,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Whether notifications are taken: the store is written to find out. With `?acting`, whether each group was seen whole
/// lately, too; else it says why not.
pub(super) async fn ready(
    Shared(state): Shared<Arc<State>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|rejection| {
        Refusal::bad_request(rejection.body_text(), "ask without anything, or with ?acting")
    })?;
    let store = state.writable().await;
    let mut groups = Vec::new();
    if asked.acting.is_some() {
        for group in state.group_names() {
            let why = why_not(&state, group).await;
            groups.push(GroupReady { group: group.to_owned(), ready: why.is_none(), why });
        }
    }
    let all = store.is_ok() && groups.iter().all(|group| group.ready) && !*state.stopping.borrow();
    let store = store.map_or_else(|why| why, |()| "takes what is written".to_owned());
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, Json(Ready { ready: all, store, groups })).into_response())
}

/// Why nobody can act for a group, in words.
async fn why_not(state: &State, group: &str) -> Option<String> {
    let (status, gathered) = match state.status(group).await {
        Ok(found) => found,
        Err(refusal) => return Some(refusal.to_string()),
    };
    if let Some(trouble) = &status.trouble {
        return Some(trouble.to_string());
    }
    let discarded = || status.discarded().map(ToString::to_string);
    match gathered.observed.map(|observed| elapsed(observed, status.at)) {
        Some(age) if age <= FRESH => None,
        Some(age) => Some(
            discarded()
                .unwrap_or_else(|| format!("it was last observed {} s ago: look at the log", age.as_secs())),
        ),
        None => Some(discarded().unwrap_or_else(|| "it has not been observed yet: wait a moment".to_owned())),
    }
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
