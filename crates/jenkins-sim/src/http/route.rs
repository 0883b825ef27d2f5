//! Which part of the API a request is for.

use super::answer::Answer;
use super::call::Call;
use super::{api, build, credentials, gate, item, manage, queue, trigger};
use crate::Permission;
use crate::export::Ref;
use crate::refusal::Refusal;
use crate::world::{BuildId, Caller, Item, Login, Permalink, World, join};

/// A request with who sends it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) call: &'a Call,
    pub(super) caller: &'a Caller,
}

impl Context<'_> {
    pub(super) fn needs(self, world: &World, permission: Permission) -> Result<(), Refusal> {
        if world.may(self.caller, permission) {
            Ok(())
        } else {
            Err(Refusal::denied(&self.caller.id, permission))
        }
    }

    pub(super) fn needs_post(self) -> Result<(), Refusal> {
        if self.call.is_post() { Ok(()) } else { Err(Refusal::needs_post()) }
    }

    /// Something that changes the world: a POST by somebody who may.
    pub(super) fn changes(self, world: &World, permission: Permission) -> Result<(), Refusal> {
        self.needs_post()?;
        self.needs(world, permission)
    }

    /// The server's address as the client has it, with the context path and a `/` at its end. Redirects go there.
    pub(super) fn server(self, world: &World) -> String {
        match (&self.call.host, &world.settings.root_url) {
            (Some(host), _) => format!("http://{host}{}/", world.settings.prefix),
            (None, Some(root)) => root.clone(),
            (None, None) => format!("http://localhost:8080{}/", world.settings.prefix),
        }
    }

    /// What the URLs in answers begin with: what is configured, or what the client used.
    pub(super) fn root(self, world: &World) -> String {
        world.settings.root_url.clone().unwrap_or_else(|| self.server(world))
    }
}

pub(super) fn carry_out(world: &mut World, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let context = Context { call, caller };
    let mut parts: Vec<&str> = call.parts.iter().map(String::as_str).collect();
    // A job can be reached through each view that shows it.
    if let ["view", _, "job", ..] = parts.as_slice() {
        parts.drain(..2);
    }
    if parts.first() == Some(&"job") {
        return in_item(world, context, &parts);
    }
    if let Some((format, of)) = api::format(&parts) {
        return match of {
            ["crumbIssuer"] => crumb(world, context, format),
            of => {
                let of = named(of, caller).ok_or_else(Refusal::not_found)?;
                api::page(world, context, &of, format)
            }
        };
    }
    match parts.as_slice() {
        [] => Ok(Answer::html(
            200,
            "<!DOCTYPE html><html><head><title>Dashboard [Jenkins]</title></head></html>",
        )),
        ["login"] => {
            Ok(Answer::html(200, "<!DOCTYPE html><html><head><title>Sign in [Jenkins]</title></head></html>"))
        }
        ["j_spring_security_check"] => log_in(world, context),
        ["createItem"] => item::create(world, context, ""),
        ["queue", "cancelItem"] => queue::cancel(world, context),
        ["queue", "item", id, "cancelQueue"] => queue::cancel_one(world, context, id),
        ["credentials", "store", "system", rest @ ..] => credentials::carry_out(world, context, "", rest),
        parts => manage::carry_out(world, context, parts),
    }
}

/// What a page below the root shows.
fn named(parts: &[&str], caller: &Caller) -> Option<Ref> {
    Some(match parts {
        [] => Ref::Root,
        ["queue"] => Ref::Queue,
        ["queue", "item", id] => Ref::QueueItem(id.parse().ok()?),
        ["computer"] => Ref::Computers,
        ["computer", name] => Ref::Computer(manage::node_name(name)),
        ["view", name] => Ref::View((*name).to_owned()),
        ["user", id] => Ref::User((*id).to_owned()),
        ["me"] if caller.login != Login::Anonymous => Ref::User(caller.id.clone()),
        ["whoAmI"] => Ref::WhoAmI,
        ["people" | "asynchPeople"] => Ref::People,
        ["pluginManager"] => Ref::Plugins,
        ["pluginManager", "plugin", name] => Ref::Plugin((*name).to_owned()),
        ["credentials", "store", "system", rest @ ..] => credentials::named("", rest)?,
        _ => return None,
    })
}

fn crumb(world: &mut World, context: Context<'_>, format: api::Format) -> Result<Answer, Refusal> {
    if !world.settings.crumbs {
        return Err(Refusal::not_found());
    }
    let known = gate::session(world, context.call).map(str::to_owned);
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
fn log_in(world: &mut World, context: Context<'_>) -> Result<Answer, Refusal> {
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

/// Follows `job/a/job/b` as far as there are items.
fn in_item(world: &mut World, context: Context<'_>, parts: &[&str]) -> Result<Answer, Refusal> {
    let mut full = String::new();
    let mut rest = parts;
    while let ["job", name, below @ ..] = rest {
        let next = join(&full, name);
        if !world.items.contains_key(&next) || !world.sees(context.caller, &next) {
            return Err(Refusal::not_found());
        }
        full = next;
        rest = below;
    }
    let item = world.items.get(&full).ok_or_else(Refusal::not_found)?;
    if let Some((first, below)) = rest.split_first()
        && let Some(id) = build_named(item, first)
    {
        return build::carry_out(world, context, &full, id, below);
    }
    if let Some((format, of)) = api::format(rest) {
        let of = match of {
            [] => Ref::Item(full),
            ["credentials", "store", "folder", rest @ ..] => {
                credentials::named(&full, rest).ok_or_else(Refusal::not_found)?
            }
            _ => return Err(Refusal::not_found()),
        };
        return api::page(world, context, &of, format);
    }
    match rest {
        ["build"] => trigger::build(world, context, &full),
        ["buildWithParameters"] => trigger::with_parameters(world, context, &full),
        ["credentials", "store", "folder", rest @ ..] => credentials::carry_out(world, context, &full, rest),
        rest => item::carry_out(world, context, &full, rest),
    }
}

/// The build that a part of a path names: a number or a permalink.
fn build_named(item: &Item, part: &str) -> Option<BuildId> {
    let number = match part.parse::<u64>() {
        Ok(number) => item.builds.contains_key(&number).then_some(number),
        Err(_) => {
            let permalink = Permalink::ALL.iter().find(|(_, name)| *name == part);
            permalink.and_then(|(permalink, _)| permalink.find(item)).map(|build| build.number)
        }
    };
    number.map(|number| BuildId { job: item.id, number })
}
