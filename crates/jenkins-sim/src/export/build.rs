//! Builds.

use serde_json::{Map, Value, json};

use super::bean::{Bean, Prop};
use super::url::{display_path, item_path};
use super::{Exporter, Ref};
use crate::config::{ItemKind, ParameterKind};
use crate::world::{Build, BuildId, Cause, Item, Outcome, ParameterValue, short_name};

pub(super) fn millis(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// What tells why and with what something runs.
pub(super) fn actions(causes: &[Cause], parameters: &[ParameterValue]) -> Vec<Bean> {
    let causes = causes.iter().map(cause).collect();
    let mut actions = vec![Bean::new("hudson.model.CauseAction").prop(2, "causes", Prop::Beans(causes))];
    if !parameters.is_empty() {
        let values = parameters.iter().map(parameter).collect();
        actions
            .insert(0, Bean::new("hudson.model.ParametersAction").prop(2, "parameters", Prop::Beans(values)));
    }
    actions
}

fn cause(cause: &Cause) -> Bean {
    let bean = |class: &str| Bean::new(class).value(3, "shortDescription", cause.text());
    match cause {
        Cause::User { id, name } => bean("hudson.model.Cause$UserIdCause")
            .value(3, "userId", id.as_str())
            .value(3, "userName", name.as_str()),
        Cause::Remote { host, note } => bean("hudson.model.Cause$RemoteCause")
            .value(3, "addr", host.as_str())
            .value(3, "note", note.clone()),
        Cause::Branch => bean("jenkins.branch.BranchIndexingCause"),
    }
}

fn parameter(parameter: &ParameterValue) -> Bean {
    let bean = Bean::new(parameter.kind.value_class()).value(3, "name", parameter.name.as_str());
    match parameter.kind {
        ParameterKind::Password | ParameterKind::File => bean,
        ParameterKind::Boolean => bean.value(3, "value", parameter.value == "true"),
        _ => bean.value(3, "value", parameter.value.as_str()),
    }
}

impl Exporter<'_> {
    pub(super) fn build(&self, id: BuildId) -> Option<Bean> {
        let (full, item) = self.world.item_by_id(id.job)?;
        let build = item.builds.get(&id.number)?;
        let shown = item.config.display_name.as_deref().unwrap_or(short_name(full));
        let duration = build.ended.map_or(0, |ended| millis(api_sim::between(build.started, ended)));
        let neighbour = |build: Option<&Build>| {
            let of = |build: &Build| Prop::Bare(Ref::Build(BuildId { job: id.job, number: build.number }));
            build.map_or(Prop::Value(Value::Null), of)
        };
        let previous = item.builds.range(..id.number).next_back().map(|(_, build)| build);
        let next = item.builds.range(id.number + 1..).next().map(|(_, build)| build);
        let executor = build.is_building().then(Bean::default);
        let mut actions = actions(&build.causes, &build.parameters);
        actions.extend([Bean::default(), Bean::default()]);
        if let Some(tests) = &build.tests {
            actions.push(
                Bean::new("hudson.tasks.junit.TestResultAction")
                    .value(2, "failCount", tests.failed())
                    .value(2, "skipCount", tests.skipped())
                    .value(2, "totalCount", tests.cases().count())
                    .value(2, "urlName", "testReport"),
            );
        }
        let artifacts = build.artifacts.keys().map(|path| artifact(path)).collect();
        let bean = Bean::new(item.config.kind.build_class())
            .prop(1, "actions", Prop::Beans(actions))
            .prop(1, "artifacts", Prop::Beans(artifacts))
            .value(1, "building", build.is_building())
            .value(1, "inProgress", build.is_building())
            .value(1, "description", build.description.clone())
            .value(1, "displayName", build.display_name())
            .value(1, "duration", duration)
            .value(1, "estimatedDuration", estimate(item))
            .prop(1, "executor", executor.map_or(Prop::Value(Value::Null), Prop::Bean))
            .value(1, "fullDisplayName", format!("{} {}", display_path(full, shown), build.display_name()))
            .value(1, "id", build.number.to_string())
            .value(1, "keepLog", build.keep)
            .value(2, "number", build.number)
            .value(1, "queueId", build.queue_id)
            .value(1, "result", build.result.map(Outcome::name))
            .value(1, "timestamp", build.started.as_millisecond())
            .value(2, "url", format!("{}{}{}/", self.root, item_path(full), build.number))
            .value(1, "culprits", json!([]))
            .prop(1, "nextBuild", neighbour(next))
            .prop(1, "previousBuild", neighbour(previous));
        Some(match item.config.kind {
            ItemKind::Pipeline => bean.value(1, "changeSets", json!([])),
            _ => {
                let on = build.executors.first().map_or("", |on| on.node.as_str());
                let none = Bean::new("hudson.scm.EmptyChangeLogSet").value(2, "items", json!([])).value(
                    2,
                    "kind",
                    Value::Null,
                );
                bean.value(1, "builtOn", on).prop(1, "changeSet", Prop::Bean(none))
            }
        })
    }

    /// The environment, as the plugin EnvInject shows it.
    pub(super) fn environment(&self, id: BuildId) -> Option<Bean> {
        let build = self.world.build(id)?;
        let shown = |name: &str| build.parameter(name).is_none_or(|parameter| !parameter.is_secret());
        let map: Map<String, Value> = build
            .environment
            .iter()
            .filter(|(name, _)| shown(name))
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        Some(Bean::new("org.jenkinsci.plugins.envinject.EnvInjectVarList").value(1, "envMap", map))
    }
}

fn artifact(path: &str) -> Bean {
    let name = short_name(path);
    Bean::default().value(3, "displayPath", name).value(3, "fileName", name).value(3, "relativePath", path)
}

/// The mean of three that succeeded among the last six, as Jenkins takes it; -1 without one.
fn estimate(item: &Item) -> i64 {
    let good = item
        .builds
        .values()
        .rev()
        .take(6)
        .filter(|build| build.result.is_some_and(|result| result <= Outcome::Unstable));
    let lasted: Vec<i64> = good
        .filter_map(|build| build.ended.map(|ended| millis(api_sim::between(build.started, ended))))
        .take(3)
        .collect();
    i64::try_from(lasted.len())
        .ok()
        .and_then(|count| lasted.iter().sum::<i64>().checked_div(count))
        .unwrap_or(-1)
}
