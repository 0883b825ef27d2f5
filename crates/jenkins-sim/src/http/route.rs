//! Which part of the API a request is for.

use super::answer::Answer;
use super::call::Call;
use super::context::Context;
use super::{api, build, credentials, item, login, manage, queue, trigger};
use crate::export::Ref;
use crate::refusal::Refusal;
use crate::world::{BuildId, Caller, Item, Login, Permalink, World, join};

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
            ["crumbIssuer"] => login::crumb(world, context, format),
            of => {
                let of = named(of, caller).ok_or_else(Refusal::not_found)?;
                api::page(world, context, &of, format)
            }
        };
    }
    match parts.as_slice() {
        [] => Ok(Answer::page("Dashboard")),
        ["login"] => Ok(Answer::page("Sign in")),
        ["j_spring_security_check"] => login::log_in(world, context),
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
