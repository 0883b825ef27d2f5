//! Builds: console text, stopping, artifacts, inputs, stages.

use serde_json::Value;

use super::answer::Answer;
use super::api;
use super::context::Context;
use super::trigger::submitted;
use crate::Permission;
use crate::archive::zip;
use crate::config::escape;
use crate::export::{Ref, describe, flow_artifacts, item_path, pending_inputs};
use crate::refusal::Refusal;
use crate::world::{Build, BuildId, Level, World};

pub(super) fn carry_out(
    world: &mut World,
    context: Context<'_>,
    full: &str,
    id: BuildId,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    if let Some((format, of)) = api::format(rest) {
        let of = match of {
            [] => Ref::Build(id),
            ["testReport"] => Ref::TestReport(id),
            ["injectedEnvVars"] => Ref::Environment(id),
            _ => return Err(Refusal::not_found()),
        };
        return api::page(world, context, &of, format);
    }
    let call = context.call;
    let page = format!("{}{}{}/", context.server(world), item_path(full), id.number);
    match rest {
        [] => Ok(Answer::page("Build")),
        ["buildNumber"] => Ok(Answer::text(id.number.to_string())),
        ["consoleText"] => Ok(Answer::text(build(world, id)?.log.text().to_vec())),
        ["logText", kind @ ("progressiveText" | "progressiveHtml")] => {
            progressive(build(world, id)?, call.parameter("start"), *kind == "progressiveHtml")
        }
        [how @ ("stop" | "term" | "kill")] => {
            context.changes(world, Permission::JobCancel)?;
            let level = match *how {
                "stop" => Level::Stop,
                "term" => Level::Term,
                _ => Level::Kill,
            };
            world.interrupt(id, &context.caller.id, level);
            Ok(Answer::redirect(302, page))
        }
        ["doDelete"] => {
            context.changes(world, Permission::RunDelete)?;
            if build(world, id)?.keep {
                return Err(Refusal::failure("This build is locked from being deleted"));
            }
            if let Some(item) = world.item_by_id_mut(id.job) {
                item.builds.remove(&id.number);
            }
            Ok(Answer::redirect(302, format!("{}{}", context.server(world), item_path(full))))
        }
        ["toggleLogKeep"] => {
            context.changes(world, Permission::RunUpdate)?;
            let build = world.build_mut(id).ok_or_else(Refusal::not_found)?;
            build.keep = !build.keep;
            Ok(Answer::redirect(302, page))
        }
        ["submitDescription"] => {
            context.changes(world, Permission::RunUpdate)?;
            let text = call.parameter("description").unwrap_or_default();
            let build = world.build_mut(id).ok_or_else(Refusal::not_found)?;
            build.description = (!text.is_empty()).then(|| text.to_owned());
            Ok(Answer::redirect(302, page))
        }
        ["configSubmit"] => {
            context.changes(world, Permission::RunUpdate)?;
            let form: Value = serde_json::from_str(call.parameter("json").unwrap_or_default())
                .map_err(|error| Refusal::error(400, error.to_string()))?;
            let field = |name: &str| form.get(name).and_then(Value::as_str).map(str::to_owned);
            let build = world.build_mut(id).ok_or_else(Refusal::not_found)?;
            build.display_name = field("displayName").filter(|name| !name.is_empty());
            build.description = field("description").filter(|text| !text.is_empty());
            Ok(Answer::redirect(302, page))
        }
        ["artifact", path @ ..] => artifact(build(world, id)?, path),
        ["wfapi", rest @ ..] => stage_view(world, context, full, id, rest),
        ["input", input, answer @ ("proceedEmpty" | "proceed" | "abort" | "submit")] => {
            context.needs_post()?;
            context.needs(world, Permission::JobBuild)?;
            let values = match *answer {
                "abort" => None,
                _ if call.parameter("abort").is_some() => None,
                _ => Some(values(context)?),
            };
            world.answer_input(id, input, &context.caller.id, values.as_deref())?;
            Ok(Answer::done())
        }
        _ => Err(Refusal::not_found()),
    }
}

fn build(world: &World, id: BuildId) -> Result<&Build, Refusal> {
    world.build(id).ok_or_else(Refusal::not_found)
}

fn progressive(build: &Build, start: Option<&str>, html: bool) -> Result<Answer, Refusal> {
    let start = match start {
        None | Some("") => 0,
        Some(text) => {
            text.parse().map_err(|_| Refusal::exception(format!("For input string: \"{text}\"")))?
        }
    };
    let text = build.log.from(start);
    let answer = if html {
        Answer::html(200, escape(&String::from_utf8_lossy(text)))
    } else {
        Answer::text(text.to_vec())
    };
    let answer = answer.header("X-Text-Size", build.log.size());
    Ok(if build.is_building() { answer.header("X-More-Data", true) } else { answer })
}

fn artifact(build: &Build, path: &[&str]) -> Result<Answer, Refusal> {
    if let ["*zip*", _] = path {
        return Ok(Answer::new(200, "application/zip", zip(&build.artifacts)));
    }
    let content = build.artifacts.get(&path.join("/")).ok_or_else(Refusal::not_found)?;
    Ok(Answer::new(200, "application/octet-stream", content.clone()))
}

fn stage_view(
    world: &mut World,
    context: Context<'_>,
    full: &str,
    id: BuildId,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    let pipeline =
        world.items.get(full).is_some_and(|item| item.config.kind == crate::config::ItemKind::Pipeline);
    if !world.settings.stage_view || !pipeline {
        return Err(Refusal::not_found());
    }
    match rest {
        [] | ["describe"] => Ok(Answer::json(&describe(world, full, build(world, id)?))),
        ["pendingInputActions"] => Ok(Answer::json(&pending_inputs(world, full, build(world, id)?))),
        ["artifacts"] => Ok(Answer::json(&flow_artifacts(world, full, build(world, id)?))),
        ["inputSubmit"] => {
            context.needs_post()?;
            context.needs(world, Permission::JobBuild)?;
            let input = context.call.parameter("inputId").unwrap_or_default();
            let values = values(context)?;
            world.answer_input(id, input, &context.caller.id, Some(&values))?;
            Ok(Answer::done())
        }
        _ => Err(Refusal::not_found()),
    }
}

/// The values that are submitted to an input.
fn values(context: Context<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let Some(json) = context.call.parameter("json") else { return Ok(Vec::new()) };
    let form: Value = serde_json::from_str(json).map_err(|error| Refusal::error(400, error.to_string()))?;
    Ok(submitted(&form))
}
