//! What stands between a request and the world: tokens, scopes, rate limits, faults.

use std::time::Duration;

use api_sim::RequestFault;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::answer::Answer;
use super::call::Call;
use super::page::ListFault;
use super::route;
use crate::faults::{Effect, Request};
use crate::limits::{Caller, Family, Standing, covers};
use crate::refusal::Refusal;
use crate::world::World;

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is answered.
    Answer(Answer),
    /// It is answered after a while, or never.
    Late(Option<Duration>, Answer),
    /// Its connection fails.
    Lost,
    /// It is taken up only after a while, or never.
    Wait(Option<Duration>),
}

/// Takes a request through everything. `waited`: it hung already, and is now to be answered.
pub(super) fn pass(world: &mut World, call: &mut Call, waited: bool) -> Outcome {
    let operation = call.operation();
    let collection = call.method == "GET" && route::is_collection(&call.segments);
    let mut struck = None;
    if !waited {
        *world.calls.entry(operation.clone()).or_default() += 1;
        struck = strike(world, call, collection);
    }
    match &struck {
        Some(Effect::Request(fault @ RequestFault::Hang { .. })) => return Outcome::Wait(fault.span()),
        Some(Effect::Request(RequestFault::Reset)) => return Outcome::Lost,
        // A gateway knows nothing of tokens and limits.
        Some(Effect::Request(RequestFault::Html { status })) => {
            return Outcome::Answer(Answer::html(*status));
        }
        _ => {}
    }
    let scope = route::scope(call);
    let (caller, refusal) = admit(world, call, &scope);
    let family = match call.method.as_str() {
        "POST" if operation == "POST /linode/instances" => Family::Creates,
        "GET" if collection => Family::Collections,
        _ => Family::General,
    };
    let user = caller.as_ref().map_or(usize::MAX, |caller| caller.user);
    let standing = world.limits.count(user, &operation, family, world.now);
    let scopes = caller.map_or_else(|| "unknown".to_owned(), |caller| caller.scopes);
    let now = world.now;
    let dress = |answer: Answer| with_headers(answer, now, standing, &scopes, &scope);
    if let Some(effect @ (Effect::Request(RequestFault::Status { .. }) | Effect::Maintenance)) = struck {
        return Outcome::Answer(refused_by_fault(&effect, dress));
    }
    if let Some(refusal) = refusal {
        return Outcome::Answer(dress(refusal.into()));
    }
    if standing.exceeded {
        let wait = standing.reset.as_second() - world.now.as_second();
        let answer = Answer::of_status(429, None).header("Retry-After", wait.max(1));
        return Outcome::Answer(dress(answer));
    }
    call.list_fault = collection.then(|| list_fault(world, call)).flatten();
    let answer = dress(route::carry_out(world, call).unwrap_or_else(Answer::from));
    match struck {
        None => Outcome::Answer(answer),
        Some(Effect::Request(RequestFault::Lost)) => Outcome::Lost,
        Some(Effect::Request(RequestFault::LostAs { status })) => {
            Outcome::Answer(dress(Answer::of_status(status, None)))
        }
        Some(Effect::Request(fault @ RequestFault::Late { .. })) => Outcome::Late(fault.span(), answer),
        Some(_) => Outcome::Answer(dress(Answer::nonsense())),
    }
}

/// What a fault has the API itself answer.
fn refused_by_fault(effect: &Effect, dress: impl FnOnce(Answer) -> Answer) -> Answer {
    let Effect::Request(RequestFault::Status { status, retry_after }) = *effect else {
        let answer = dress(Answer::of_status(503, Some("Currently in maintenance mode.".to_owned())));
        return answer.header("X-Maintenance-Mode", "all");
    };
    let answer = dress(Answer::of_status(status, None));
    match retry_after {
        // A negative one was seen together with a reset of -1.
        Some(seconds) if seconds < 0 => answer.header("Retry-After", seconds).header("X-RateLimit-Reset", -1),
        Some(seconds) => answer.header("Retry-After", seconds),
        None => answer,
    }
}

/// The first fault that keeps a request from being carried out, or its answer from arriving as it should.
fn strike(world: &mut World, call: &Call, collection: bool) -> Option<Effect> {
    let wanted = |effect: &Effect| matches!(effect, Effect::Request(_) | Effect::Maintenance);
    let effect = world.strike(request(call, collection), wanted)?;
    tracing::debug!(method = call.method, path = call.path, ?effect, "a fault strikes");
    Some(effect)
}

fn list_fault(world: &mut World, call: &Call) -> Option<ListFault> {
    let fault = |effect: &Effect| match effect {
        Effect::HalfList => Some(ListFault::Half),
        Effect::ShortList => Some(ListFault::Short),
        Effect::EmptyList => Some(ListFault::Empty),
        Effect::TagsMatchAll => Some(ListFault::TagsMatchAll),
        _ => None,
    };
    let wanted = |effect: &Effect| fault(effect).is_some();
    let effect = world.strike(request(call, true), wanted)?;
    fault(&effect)
}

fn request(call: &Call, collection: bool) -> Request<'_> {
    Request { method: &call.method, path: &call.path, collection }
}

/// Whose call it is, and why it is refused, if it is.
fn admit(world: &World, call: &Call, scope: &str) -> (Option<Caller>, Option<Refusal>) {
    let caller = call.token.as_deref().and_then(|token| world.limits.caller(token));
    match &caller {
        Some(caller) if covers(&caller.scopes, scope) => (Some(caller.clone()), None),
        Some(caller) => {
            let refusal = Refusal::new(401, "Your OAuth token is not authorized to use this endpoint.");
            (Some(caller.clone()), Some(refusal))
        }
        None if call.token.is_none() && route::is_public(call) => (None, None),
        None => (None, Some(Refusal::new(401, "Invalid Token"))),
    }
}

fn with_headers(answer: Answer, now: Timestamp, standing: Standing, scopes: &str, needed: &str) -> Answer {
    // The time by which the reset is to be read: that of this clock, however fast it goes.
    let answer = match DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
        Ok(date) => answer.header("Date", date),
        Err(_) => answer,
    };
    answer
        .header("X-RateLimit-Limit", standing.limit)
        .header("X-RateLimit-Remaining", standing.remaining)
        .header("X-RateLimit-Reset", standing.reset.as_second())
        .header("X-OAuth-Scopes", scopes)
        .header("X-Accepted-OAuth-Scopes", needed)
}
