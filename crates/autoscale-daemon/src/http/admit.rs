//! Lets requests in.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::guard;
use super::refusal::Refusal;
use crate::connections::holding;
use crate::state::State;

/// Lets a request into its lane, unless that is full. Whether the daemon is well is asked in no lane, nor is the proof, which an
/// operator's command wants before it shows a credential.
pub(super) async fn admit(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let lane = match request.uri().path() {
        "/healthz" | "/readyz" | "/_health" | "/api/v1/proof" => return next.run(request).await,
        path if guard::is_notification(path) => &state.lanes.notifications,
        _ if guard::is_known(&state, request.headers()) => &state.lanes.known,
        _ => &state.lanes.strangers,
    };
    match Arc::clone(lane).try_acquire_owned() {
        Ok(permit) => holding(next.run(request).await, permit),
        Err(_) => Refusal::unavailable(
            "too many requests of this kind are being answered",
            "ask again in a moment, with the credential if you have one: calls that show it have a share of their own",
        )
        .into_response(),
    }
}
