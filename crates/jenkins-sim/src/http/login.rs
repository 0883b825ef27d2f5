//! Logging in by a form, and crumbs.

use super::answer::Answer;
use super::api;
use super::context::{Context, session};
use crate::refusal::Refusal;
use crate::world::World;

/// The crumb of a session, which begins with it where there is none.
pub(super) fn crumb(world: &mut World, context: Context<'_>, format: api::Format) -> Result<Answer, Refusal> {
    if !world.settings.crumbs {
        return Err(Refusal::not_found());
    }
    let known = session(world, context.call).map(str::to_owned);
    let opened = known.is_none();
    let session = match known {
        Some(session) => session,
        None => world.sessions.open(&mut world.rng, None),
    };
    let crumb = world.sessions.crumb(&mut world.rng, &session, &context.caller.id);
    let value = serde_json::json!({
        "_class": "hudson.security.csrf.DefaultCrumbIssuer",
        "crumb": crumb,
        "crumbRequestField": "Jenkins-Crumb",
    });
    let answer = api::written(&value, format);
    Ok(if opened { answer.header("Set-Cookie", cookie(world, &session)) } else { answer })
}

fn cookie(world: &World, session: &str) -> String {
    let prefix = &world.settings.prefix;
    let path = if prefix.is_empty() { "/" } else { prefix };
    format!("{}={session}; Path={path}; HttpOnly; SameSite=Lax", world.sessions.cookie)
}

/// The login form.
pub(super) fn log_in(world: &mut World, context: Context<'_>) -> Result<Answer, Refusal> {
    context.needs_post()?;
    let field = |name: &str| context.call.parameter(name).unwrap_or_default();
    let server = context.server(world);
    let Some(caller) = world.log_in(field("j_username"), field("j_password")) else {
        return Ok(Answer::redirect(302, format!("{server}loginError")));
    };
    let session = world.sessions.open(&mut world.rng, Some(caller.id));
    let answer = Answer::redirect(302, server);
    Ok(answer.header("Set-Cookie", cookie(world, &session)))
}
