//! Credentials: `credentials/store/system/domain/_/…`, and the same below folders.

use super::answer::Answer;
use super::context::Context;
use crate::Permission;
use crate::export::Ref;
use crate::refusal::Refusal;
use crate::world::{Credential, World};

/// What an API page of a store shows.
pub(super) fn named(folder: &str, parts: &[&str]) -> Option<Ref> {
    let folder = folder.to_owned();
    Some(match parts {
        [] => Ref::Store(folder),
        ["domain", domain] => Ref::Domain(folder, (*domain).to_owned()),
        ["domain", domain, "credential", id] => {
            Ref::Credential(folder, (*domain).to_owned(), (*id).to_owned())
        }
        _ => return None,
    })
}

pub(super) fn carry_out(
    world: &mut World,
    context: Context<'_>,
    folder: &str,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    context.needs(world, Permission::CredentialsView)?;
    match rest {
        ["createDomain"] => {
            context.changes(world, Permission::CredentialsCreate)?;
            let text = context.call.text();
            let name = if context.call.content_type.contains("xml") {
                roxmltree::Document::parse(&text).ok().and_then(|document| {
                    let name = document.descendants().find(|node| node.has_tag_name("name"));
                    name.and_then(|node| node.text()).map(str::to_owned)
                })
            } else {
                let form = context.call.parameter("json").and_then(|json| serde_json::from_str(json).ok());
                form.and_then(|form: serde_json::Value| Some(form.get("name")?.as_str()?.to_owned()))
            };
            let name = name.ok_or_else(|| Refusal::error(400, "A domain needs a name"))?;
            let store = world.credentials.entry(folder.to_owned()).or_default();
            if store.contains_key(&name) {
                return Ok(Answer::empty(409));
            }
            store.insert(name, std::collections::BTreeMap::new());
            Ok(Answer::done())
        }
        ["domain", domain, "createCredentials"] => create(world, context, folder, domain),
        ["domain", domain, "credential", id, what] => one(world, context, (folder, domain, id), what),
        ["domain", domain, what @ ("config.xml" | "doDelete")] => {
            let store = world.credentials.get(folder);
            if store.is_none_or(|store| !store.contains_key(*domain)) && *domain != "_" {
                return Err(Refusal::not_found());
            }
            if *what == "config.xml" && !context.call.is_post() {
                let name = crate::config::escape(domain);
                return Ok(Answer::xml(format!(
                    "<com.cloudbees.plugins.credentials.domains.Domain><name>{name}</name>\
                     </com.cloudbees.plugins.credentials.domains.Domain>"
                )));
            }
            context.changes(world, Permission::CredentialsDelete)?;
            if let Some(store) = world.credentials.get_mut(folder) {
                store.remove(*domain);
            }
            Ok(Answer::redirect(302, context.server(world)))
        }
        _ => Err(Refusal::not_found()),
    }
}

fn create(world: &mut World, context: Context<'_>, folder: &str, domain: &str) -> Result<Answer, Refusal> {
    context.changes(world, Permission::CredentialsCreate)?;
    let by_form = context.call.parameter("json").map(str::to_owned);
    let xml = match &by_form {
        None => context.call.text(),
        Some(json) => {
            let form = serde_json::from_str(json).map_err(|error| Refusal::error(400, error.to_string()))?;
            let xml = Credential::xml_of_form(&form);
            xml.ok_or_else(|| Refusal::error(400, "The form names no class of credentials"))?
        }
    };
    let rng = &mut world.rng;
    let credential = Credential::read(&xml, || format!("{:032x}", rng.u128(..)))
        .map_err(|problem| Refusal::error(400, problem))?;
    let store = world.credentials.entry(folder.to_owned()).or_default();
    if domain != "_" && !store.contains_key(domain) {
        return Err(Refusal::not_found());
    }
    let domain = store.entry(domain.to_owned()).or_default();
    if domain.contains_key(&credential.id) {
        return Ok(Answer::empty(409));
    }
    domain.insert(credential.id.clone(), credential);
    Ok(match by_form {
        Some(_) => Answer::redirect(302, context.server(world)),
        None => Answer::done(),
    })
}

fn one(
    world: &mut World,
    context: Context<'_>,
    (folder, domain, id): (&str, &str, &str),
    what: &str,
) -> Result<Answer, Refusal> {
    let known = world.credentials.get(folder).and_then(|store| store.get(domain)).and_then(|all| all.get(id));
    let known = known.ok_or_else(Refusal::not_found)?;
    match (what, context.call.is_post(), context.call.method.as_str()) {
        ("config.xml", false, "GET" | "HEAD") => return Ok(Answer::xml(known.xml.clone())),
        ("config.xml", true, _) => {
            context.needs(world, Permission::CredentialsUpdate)?;
            let id = id.to_owned();
            let made = id.clone();
            let credential = Credential::read(&context.call.text(), || made)
                .map_err(|problem| Refusal::error(400, problem))?;
            let domain = world.credentials.get_mut(folder).and_then(|store| store.get_mut(domain));
            domain.ok_or_else(Refusal::not_found)?.insert(id, credential);
            return Ok(Answer::done());
        }
        ("config.xml", false, "DELETE") | ("doDelete", true, _) => {}
        _ => return Err(Refusal::not_found()),
    }
    context.needs(world, Permission::CredentialsDelete)?;
    if let Some(domain) = world.credentials.get_mut(folder).and_then(|store| store.get_mut(domain)) {
        domain.remove(id);
    }
    Ok(if what == "doDelete" { Answer::redirect(302, context.server(world)) } else { Answer::done() })
}
