//! What an administrator does: restarts, nodes, views, checking a Jenkinsfile.

use serde_json::{Value, json};

use super::answer::Answer;
use super::context::Context;
use crate::Permission;
use crate::refusal::Refusal;
use crate::script::check;
use crate::world::{Node, View, World, check_name};

/// The name of a node: the built-in one has none, and is written `(built-in)` or `(master)`.
pub(super) fn node_name(part: &str) -> String {
    if matches!(part, "(built-in)" | "(master)") { String::new() } else { part.to_owned() }
}

pub(super) fn carry_out(world: &mut World, context: Context<'_>, parts: &[&str]) -> Result<Answer, Refusal> {
    let call = context.call;
    let home = |world: &World| Answer::redirect(302, context.server(world));
    match parts {
        [what @ ("quietDown" | "cancelQuietDown")] => {
            context.changes(world, Permission::Administer)?;
            world.set_quieting_down(*what == "quietDown");
            Ok(home(world))
        }
        [what @ ("restart" | "safeRestart")] => {
            context.changes(world, Permission::Administer)?;
            let answer = home(world);
            if *what == "restart" {
                world.restart(true)
            } else {
                world.safe_restart()
            }
            Ok(answer)
        }
        ["checkJobName"] => {
            let problem = check_name(call.parameter("value").unwrap_or_default()).err();
            let problem = problem.map(|refusal| crate::config::escape(&refusal.message));
            Ok(Answer::html(
                200,
                match problem {
                    Some(problem) => format!("<div class=error>{problem}</div>"),
                    None => "<div/>".to_owned(),
                },
            ))
        }
        ["createView"] => {
            context.changes(world, Permission::ViewCreate)?;
            let name = call.parameter("name").unwrap_or_default().to_owned();
            if name.is_empty() || name == crate::export::ALL || world.views.contains_key(&name) {
                return Err(Refusal::failure(format!("A view already exists with the name \"{name}\"")));
            }
            let xml = if call.content_type.contains("xml") { call.text() } else { View::empty(&name) };
            let view = View::read(&xml).map_err(Refusal::exception)?;
            world.views.insert(name, view);
            Ok(if call.content_type.contains("xml") { Answer::done() } else { home(world) })
        }
        ["view", name, rest @ ..] => view(world, context, name, rest),
        ["computer"] => Ok(Answer::page("Nodes")),
        ["computer", "doCreateItem"] => create_node(world, context),
        ["computer", name, rest @ ..] => node(world, context, &node_name(name), rest),
        ["pipeline-model-converter", what @ ("validate" | "validateJenkinsfile")] => {
            context.needs_post()?;
            let script = call.parameter("jenkinsfile").unwrap_or_default();
            let errors: Vec<String> = check(script).iter().map(ToString::to_string).collect();
            Ok(if *what == "validate" { as_text(&errors) } else { as_json(&errors) })
        }
        _ => Err(Refusal::not_found()),
    }
}

fn as_text(errors: &[String]) -> Answer {
    Answer::text(if errors.is_empty() {
        "Jenkinsfile successfully validated.\n".to_owned()
    } else {
        format!("Errors encountered validating Jenkinsfile:\n{}\n\n", errors.join("\n"))
    })
}

fn as_json(errors: &[String]) -> Answer {
    let data = if errors.is_empty() {
        json!({"result": "success"})
    } else {
        let errors: Vec<Value> = errors.iter().map(|error| json!({"error": error})).collect();
        json!({"result": "failure", "errors": errors})
    };
    Answer::json(&json!({"status": "ok", "data": data}))
}

fn view(world: &mut World, context: Context<'_>, name: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let call = context.call;
    let known = world.views.get(name).ok_or_else(Refusal::not_found)?;
    match rest {
        [] => return Ok(Answer::page(name)),
        ["config.xml"] if !call.is_post() => return Ok(Answer::xml(known.xml.clone())),
        ["config.xml"] => {
            context.needs(world, Permission::ViewConfigure)?;
            let view = View::read(&call.text()).map_err(Refusal::exception)?;
            world.views.insert(name.to_owned(), view);
        }
        ["doDelete"] => {
            context.changes(world, Permission::ViewDelete)?;
            world.views.remove(name);
            return Ok(Answer::redirect(302, context.server(world)));
        }
        [what @ ("addJobToView" | "removeJobFromView")] => {
            context.changes(world, Permission::ViewConfigure)?;
            let job = call.parameter("name").unwrap_or_default().to_owned();
            if !world.items.contains_key(&job) {
                return Err(Refusal::failure(format!(
                    "Query parameter 'name' does not correspond to a known item: {job}"
                )));
            }
            let view = world.views.get_mut(name).ok_or_else(Refusal::not_found)?;
            if *what == "addJobToView" {
                view.jobs.insert(job)
            } else {
                view.jobs.remove(&job)
            };
        }
        _ => return Err(Refusal::not_found()),
    }
    Ok(Answer::done())
}

/// `POST computer/doCreateItem?name=…&json={…}`.
fn create_node(world: &mut World, context: Context<'_>) -> Result<Answer, Refusal> {
    context.changes(world, Permission::AgentConfigure)?;
    let name = context.call.parameter("name").unwrap_or_default().to_owned();
    let form: Value = serde_json::from_str(context.call.parameter("json").unwrap_or("{}"))
        .map_err(|error| Refusal::error(400, error.to_string()))?;
    if name.is_empty() || world.nodes.contains_key(&name) {
        return Err(Refusal::failure(format!("Agent called ‘{name}’ already exists")));
    }
    let text = |field: &str| form.get(field).and_then(Value::as_str).unwrap_or_default();
    let executors = match form.get("numExecutors") {
        Some(Value::Number(number)) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        _ => text("numExecutors").parse().ok(),
    };
    let node = Node::new(executors.unwrap_or(1), text("nodeDescription"), text("labelString"));
    world.nodes.insert(name, node);
    Ok(Answer::redirect(302, format!("{}computer/", context.server(world))))
}

fn node(world: &mut World, context: Context<'_>, name: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let call = context.call;
    let known = world.nodes.get(name).ok_or_else(Refusal::not_found)?;
    let xml = format!(
        "<slave><name>{}</name><description>{}</description><numExecutors>{}</numExecutors><label>{}</label></slave>",
        crate::config::escape(name),
        crate::config::escape(&known.description),
        known.executors,
        crate::config::escape(&known.labels)
    );
    match rest {
        [] => return Ok(Answer::page(name)),
        ["config.xml"] if !call.is_post() => return Ok(Answer::xml(xml)),
        ["doDelete"] if !name.is_empty() => {
            context.changes(world, Permission::AgentConfigure)?;
            world.nodes.remove(name);
        }
        ["toggleOffline" | "changeOfflineCause"] => {
            context.changes(world, Permission::AgentConfigure)?;
            let reason = call.parameter("offlineMessage").unwrap_or_default().to_owned();
            world.toggle_offline(name, reason);
        }
        _ => return Err(Refusal::not_found()),
    }
    Ok(Answer::redirect(302, format!("{}computer/", context.server(world))))
}
