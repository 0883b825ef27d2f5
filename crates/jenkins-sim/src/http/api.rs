//! Pages of the remote access API: `…/api/json`, `…/api/python`, `…/api/xml`.

use serde_json::Value;

use super::answer::Answer;
use super::context::Context;
use crate::export::{Exporter, Ref, Selection, Tree, python, xml};
use crate::refusal::Refusal;
use crate::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Python,
    Xml,
}

/// Takes `api/json` and its like off the end of a path.
pub(super) fn format<'a, 'b>(parts: &'a [&'b str]) -> Option<(Format, &'a [&'b str])> {
    let (of, format) = match parts {
        [of @ .., "api", format] => (of, *format),
        _ => return None,
    };
    let format = match format {
        "json" => Format::Json,
        "python" => Format::Python,
        "xml" => Format::Xml,
        _ => return None,
    };
    Some((format, of))
}

/// The page of something, as `tree` or `depth` ask for it.
pub(super) fn page(world: &World, context: Context<'_>, of: &Ref, format: Format) -> Result<Answer, Refusal> {
    let exporter = Exporter { world, root: context.root(world), caller: context.caller };
    let bean = exporter.bean(of).ok_or_else(Refusal::not_found)?;
    let tree = context.call.parameter("tree").filter(|tree| !tree.is_empty());
    let tree = tree.map(Tree::read).transpose().map_err(|error| Refusal::error(400, error.0))?;
    let depth = match context.call.parameter("depth") {
        None | Some("") => 0,
        Some(depth) => depth
            .parse::<i32>()
            .map_err(|_| Refusal::exception(format!("For input string: \"{depth}\"")))?
            .clamp(0, 10),
    };
    let selection = match &tree {
        Some(tree) => Selection::Tree(tree),
        None => Selection::of_depth(depth),
    };
    let value = exporter.write(&bean, &selection);
    if context.call.parameter("pretty") == Some("true") && format == Format::Json {
        return Ok(Answer { body: format!("{value:#}").into(), ..Answer::json(&value) });
    }
    Ok(written(&value, format))
}

pub(super) fn written(value: &Value, format: Format) -> Answer {
    match format {
        Format::Json => Answer::json(value),
        Format::Python => Answer::new(200, "text/x-python;charset=utf-8", python(value)),
        Format::Xml => Answer::xml(xml(value)),
    }
}
