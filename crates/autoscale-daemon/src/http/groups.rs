//! How groups stand.

use std::sync::Arc;

use autoscale_api::{Groups, History};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use scaler_core::view::{Preview, Status};
use serde::Deserialize;

use super::refusal::Refusal;
use crate::state::State;

/// Activities that are told when the caller names no number.
const SOME: usize = 20;
/// Activities that are told at most.
const MANY: usize = 1_000;

pub(super) async fn all(Shared(state): Shared<Arc<State>>) -> Result<Json<Groups>, Refusal> {
    let mut groups = Vec::new();
    for group in state.group_names() {
        groups.push(state.status(group).await?.0);
    }
    let unmanaged = state.patiently(state.scaler.unmanaged()).await?;
    let unmanaged = unmanaged.into_iter().map(String::from).collect();
    Ok(Json(Groups::new(groups, unmanaged)))
}

pub(super) async fn one(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
) -> Result<Json<Status>, Refusal> {
    state.status(&group).await.map(|(status, _)| Json(status))
}

/// What a turn would do, by what was seen last: whoever asks must not spend the cloud's rate of requests.
pub(super) async fn plan(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
) -> Result<Json<Preview>, Refusal> {
    let plan = state.patiently(state.scaler.group(&group)?.plan_as_seen()).await?;
    plan.map(Json).ok_or_else(|| {
        Refusal::unavailable(
            format!("group {group} has not been observed yet"),
            "wait a moment, and ask again",
        )
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    limit: Option<usize>,
}

pub(super) async fn history(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<History>, Refusal> {
    let Query(page) = page.map_err(|rejection| {
        Refusal::bad_request(rejection.body_text(), format!("ask with ?limit={SOME}")).at("limit")
    })?;
    let limit = page.limit.unwrap_or(SOME).min(MANY);
    let activities = match (state.scaler.group(&group), group.parse()) {
        (Err(unknown), Ok(name)) => {
            let activities = state.patiently(state.scaler.unmanaged_history(&name, limit)).await?;
            // A name that nothing has is rather mistyped than a group without a past.
            if activities.is_empty() {
                return Err(unknown.into());
            }
            activities
        }
        (configured, _) => state.patiently(configured?.history(limit)).await?,
    };
    Ok(Json(History::new(group, activities)))
}
