//! The alerts that are held.

use std::sync::Arc;

use autoscale_api::{ForgetAlerts, Forgotten, HeldAlerts};
use axum::Json;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::HeaderMap;

use super::body;
use super::refusal::Refusal;
use crate::state::State;

pub(super) async fn all(Shared(state): Shared<Arc<State>>) -> Result<Json<HeldAlerts>, Refusal> {
    state.patiently(state.scaler.held_alerts()).await.map(|alerts| Json(HeldAlerts::new(alerts)))
}

pub(super) async fn forget(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Forgotten>, Refusal> {
    let asked: ForgetAlerts = body::json(&state, &headers, body).await?;
    let cause = asked.cause()?;
    let forgotten = state.written(state.scaler.forget_alerts(&asked.fingerprints, &cause)).await?;
    Ok(Json(Forgotten::new(&asked.fingerprints, forgotten)))
}
