//! Nodes and their executors.

use std::collections::{BTreeMap, BTreeSet};

use super::{BuildId, World};

/// A computer that runs builds.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) executors: usize,
    pub(crate) description: String,
    pub(crate) labels: String,
    pub(crate) offline: Option<String>,
    /// Executors that items of the queue have taken and not begun on.
    pub(super) reserved: BTreeMap<u64, usize>,
}

impl Node {
    pub(super) fn built_in(executors: usize) -> Self {
        Self::new(executors, "the Jenkins controller's built-in node", "built-in")
    }

    pub(crate) fn new(executors: usize, description: &str, labels: &str) -> Self {
        Self {
            executors,
            description: description.to_owned(),
            labels: labels.to_owned(),
            offline: None,
            reserved: BTreeMap::new(),
        }
    }
}

impl World {
    /// What runs on each executor of a node, by its number.
    pub(crate) fn executors_of(&self, node: &str) -> BTreeMap<usize, BuildId> {
        let mut busy = BTreeMap::new();
        for item in self.items.values() {
            for build in item.builds.values() {
                if let Some((on, number)) = &build.executor
                    && on == node
                {
                    busy.insert(*number, BuildId { job: item.id, number: build.number });
                }
            }
        }
        busy
    }

    /// Pipelines run on the controller itself, beside its executors.
    pub(crate) fn flyweights(&self) -> Vec<BuildId> {
        let of = |item: &super::Item| {
            let id = item.id;
            let pipeline = item.config.kind == crate::config::ItemKind::Pipeline;
            let running = item.builds.values().filter(move |build| pipeline && build.is_building());
            running.map(move |build| BuildId { job: id, number: build.number }).collect::<Vec<_>>()
        };
        self.items.values().flat_map(of).collect()
    }

    pub(crate) fn toggle_offline(&mut self, name: &str, reason: String) {
        if let Some(node) = self.nodes.get_mut(name) {
            node.offline = if node.offline.is_some() { None } else { Some(reason) };
        }
        self.maintain_queue();
    }

    fn free_executor(&self) -> Option<(String, usize)> {
        self.nodes.iter().filter(|(_, node)| node.offline.is_none()).find_map(|(name, node)| {
            let mut taken: BTreeSet<usize> = self.executors_of(name).into_keys().collect();
            taken.extend(node.reserved.values());
            (0..node.executors).find(|number| !taken.contains(number)).map(|number| (name.clone(), number))
        })
    }

    pub(super) fn reserve_executor(&mut self, item: u64) -> bool {
        let Some((name, number)) = self.free_executor() else { return false };
        if let Some(node) = self.nodes.get_mut(&name) {
            node.reserved.insert(item, number);
        }
        true
    }

    pub(super) fn reserved_executor(&self, item: u64) -> Option<(String, usize)> {
        let of =
            |(name, node): (&String, &Node)| node.reserved.get(&item).map(|number| (name.clone(), *number));
        self.nodes.iter().find_map(of)
    }

    pub(super) fn release_reserved(&mut self, item: u64) {
        for node in self.nodes.values_mut() {
            node.reserved.remove(&item);
        }
    }

    /// Takes an executor for a pipeline's `node`.
    pub(super) fn take_executor(&mut self, id: BuildId) -> bool {
        let Some(free) = self.free_executor() else { return false };
        if let Some(build) = self.build_mut(id) {
            build.executor = Some(free);
        }
        true
    }

    /// Lets pipelines that wait for an executor go on, as far as there are some.
    pub(super) fn give_executors(&mut self) {
        let waiting: Vec<BuildId> = self
            .items
            .values()
            .flat_map(|item| item.builds.values().map(|build| (item.id, build)))
            .filter(|(_, build)| build.run.as_ref().is_some_and(super::run::Run::wants_executor))
            .map(|(job, build)| BuildId { job, number: build.number })
            .collect();
        for id in waiting {
            if !self.take_executor(id) {
                return;
            }
            self.go_on(id);
        }
    }
}
