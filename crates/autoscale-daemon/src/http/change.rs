//! What may be asked of a group.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use scaler_core::model::{Amount, InstanceId, after};
use scaler_core::runtime;
use scaler_core::runtime::{Run, ScaleRequest, TargetSize};
use scaler_core::state::{Cause, Fact, Mark};
use scaler_core::view::What;
use tokio::time::timeout;

use super::body;
use super::refusal::Refusal;
use crate::api::{Accepted, Done, MemberAction, MemberRequest, Outcome, SetDesired, SetMode};
use crate::state::State;

/// The longest wait of one request.
const LONGEST: Duration = Duration::from_secs(60);
/// A mark is written as soon as the store answers.
const MARKED_WITHIN: Duration = Duration::from_secs(10);
/// What is said for the log.
const LONGEST_TEXT: usize = 500;
/// Who asks, where the caller does not say.
const SOMEBODY: &str = "the API";

pub(super) async fn desired(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let asked: SetDesired = body::json(&state, &headers, body).await?;
    let ask = ask(&state, &asked)?;
    if asked.dry_run {
        let (status, _) = state.status(&group).await?;
        if let Some(thought) = asked.generation.filter(|thought| *thought != status.generation) {
            let (name, current) = (group.parse().ok(), status.generation);
            if let Some(group) = name {
                return Err(runtime::Error::Generation { group, asked: thought, current }.into());
            }
        }
        return Ok(Json(state.scaler.plan_with(&group, &ask).await?).into_response());
    }
    let accepted = state.scaler.request(&group, &ask).await?;
    let ending = match asked.wait {
        Some(wait) => ending(&state, state.scaler.follow(&group, accepted), wait.0.min(LONGEST)).await?,
        None => None,
    };
    let status = if ending.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let answer = Accepted {
        group,
        position: accepted.position,
        desired: accepted.desired,
        generation: accepted.generation,
        repeated: accepted.repeated,
        ending,
    };
    Ok((status, Json(answer)).into_response())
}

fn ask(state: &State, asked: &SetDesired) -> Result<ScaleRequest, Refusal> {
    let wanted = match (asked.desired, asked.add, asked.remove) {
        (Some(n), None, None) => TargetSize::Exactly(n),
        (None, Some(by), None) => TargetSize::More(some(by, "add")?),
        (None, None, Some(by)) => TargetSize::Fewer(some(by, "remove")?),
        _ => {
            return Err(Refusal::bad_request(
                "exactly one of desired, add and remove says which size is wanted",
                "send {\"desired\": 5}, {\"add\": 2}, {\"add\": \"50%\"} or {\"remove\": 1}",
            )
            .at("desired"));
        }
    };
    let mut ask =
        ScaleRequest::new(wanted, cause(asked.who.as_deref(), &asked.reason)?).over_budget(asked.over_budget);
    if let Some(id) = &asked.request_id {
        if id.is_empty() || id.len() > LONGEST_TEXT {
            return Err(Refusal::bad_request(
                format!("request_id has {} bytes", id.len()),
                format!("send 1 to {LONGEST_TEXT}"),
            )
            .at("request_id"));
        }
        ask = ask.request(id);
    }
    if let Some(generation) = asked.generation {
        ask = ask.generation(generation);
    }
    if let Some(floor) = asked.floor_for {
        ask = ask.floor_until(after(state.clock.now(), floor.0));
    }
    Ok(ask)
}

fn some(by: Amount, field: &str) -> Result<Amount, Refusal> {
    match by {
        Amount::Count(0) | Amount::Percent(0) => {
            Err(Refusal::bad_request(format!("{field} is {by}"), "send at least 1 or 1%").at(field))
        }
        by => Ok(by),
    }
}

fn cause(who: Option<&str>, reason: &str) -> Result<Cause, Refusal> {
    for (field, text) in [("who", who.unwrap_or_default()), ("reason", reason)] {
        if text.len() > LONGEST_TEXT {
            return Err(Refusal::bad_request(
                format!("{field} has {} bytes", text.len()),
                format!("say it in {LONGEST_TEXT}"),
            )
            .at(field));
        }
    }
    let who = who.map(str::trim).filter(|who| !who.is_empty()).unwrap_or(SOMEBODY);
    let reason = reason.trim();
    Ok(Cause::operator(if reason.is_empty() { who.to_owned() } else { format!("{who}: {reason}") }))
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
    cause(asked.who.as_deref(), &asked.reason)?;
    let until = asked.lasts.map(|lasts| after(state.clock.now(), lasts.0));
    let who = asked.who.as_deref().map(str::trim).filter(|who| !who.is_empty()).unwrap_or(SOMEBODY);
    state.scaler.set_mode(&group, asked.mode, until, who, asked.reason.trim()).await?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    Ok(Json(Done::new(format!("group {group} is in mode {}{until}", asked.mode))))
}

pub(super) async fn member(
    Shared(state): Shared<Arc<State>>,
    Path((group, instance, action)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Refusal> {
    let action: MemberAction = action.parse().map_err(|error: crate::api::UnknownAction| {
        Refusal::not_found(error.to_string(), "correct the address")
    })?;
    let instance = instance.parse().map(InstanceId).map_err(|_| {
        Refusal::bad_request(
            format!("{instance:?} is not an instance"),
            "give the number of a Linode, as GET /api/v1/groups/{group} shows it",
        )
    })?;
    let asked: MemberRequest = body::json(&state, &headers, body).await?;
    let cause = cause(asked.who.as_deref(), &asked.reason)?;
    let scaler = &state.scaler;
    let done = match action {
        MemberAction::Adopt => {
            scaler.adopt(&group, instance, cause).await?;
            format!("instance {instance} is a member of group {group}")
        }
        MemberAction::Release => {
            scaler.release(&group, instance, cause).await?;
            format!("instance {instance} is not a member of group {group} any more, and left as it is")
        }
        MemberAction::Protect => {
            scaler.protect(&group, instance, cause).await?;
            format!("instance {instance} is protected")
        }
        MemberAction::Unprotect => {
            scaler.unprotect(&group, instance, cause).await?;
            format!("instance {instance} is no longer protected")
        }
        MemberAction::Standby => {
            scaler.standby(&group, instance, cause).await?;
            format!("instance {instance} is on standby")
        }
        MemberAction::Activate => {
            scaler.activate(&group, instance, cause).await?;
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
    let mut run = state.scaler.replace(group, instance, cause);
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
