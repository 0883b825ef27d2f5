//! The HTTP surface.

mod admit;
mod alerts;
mod body;
mod change;
mod events;
mod groups;
pub(crate) mod guard;
mod health;
mod proof;
pub(crate) mod refusal;
mod sd;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

use self::refusal::Refusal;
use crate::state::State;

/// All of it.
pub(crate) fn router(state: Arc<State>) -> Router {
    let reads = Router::new()
        .route("/healthz", get(health::alive))
        // Where prometheus-am-executor has it.
        .route("/_health", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/sd/{group}", get(sd::targets))
        .route("/api/v1/proof", get(proof::prove))
        .route("/api/v1/alerts", get(alerts::all))
        .route("/api/v1/groups", get(groups::all))
        .route("/api/v1/groups/{group}", get(groups::one))
        .route("/api/v1/groups/{group}/plan", get(groups::plan))
        .route("/api/v1/groups/{group}/history", get(groups::history))
        .route("/api/v1/groups/{group}/events", get(events::since));
    let changes = Router::new()
        .route("/api/v1/alerts/forget", post(alerts::forget))
        .route("/api/v1/mode", post(change::every_mode))
        .route("/api/v1/groups/{group}/desired", put(change::desired))
        .route("/api/v1/groups/{group}/mode", post(change::mode))
        .route("/api/v1/groups/{group}/members/{instance}/{action}", post(change::member))
        .route_layer(from_fn_with_state(Arc::clone(&state), guard::changes));
    let notifications = Router::new()
        .route("/webhook", post(webhook::notify))
        .route("/", post(webhook::notify).get(health::index));
    reads
        .merge(changes)
        .merge(notifications)
        .fallback(unknown)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(Arc::clone(&state), admit::admit))
        .layer(from_fn_with_state(Arc::clone(&state), guard::pages))
        .with_state(state)
}

async fn unknown(uri: Uri) -> Refusal {
    Refusal::not_found(
        format!("there is nothing at {}", uri.path()),
        "notifications go to /webhook; groups are at /api/v1/groups, and / lists the rest",
    )
}

async fn not_so(method: Method, uri: Uri) -> Refusal {
    Refusal::method_not_allowed(
        format!("{method} can't be done at {}", uri.path()),
        "the answer's header Allow says what can be",
    )
}
