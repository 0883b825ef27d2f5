//! Jenkins itself, its views, users and plugins.

use serde_json::{Value, json};

use super::bean::{Bean, Prop};
use super::url::encode_part;
use super::{Exporter, Ref};
use crate::world::Login;

/// The view that shows everything.
pub(crate) const ALL: &str = "all";

/// Plugins that what is simulated here comes from: short name, long name, version.
const PLUGINS: [(&str, &str, &str); 12] = [
    ("branch-api", "Branch API Plugin", "2.1268.v044a_87612da_8"),
    ("cloudbees-folder", "Folders Plugin", "6.1053.vd62fb_b_f7367b_"),
    ("credentials", "Credentials Plugin", "1415.v831096eb_5534"),
    ("credentials-binding", "Credentials Binding Plugin", "702.vfe613e537e88"),
    ("git", "Git plugin", "5.7.0"),
    ("junit", "JUnit Plugin", "1335.v6b_a_a_e18534e1"),
    ("pipeline-input-step", "Pipeline: Input Step", "517.vf8e782ee645c"),
    ("pipeline-model-definition", "Pipeline: Declarative", "2.2247.va_423189a_7dff"),
    ("pipeline-rest-api", "Pipeline: REST API Plugin", "2.38"),
    ("workflow-aggregator", "Pipeline", "608.v67378e9d3db_1"),
    ("workflow-job", "Pipeline: Job", "1505.vea_4b_20a_4a_495"),
    ("workflow-multibranch", "Pipeline: Multibranch", "806.vb_b_688f609ee9"),
];

/// The plugin whose pages are below `wfapi`.
const STAGE_VIEW: &str = "pipeline-rest-api";

impl Exporter<'_> {
    pub(super) fn root_bean(&self) -> Bean {
        let mut views: Vec<Ref> = vec![Ref::View(ALL.to_owned())];
        views.extend(self.world.views.keys().map(|name| Ref::View(name.clone())));
        Bean::new("hudson.model.Hudson")
            .prop(1, "assignedLabels", Prop::Beans(vec![Bean::default().value(2, "name", "built-in")]))
            .value(1, "mode", "NORMAL")
            .value(1, "nodeDescription", "the Jenkins controller's built-in node")
            .value(1, "nodeName", "")
            .value(1, "numExecutors", self.world.settings.executors)
            .value(1, "description", Value::Null)
            .prop(1, "jobs", Prop::Links(self.jobs_in("")))
            .prop(1, "overallLoad", Prop::Bean(Bean::default()))
            .link(1, "primaryView", Some(Ref::View(ALL.to_owned())))
            .value(1, "quietDownReason", Value::Null)
            .value(1, "quietingDown", self.world.queue.quieting_down)
            .value(1, "slaveAgentPort", -1)
            .prop(1, "unlabeledLoad", Prop::Bean(Bean::new("jenkins.model.UnlabeledLoadStatistics")))
            .value(1, "url", self.root.as_str())
            .value(1, "useCrumbs", self.world.settings.crumbs)
            .value(1, "useSecurity", self.world.is_secured())
            .prop(1, "views", Prop::Links(views))
    }

    /// The items of a folder that the caller may see.
    pub(super) fn jobs_in(&self, folder: &str) -> Vec<Ref> {
        let children = self.world.children(folder).filter(|(name, _)| self.sees(name));
        children.map(|(name, _)| Ref::Item(name.clone())).collect()
    }

    pub(super) fn view(&self, name: &str) -> Option<Bean> {
        if name == ALL {
            return Some(
                Bean::new("hudson.model.AllView")
                    .value(1, "description", Value::Null)
                    .prop(1, "jobs", Prop::Links(self.jobs_in("")))
                    .value(3, "name", name)
                    .prop(1, "property", Prop::Beans(Vec::new()))
                    .value(3, "url", self.root.as_str()),
            );
        }
        let view = self.world.views.get(name)?;
        let there = |name: &&String| self.world.items.contains_key(*name) && self.sees(name);
        let jobs = view.jobs.iter().filter(there).map(|name| Ref::Item(name.clone())).collect();
        Some(
            Bean::new("hudson.model.ListView")
                .value(1, "description", view.description.clone())
                .prop(1, "jobs", Prop::Links(jobs))
                .value(3, "name", name)
                .prop(1, "property", Prop::Beans(Vec::new()))
                .value(3, "url", format!("{}view/{}/", self.root, encode_part(name))),
        )
    }

    pub(super) fn user(&self, id: &str) -> Bean {
        Bean::new("hudson.model.User")
            .value(999, "absoluteUrl", format!("{}user/{}", self.root, encode_part(id)))
            .value(1, "description", Value::Null)
            .value(999, "fullName", self.world.full_name(id))
            .value(1, "id", id)
            .prop(1, "property", Prop::Beans(Vec::new()))
    }

    pub(super) fn people(&self) -> Bean {
        let person = |id: &String| {
            Bean::default().value(2, "lastChange", Value::Null).value(2, "project", Value::Null).link(
                2,
                "user",
                Some(Ref::User(id.clone())),
            )
        };
        let users = self.world.users.keys().filter(|id| *id != "anonymous").map(person).collect();
        Bean::new("hudson.model.View$AsynchPeople$People").prop(1, "users", Prop::Beans(users))
    }

    pub(super) fn who_am_i(&self) -> Bean {
        let anonymous = self.caller.login == Login::Anonymous;
        let authorities = if anonymous { json!(["anonymous"]) } else { json!(["authenticated"]) };
        Bean::new("hudson.security.WhoAmI")
            .value(1, "anonymous", anonymous)
            .value(1, "authenticated", true)
            .value(1, "authorities", authorities)
            .value(1, "details", Value::Null)
            .value(1, "name", self.caller.id.as_str())
            .value(1, "toString", "")
    }

    pub(super) fn plugins(&self) -> Bean {
        let shown =
            PLUGINS.iter().filter(|(short, ..)| self.world.settings.stage_view || *short != STAGE_VIEW);
        let plugins = shown.map(|(short, ..)| Ref::Plugin((*short).to_owned())).collect();
        Bean::new("hudson.LocalPluginManager").prop(1, "plugins", Prop::Links(plugins))
    }

    pub(super) fn plugin(&self, name: &str) -> Option<Bean> {
        let (short, long, version) = PLUGINS.iter().find(|(short, ..)| *short == name)?;
        Some(
            Bean::new("hudson.PluginWrapper")
                .value(1, "active", true)
                .value(1, "backupVersion", Value::Null)
                .value(1, "bundled", false)
                .value(1, "deleted", false)
                .prop(1, "dependencies", Prop::Beans(Vec::new()))
                .value(1, "downgradable", false)
                .value(1, "enabled", true)
                .value(1, "hasUpdate", false)
                .value(1, "longName", *long)
                .value(1, "pinned", false)
                .value(1, "shortName", *short)
                .value(1, "supportsDynamicLoad", "MAYBE")
                .value(1, "url", format!("https://plugins.jenkins.io/{short}"))
                .value(1, "version", *version),
        )
    }
}
