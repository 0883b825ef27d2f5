//! Nodes.

use serde_json::{Value, json};

use super::bean::{Bean, Prop};
use super::{Exporter, Ref};
use crate::world::BuildId;

impl Exporter<'_> {
    pub(super) fn computers(&self) -> Bean {
        let busy: usize = self.world.nodes.keys().map(|name| self.world.executors_of(name).len()).sum();
        let total: usize = self.world.nodes.values().map(|node| node.executors).sum();
        let computers = self.world.nodes.keys().map(|name| Ref::Computer(name.clone())).collect();
        Bean::new("hudson.model.ComputerSet")
            .value(1, "busyExecutors", busy)
            .prop(1, "computer", Prop::Inline(computers))
            .value(1, "displayName", "Nodes")
            .value(1, "totalExecutors", total)
    }

    pub(super) fn computer(&self, name: &str) -> Option<Bean> {
        let node = self.world.nodes.get(name)?;
        let built_in = name.is_empty();
        let class =
            if built_in { "hudson.model.Hudson$MasterComputer" } else { "hudson.slaves.SlaveComputer" };
        let busy = self.world.executors_of(name);
        let executors: Vec<Bean> =
            (0..node.executors).map(|number| executor(busy.get(&number), number)).collect();
        let one_off = if built_in { self.world.flyweights() } else { Vec::new() };
        let one_off: Vec<Bean> = one_off.iter().map(|id| executor(Some(id), 0)).collect();
        let labels = node.labels.split_whitespace().map(|label| Bean::default().value(2, "name", label));
        let idle = busy.is_empty() && one_off.is_empty();
        Some(
            Bean::new(class)
                .prop(1, "actions", Prop::Beans(Vec::new()))
                .prop(1, "assignedLabels", Prop::Beans(labels.collect()))
                .value(1, "description", node.description.as_str())
                .value(2, "displayName", if built_in { "Built-In Node" } else { name })
                .prop(1, "executors", Prop::Beans(executors))
                .value(1, "icon", "symbol-computer")
                .value(1, "iconClassName", "symbol-computer")
                .value(1, "idle", idle)
                .value(1, "jnlpAgent", false)
                .value(1, "launchSupported", true)
                .prop(1, "loadStatistics", Prop::Bean(Bean::new("hudson.model.Label$1")))
                .value(1, "manualLaunchAllowed", true)
                .value(1, "monitorData", json!({}))
                .value(1, "numExecutors", node.executors)
                .value(1, "offline", node.offline.is_some())
                .value(1, "offlineCause", Value::Null)
                .value(1, "offlineCauseReason", node.offline.clone().unwrap_or_default())
                .prop(1, "oneOffExecutors", Prop::Beans(one_off))
                .value(1, "temporarilyOffline", node.offline.is_some()),
        )
    }
}

fn executor(build: Option<&BuildId>, number: usize) -> Bean {
    Bean::default()
        .link(1, "currentExecutable", build.copied().map(Ref::Build))
        .value(1, "idle", build.is_none())
        .value(1, "likelyStuck", false)
        .value(1, "number", number)
        .value(1, "progress", -1)
}
