//! What may be asked of a group.

use std::sync::Arc;
use std::time::Duration;

use autoscale_api::{
    DesiredAccepted, Done, MemberAction, MemberRequest, Outcome, SetDesired, SetMode, UnknownAction,
};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use scaler_core::model::InstanceId;
use scaler_core::runtime;
use scaler_core::runtime::Run;
use scaler_core::state::{Cause, Fact, Mark};
use scaler_core::view::What;
use tokio::time::timeout;

use super::body;
use super::refusal::Refusal;
use crate::state::State;

/// The longest wait of one request.
const LONGEST: Duration = Duration::from_secs(60);
/// A mark is written as soon as the store answers.
const MARKED_WITHIN: Duration = Duration::from_secs(10);

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
    let accepted = handle.ask(ask).submit().await?;
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
    state.scaler.group(&group)?.set_mode(asked.mode, until, who, reason).await?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    Ok(Json(Done::new(format!("group {group} is in mode {}{until}", asked.mode))))
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
    let done = match action {
        MemberAction::Adopt => {
            handle.adopt(instance, cause).await?;
            format!("instance {instance} is a member of group {group}")
        }
        MemberAction::Release => {
            handle.release(instance, cause).await?;
            format!("instance {instance} is not a member of group {group} any more, and left as it is")
        }
        MemberAction::Protect => {
            handle.protect(instance, cause).await?;
            format!("instance {instance} is protected")
        }
        MemberAction::Unprotect => {
            handle.unprotect(instance, cause).await?;
            format!("instance {instance} is no longer protected")
        }
        MemberAction::Standby => {
            handle.standby(instance, cause).await?;
            format!("instance {instance} is on standby")
        }
        MemberAction::Activate => {
            handle.activate(instance, cause).await?;
            format!("instance {instance} is back from standby")
        }
        MemberAction::Replace => {
            begin_replacing(&state, &group, instance, cause).await?;
            format!("instance {instance} is being replaced: it goes once another one serves")
        }
    };
    Ok(Json(Done::new(done)))
}

/// Has the mark written that says it; the loop does the rest.
async fn begin_replacing(
    state: &State,
    group: &str,
    instance: InstanceId,
    cause: Cause,
) -> Result<(), Refusal> {
    let (status, _) = state.status(group).await?;
    let known = status.members.iter().find(|member| member.instance == Some(instance));
    if known.is_some_and(|member| member.replacing) {
        return Ok(());
    }
    let label = known.map(|member| member.label.clone());
    let mut run = state.scaler.group(group)?.replace(instance, cause);
    let marked = async {
        while let Some(event) = run.next().await {
            let replacing = matches!(&event.what, What::Logged(Fact::Marked { mark: Mark::Replacing, .. }));
            if replacing && event.label == label {
                return Ok(());
            }
        }
        // It ended before it was marked: there is no such member, or the group is asleep.
        run.outcome().await.map(drop)
    };
    match timeout(MARKED_WITHIN, marked).await {
        Ok(marked) => Ok(marked?),
        Err(_) => Err(Refusal::slow_store(MARKED_WITHIN)),
    }
}
