//! Pipelines as the stage view's plugin shows them, under `wfapi`.

use std::time::Duration;

use api_sim::between;
use serde_json::{Value, json};

use super::build::millis;
use super::url::{encode_part, item_path};
use crate::world::{Build, Input, Outcome, Stage, StageStatus, World};

/// The base of the links: the path below the server, with the context path.
fn base(world: &World, full: &str, build: &Build) -> String {
    format!("{}/{}{}/", world.settings.prefix, item_path(full), build.number)
}

/// `wfapi/describe`.
pub(crate) fn describe(world: &World, full: &str, build: &Build) -> Value {
    let base = base(world, full, build);
    let end = build.ended.unwrap_or(world.now);
    let paused: Duration = build.stages.iter().map(|stage| stage.paused).sum();
    let mut links = json!({"self": {"href": format!("{base}wfapi/describe")}});
    if !build.inputs.is_empty() {
        links["pendingInputActions"] = json!({"href": format!("{base}wfapi/pendingInputActions")});
    }
    if !build.artifacts.is_empty() {
        links["artifacts"] = json!({"href": format!("{base}wfapi/artifacts")});
    }
    let stages: Vec<Value> = build.stages.iter().map(|stage| describe_stage(world, &base, stage)).collect();
    json!({
        "_links": links,
        "id": build.number.to_string(),
        "name": build.display_name(),
        "status": status(build).name(),
        "startTimeMillis": build.started.as_millisecond(),
        "endTimeMillis": end.as_millisecond(),
        "durationMillis": millis(between(build.started, end)),
        "queueDurationMillis": millis(between(build.queued, build.started)),
        "pauseDurationMillis": millis(paused),
        "stages": stages,
    })
}

fn status(build: &Build) -> StageStatus {
    match build.result {
        Some(Outcome::Success) => StageStatus::Success,
        Some(outcome) => outcome.into(),
        None if !build.inputs.is_empty() => StageStatus::Paused,
        None => StageStatus::InProgress,
    }
}

fn describe_stage(world: &World, base: &str, stage: &Stage) -> Value {
    let end = stage.ended.unwrap_or(world.now);
    let mut value = json!({
        "_links": {"self": {"href": format!("{base}execution/node/{}/wfapi/describe", stage.id)}},
        "id": stage.id.to_string(),
        "name": stage.name,
        "execNode": "",
        "status": stage.status.name(),
        "startTimeMillis": stage.started.as_millisecond(),
        "durationMillis": millis(between(stage.started, end)),
        "pauseDurationMillis": millis(stage.paused),
    });
    if let Some(error) = &stage.error {
        value["error"] = json!({"message": error, "type": "hudson.AbortException"});
    }
    value
}

/// `wfapi/pendingInputActions`.
pub(crate) fn pending_inputs(world: &World, full: &str, build: &Build) -> Value {
    let base = base(world, full, build);
    build.inputs.iter().map(|input| pending(&base, input)).collect()
}

fn pending(base: &str, input: &Input) -> Value {
    let id = encode_part(&input.id);
    let inputs: Vec<Value> = input
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "type": parameter.kind.type_name(),
                "name": parameter.name,
                "description": parameter.description,
                "definition": {"defaultVal": parameter.default, "choices": parameter.choices},
            })
        })
        .collect();
    let proceed = if input.parameters.is_empty() {
        format!("{base}input/{id}/proceedEmpty")
    } else {
        format!("{base}wfapi/inputSubmit?inputId={id}")
    };
    json!({
        "id": input.id,
        "proceedText": input.proceed,
        "message": input.message,
        "inputs": inputs,
        "proceedUrl": proceed,
        "abortUrl": format!("{base}input/{id}/abort"),
        "redirectApprovalUrl": format!("{base}input/"),
    })
}

/// `wfapi/artifacts`.
pub(crate) fn artifacts(world: &World, full: &str, build: &Build) -> Value {
    let base = base(world, full, build);
    let of = |(at, (path, content)): (usize, (&String, &bytes::Bytes))| {
        let encoded: Vec<String> = path.split('/').map(encode_part).collect();
        json!({
            "id": format!("n{}", at + 1),
            "name": path.rsplit('/').next().unwrap_or_default(),
            "path": path,
            "url": format!("{base}artifact/{}", encoded.join("/")),
            "size": content.len(),
        })
    };
    build.artifacts.iter().enumerate().map(of).collect()
}
