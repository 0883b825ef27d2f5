//! Nodes and their executors.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Executor;
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
                for executor in build.executors.iter().filter(|executor| executor.node == node) {
                    busy.insert(executor.number, BuildId { job: item.id, number: build.number });
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

    pub(super) fn reserved_executor(&self, item: u64) -> Option<Executor> {
        self.nodes.iter().find_map(|(name, node)| {
            let number = *node.reserved.get(&item)?;
            Some(Executor { node: name.clone(), number, frame: 0 })
        })
    }

    pub(super) fn release_reserved(&mut self, item: u64) {
        for node in self.nodes.values_mut() {
            node.reserved.remove(&item);
        }
    }

    /// Takes an executor for a pipeline's `node`, which is left with that frame.
    pub(super) fn take_executor(&mut self, id: BuildId, frame: u64) -> bool {
        let Some((node, number)) = self.free_executor() else { return false };
        if let Some(build) = self.build_mut(id) {
            build.executors.push(Executor { node, number, frame });
        }
        true
    }

    /// A `node` is left.
    pub(super) fn free_executors(&mut self, id: BuildId, frame: u64) {
        if let Some(build) = self.build_mut(id) {
            build.executors.retain(|executor| executor.frame != frame);
        }
        self.maintain_queue();
    }

    /// Lets pipelines that wait for an executor go on, as far as there are some.
    pub(super) fn give_executors(&mut self) {
        // One may free the executor of another while it goes on, so each is looked for anew.
        while let Some((id, branch, frame)) = self.waits_for_executor() {
            if !self.take_executor(id, frame) {
                return;
            }
            if let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) {
                run.has_executor(branch);
            }
            self.go_on(id);
        }
    }

    /// The first branch of a pipeline that waits for an executor, and the frame that will hold it.
    fn waits_for_executor(&self) -> Option<(BuildId, u64, u64)> {
        self.items.values().find_map(|item| {
            item.builds.values().find_map(|build| {
                let branch = build.run.as_ref()?.branches().find(|branch| branch.wants_executor())?;
                let id = BuildId { job: item.id, number: build.number };
                Some((id, branch.id, branch.frames.last()?.id))
            })
        })
    }
}
