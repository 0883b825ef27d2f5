//! What may be asked of a group.

use std::sync::Arc;
use std::time::Duration;

use autoscale_api::{
    DesiredAccepted, Done, MemberAction, MemberRequest, ModeSet, ModesSet, Outcome, SetDesired, SetMode,
    UnknownAction,
};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use scaler_core::model::InstanceId;
use scaler_core::runtime;
use scaler_core::runtime::Run;
use tokio::time::timeout;

use super::body;
use super::refusal::Refusal;
use crate::member::carry_out;
use crate::state::State;

/// The longest wait of one request.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) async fn desired(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let asked: SetDesired = body::json(&state, &headers, body).await?;
    let ask = asked.to_request(state.clock.now())?;
    let handle = state.scaler.group(&group)?;
    if asked.dry_run {
        let (status, _) = state.status(&group).await?;
        let (group, current) = (handle.name().clone(), status.generation);
        if let Some(asked) = asked.generation.filter(|asked| *asked != current) {
            return Err(runtime::Error::Generation { group, asked, current }.into());
        }
        return Ok(Json(handle.ask(ask).plan().await?).into_response());
    }
    let accepted = state.written(handle.ask(ask).submit()).await?;
    let ending = match asked.wait {
        Some(wait) => ending(&state, handle.follow(accepted), wait.0.min(LONGEST)).await?,
        None => None,
    };
    let status = if ending.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let mut answer = DesiredAccepted::new(group, accepted);
    answer.ending = ending;
    Ok((status, Json(answer)).into_response())
}

/// How `run` ends, if it does in time.
async fn ending(state: &State, run: Run, wait: Duration) -> Result<Option<Outcome>, Refusal> {
    let stopped = state.stopped();
    tokio::select! {
        biased;
        ended = timeout(wait, run.outcome()) => match ended {
            Ok(Ok(outcome)) => Ok(Some(outcome)),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Ok(None),
        },
        () = stopped => Ok(None),
    }
}

pub(super) async fn mode(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Refusal> {
    let asked: SetMode = body::json(&state, &headers, body).await?;
    let (who, reason) = asked.said()?;
    let until = asked.until(state.clock.now());
    state.written(state.scaler.group(&group)?.set_mode(asked.mode, until, who, reason)).await?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    Ok(Json(Done::new(format!("group {group} is in mode {}{until}", asked.mode))))
}

/// The same for every group; one that does not take it keeps none of the others from it.
pub(super) async fn every_mode(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ModesSet>, Refusal> {
    let asked: SetMode = body::json(&state, &headers, body).await?;
    let (who, reason) = asked.said()?;
    let until = asked.until(state.clock.now());
    let (state, asked) = (&*state, &asked);
    let set = state.group_names().map(|group| async move {
        let set = async { state.scaler.group(group)?.set_mode(asked.mode, until, who, reason).await };
        let set = state.written(set).await;
        ModeSet::new(group, set.err().map(|refusal| refusal.to_string()))
    });
    Ok(Json(ModesSet::new(join_all(set).await)))
}

pub(super) async fn member(
    Shared(state): Shared<Arc<State>>,
    Path((group, instance, action)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Refusal> {
    let action: MemberAction = action
        .parse()
        .map_err(|error: UnknownAction| Refusal::not_found(error.to_string(), "correct the address"))?;
    let instance = instance.parse().map(InstanceId).map_err(|_| {
        Refusal::bad_request(
            format!("{instance:?} is not an instance"),
            "give the number of a Linode, as GET /api/v1/groups/{group} shows it",
        )
    })?;
    let asked: MemberRequest = body::json(&state, &headers, body).await?;
    let cause = asked.cause()?;
    let handle = state.scaler.group(&group)?;
    let carried = carry_out(action, &handle, instance, cause);
    match action {
        // They ask the cloud, which has time limits of its own.
        MemberAction::Adopt | MemberAction::Release => carried.await?,
        _ => state.written(carried).await?,
    }
    let done = match action {
        MemberAction::Adopt => format!("is a member of group {group}"),
        MemberAction::Release => format!("is not a member of group {group} any more, and left as it is"),
        MemberAction::Protect => "is protected".to_owned(),
        MemberAction::Unprotect => "is no longer protected".to_owned(),
        MemberAction::Standby => "is on standby".to_owned(),
        MemberAction::Activate => "comes back from standby".to_owned(),
        MemberAction::Replace => "is being replaced: it goes once another one serves".to_owned(),
    };
    Ok(Json(Done::new(format!("instance {instance} {done}"))))
}
