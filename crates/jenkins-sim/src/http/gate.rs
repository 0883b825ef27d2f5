//! What stands between a request and the world: faults, logins, crumbs.

use super::answer::{Answer, reason};
use super::call::Call;
use super::context::session;
use super::route;
use crate::Permission;
use crate::faults::Effect;
use crate::refusal::Refusal;
use crate::world::{Caller, Login, World};

/// The fault that befalls a request, if one does; also counts the request.
pub(super) fn strike(world: &mut World, call: &Call) -> Option<Effect> {
    *world.calls.entry(operation(call)).or_default() += 1;
    let (method, path) = (call.method.as_str(), call.path.as_str());
    let effect = world.faults.strike(world.now, &mut world.rng, |target, _| target.matches(method, path))?;
    tracing::debug!(method, path, ?effect, "a fault strikes");
    Some(effect)
}

/// The method and the path with `*` for names and numbers.
fn operation(call: &Call) -> String {
    let mut text = call.method.clone() + " ";
    let mut named = false;
    for part in call.path.split('/').filter(|part| !part.is_empty()) {
        let number = part.bytes().all(|byte| byte.is_ascii_digit());
        text.push('/');
        text.push_str(if named || number { "*" } else { part });
        named = !named && matches!(part, "job" | "view" | "user");
    }
    text
}

pub(super) fn refused_by_fault(world: &World, status: u16, retry_after: Option<i64>) -> Answer {
    let answer: Answer = Refusal::container(status, reason(status)).into();
    let answer = match retry_after {
        Some(seconds) => answer.header("Retry-After", seconds),
        None => answer,
    };
    dress(world, answer)
}

/// Takes a request through everything.
pub(super) fn pass(world: &mut World, call: &Call) -> Answer {
    if world.phase.down_until().is_some() {
        return Answer::starting();
    }
    let answer = admit(world, call).and_then(|caller| route::carry_out(world, call, &caller));
    let answer = answer.unwrap_or_else(Answer::from);
    world.touch();
    dress(world, answer)
}

fn dress(world: &World, answer: Answer) -> Answer {
    if answer.foreign {
        return answer;
    }
    answer
        .header("X-Content-Type-Options", "nosniff")
        .header("X-Hudson", "1.395")
        .header("X-Jenkins", &world.settings.version)
        .header("X-Jenkins-Session", &world.phase.session)
}

/// Whose request it is, or why it is refused.
fn admit(world: &World, call: &Call) -> Result<Caller, Refusal> {
    let session = session(world, call);
    let caller = match &call.basic {
        Some(Ok((user, secret))) => world.log_in(user, secret),
        Some(Err(())) => None,
        None => Some(match session.and_then(|id| world.sessions.user(id)) {
            Some(user) => Caller { id: user.to_owned(), login: Login::Session },
            None => Caller { id: "anonymous".to_owned(), login: Login::Anonymous },
        }),
    };
    // A Jenkins without security takes any name and password.
    let open = || call.basic.is_some() && !world.is_secured();
    let caller = match caller {
        None if open() => Caller { id: "anonymous".to_owned(), login: Login::Anonymous },
        None => {
            let refusal = Refusal::container(401, "Unauthorized");
            return Err(refusal.header("WWW-Authenticate", "Basic realm=\"Jenkins\"".to_owned()));
        }
        Some(caller) => caller,
    };
    let first = call.parts.first().map_or("", String::as_str);
    let checked = call.is_post() && world.settings.crumbs && caller.login != Login::Token;
    if checked && first != "j_spring_security_check" {
        let crumb = call.crumb.as_deref().or_else(|| call.parameter("Jenkins-Crumb"));
        if !crumb.is_some_and(|crumb| world.sessions.is_crumb(session, &caller.id, crumb)) {
            return Err(Refusal::container(403, "No valid crumb was included in the request"));
        }
    }
    let unprotected = matches!(first, "login" | "whoAmI" | "j_spring_security_check");
    if !unprotected && !world.may(&caller, Permission::Read) {
        return Err(Refusal::denied(&caller.id, Permission::Read));
    }
    Ok(caller)
}
