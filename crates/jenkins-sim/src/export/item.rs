//! Jobs and folders.

use serde_json::{Value, json};

use super::bean::{Bean, Prop};
use super::url::{display_path, item_path};
use super::{Exporter, Ref};
use crate::config::{ItemKind, Parameter, ParameterKind};
use crate::world::{Build, BuildId, Item, Outcome, Permalink, short_name};

/// More builds than these are only in `allBuilds`.
const MOST_BUILDS: usize = 100;

impl Exporter<'_> {
    pub(super) fn item(&self, full: &str) -> Option<Bean> {
        let item = self.world.items.get(full)?;
        let name = short_name(full);
        let display = item.config.display_name.as_deref();
        let shown = display.unwrap_or(name);
        let bean = Bean::new(item.config.kind.class())
            .prop(1, "actions", Prop::Beans(vec![Bean::default(), Bean::default()]))
            .value(1, "description", item.config.description.clone())
            .value(1, "displayName", shown)
            .value(1, "displayNameOrNull", display)
            .value(1, "fullDisplayName", display_path(full, shown))
            .value(1, "fullName", full)
            .value(999, "name", name)
            .value(999, "url", format!("{}{}", self.root, item_path(full)))
            .prop(1, "healthReport", Prop::Beans(health(item)));
        Some(if item.config.kind.is_container() {
            bean.prop(1, "jobs", Prop::Links(self.jobs_in(full)))
                .prop(1, "views", Prop::Beans(Vec::new()))
                .value(1, "primaryView", Value::Null)
        } else {
            self.job(item, bean)
        })
    }

    fn job(&self, item: &Item, bean: Bean) -> Bean {
        let id = |build: &Build| Ref::Build(BuildId { job: item.id, number: build.number });
        let builds: Vec<Ref> = item.builds.values().rev().map(id).collect();
        let recent = builds.iter().take(MOST_BUILDS).cloned().collect();
        let waiting = self.world.queue.of_job(item.id).map(|item| Ref::QueueItem(item.id));
        let bean = bean
            .value(1, "buildable", item.is_buildable())
            .prop(-2, "allBuilds", Prop::Links(builds))
            .prop(1, "builds", Prop::Links(recent))
            .value(2, "color", item.color())
            .value(1, "inQueue", waiting.is_some())
            .value(1, "keepDependencies", false)
            .value(1, "nextBuildNumber", item.next_number)
            .prop(1, "property", Prop::Beans(properties(item)))
            .link(1, "queueItem", waiting)
            .value(1, "concurrentBuild", item.config.concurrent)
            .value(1, "disabled", item.config.disabled);
        let bean = Permalink::ALL
            .iter()
            .fold(bean, |bean, (permalink, name)| bean.link(1, name, permalink.find(item).map(id)));
        match item.config.kind {
            ItemKind::Pipeline => bean.value(1, "resumeBlocked", false),
            _ => bean
                .value(1, "downstreamProjects", json!([]))
                .value(1, "labelExpression", Value::Null)
                .prop(1, "scm", Prop::Bean(Bean::new("hudson.scm.NullSCM")))
                .value(1, "upstreamProjects", json!([])),
        }
    }
}

fn properties(item: &Item) -> Vec<Bean> {
    let mut properties = Vec::new();
    if item.config.kind == ItemKind::Pipeline && !item.config.concurrent {
        let class = "org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty";
        properties.push(Bean::new(class));
    }
    if item.config.builds_to_keep.is_some() {
        properties.push(Bean::new("jenkins.model.BuildDiscarderProperty"));
    }
    if !item.config.parameters.is_empty() {
        let definitions = item.config.parameters.iter().map(definition).collect();
        let bean = Bean::new("hudson.model.ParametersDefinitionProperty");
        properties.push(bean.prop(2, "parameterDefinitions", Prop::Beans(definitions)));
    }
    properties
}

fn definition(parameter: &Parameter) -> Bean {
    let default = match parameter.kind {
        ParameterKind::File => Prop::Value(Value::Null),
        kind => {
            let bean = Bean::new(kind.value_class()).value(4, "name", parameter.name.as_str());
            Prop::Bean(match kind {
                // Jenkins shows no password.
                ParameterKind::Password => bean,
                ParameterKind::Boolean => bean.value(4, "value", parameter.default == "true"),
                _ => bean.value(4, "value", parameter.default.as_str()),
            })
        }
    };
    let bean = Bean::new(parameter.kind.class())
        .prop(3, "defaultParameterValue", default)
        .value(3, "description", parameter.description.as_str())
        .value(3, "name", parameter.name.as_str())
        .value(3, "type", parameter.kind.type_name());
    match parameter.kind {
        ParameterKind::Choice => bean.value(3, "choices", parameter.choices.clone()),
        _ => bean,
    }
}

/// How many of the last five builds succeeded.
fn health(item: &Item) -> Vec<Bean> {
    let last: Vec<Outcome> = item.builds.values().rev().filter_map(|build| build.result).take(5).collect();
    if last.is_empty() {
        return Vec::new();
    }
    let failed = last.iter().filter(|outcome| **outcome >= Outcome::Failure).count();
    let score = 100 * (last.len() - failed) / last.len();
    let text = match failed {
        0 => "Build stability: No recent builds failed.".to_owned(),
        failed if failed == last.len() => "Build stability: All recent builds failed.".to_owned(),
        failed => format!("Build stability: {failed} out of the last {} builds failed.", last.len()),
    };
    let range = match score {
        80.. => "80plus",
        60.. => "60to79",
        40.. => "40to59",
        20.. => "20to39",
        _ => "00to19",
    };
    vec![
        Bean::default()
            .value(2, "description", text)
            .value(2, "iconClassName", format!("icon-health-{range}"))
            .value(2, "iconUrl", format!("health-{range}.png"))
            .value(2, "score", score),
    ]
}
