//! Triggers: `build` and `buildWithParameters`.

use std::time::Duration;

use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::context::Context;
use super::item;
use crate::Permission;
use crate::config::{ItemKind, Parameter, ParameterKind};
use crate::export::item_path;
use crate::refusal::Refusal;
use crate::world::{Cause, Login, ParameterValue, Scheduled, World, short_name};

pub(super) fn build(world: &mut World, context: Context<'_>, full: &str) -> Result<Answer, Refusal> {
    let item = world.items.get(full).ok_or_else(Refusal::not_found)?;
    if item.config.kind == ItemKind::Multibranch {
        return item::scan(world, context, full);
    }
    let cause = admitted(world, context, full)?;
    let definitions = world.items.get(full).map(|item| item.config.parameters.clone()).unwrap_or_default();
    if definitions.is_empty() {
        return queued(world, context, full, Vec::new(), cause);
    }
    let json = context.call.parameter("json").ok_or_else(|| Refusal::error(400, "Nothing is submitted"))?;
    let form: Value = serde_json::from_str(json)
        .map_err(|error| Refusal::error(400, format!("Failed to parse form data. {error}")))?;
    let values = of_form(&definitions, &form, context.call)?;
    let answer = queued(world, context, full, values, cause)?;
    Ok(as_wished(world, context, full, &form, answer))
}

pub(super) fn with_parameters(
    world: &mut World,
    context: Context<'_>,
    full: &str,
) -> Result<Answer, Refusal> {
    let cause = admitted(world, context, full)?;
    let item = world.items.get(full).ok_or_else(Refusal::not_found)?;
    let definitions = item.config.parameters.clone();
    if definitions.is_empty() {
        return Err(Refusal::exception("This build is not parameterized!"));
    }
    let mut values = Vec::new();
    for definition in &definitions {
        let file = context.call.form.files.iter().find(|file| file.field == definition.name);
        match (file, context.call.parameter(&definition.name)) {
            (Some(file), _) if definition.kind == ParameterKind::File => {
                values.push(ParameterValue::file(definition, &file.name, file.content.clone()));
            }
            (_, Some(_)) if definition.kind == ParameterKind::File => {}
            (_, Some(value)) => values.push(ParameterValue::of(definition, value)?),
            (_, None) => values.extend(ParameterValue::default_of(definition)),
        }
    }
    queued(world, context, full, values, cause)
}

/// Whether the job may be built by this request, and the cause that it gives.
fn admitted(world: &World, context: Context<'_>, full: &str) -> Result<Cause, Refusal> {
    let item = world.items.get(full).ok_or_else(Refusal::not_found)?;
    if item.config.kind.is_container() {
        return Err(Refusal::not_found());
    }
    let token = context.call.parameter("token");
    let by_token = token.is_some() && item.config.auth_token.as_deref() == token;
    if !by_token {
        context.needs(world, Permission::JobBuild)?;
        context.needs_post()?;
    }
    if !item.is_buildable() {
        return Err(Refusal::container(409, format!("{} is not buildable", short_name(full))));
    }
    let note = context.call.parameter("cause").map(str::to_owned);
    Ok(if by_token && (note.is_some() || context.caller.login == Login::Anonymous) {
        Cause::Remote { host: "127.0.0.1".to_owned(), note }
    } else {
        let id = context.caller.id.clone();
        Cause::User { name: world.full_name(&id), id }
    })
}

/// A form may say with what status it is answered, and where the client is sent then.
fn as_wished(world: &World, context: Context<'_>, full: &str, form: &Value, answer: Answer) -> Answer {
    let status = match form.get("statusCode") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64().and_then(|status| u16::try_from(status).ok()),
        None => None,
    };
    let status = status.unwrap_or(answer.status);
    match form.get("redirectTo").and_then(Value::as_str) {
        // Jenkins sends nobody to another server.
        Some(to) if !to.contains("//") && !to.starts_with('/') => {
            let page = format!("{}{}", context.server(world), item_path(full));
            Answer::redirect(status, format!("{page}{}", to.trim_start_matches("./").trim_matches('.')))
        }
        _ => Answer { status, ..answer },
    }
}

/// The values of `json={"parameter": [{"name": …, "value": …}]}`.
fn of_form(definitions: &[Parameter], form: &Value, call: &Call) -> Result<Vec<ParameterValue>, Refusal> {
    let mut values = Vec::new();
    for (name, value) in submitted(form) {
        let definition = definitions.iter().find(|definition| definition.name == name);
        let definition =
            definition.ok_or_else(|| Refusal::exception(format!("No such parameter definition: {name}")))?;
        let file = call.form.files.iter().find(|file| file.field == name || file.field == value);
        match file.filter(|_| definition.kind == ParameterKind::File) {
            Some(file) => values.push(ParameterValue::file(definition, &file.name, file.content.clone())),
            None => values.push(ParameterValue::of(definition, &value)?),
        }
    }
    // Definitions that the form doesn't name have their defaults.
    for definition in definitions {
        if !values.iter().any(|value| value.name == definition.name) {
            values.extend(ParameterValue::default_of(definition));
        }
    }
    let place = |value: &ParameterValue| definitions.iter().position(|one| one.name == value.name);
    values.sort_by_key(place);
    Ok(values)
}

/// The names and values that a form submits; one alone need not stand in a list.
pub(super) fn submitted(form: &Value) -> Vec<(String, String)> {
    let list = match form.get("parameter") {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => Vec::new(),
    };
    let pair = |one: &Value| {
        let value = match one.get("value").or_else(|| one.get("file")) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        Some((one.get("name")?.as_str()?.to_owned(), value))
    };
    list.iter().filter_map(pair).collect()
}

fn queued(
    world: &mut World,
    context: Context<'_>,
    full: &str,
    values: Vec<ParameterValue>,
    cause: Cause,
) -> Result<Answer, Refusal> {
    let delay = context.call.parameter("delay").map(read_delay).transpose()?;
    let job = world.items.get(full).ok_or_else(Refusal::not_found)?.id;
    let (status, id) = match world.schedule(job, values, cause, delay) {
        Scheduled::Created(id) => (201, id),
        Scheduled::Existing(id) => (world.settings.coalesced_status, id),
    };
    Ok(Answer::redirect(status, format!("{}queue/item/{id}/", context.server(world))))
}

/// `5sec`, `5`, `500ms`, `2min`.
fn read_delay(text: &str) -> Result<Duration, Refusal> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number = number.parse::<u64>().ok();
    let time = number.and_then(|number| {
        Some(match unit.trim() {
            "" | "sec" | "secs" | "s" => Duration::from_secs(number),
            "ms" => Duration::from_millis(number),
            "min" | "mins" => Duration::from_secs(number.checked_mul(60)?),
            _ => return None,
        })
    });
    time.ok_or_else(|| Refusal::exception(format!("Invalid time duration value: {text}")))
}
