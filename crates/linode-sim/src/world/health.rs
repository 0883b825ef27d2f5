//! Modelled health checks, and what NodeBalancers act on.

use std::time::Duration;

use super::{Due, World};
use crate::faults::{Effect, Target};
use crate::snapshot::{NodeMode, NodeStatus};

impl World {
    /// Whether the service behind an instance's private address answers.
    pub(crate) fn serving(&self, id: u64) -> bool {
        self.instances.get(&id).is_some_and(|instance| {
            let power = &instance.power;
            power.running_since.is_some() && power.started && power.healthy
        })
    }

    /// Makes an instance's service answer or not, from now on.
    pub(crate) fn set_healthy(&mut self, id: u64, healthy: bool) -> bool {
        let Some(instance) = self.instances.get_mut(&id) else { return false };
        instance.power.healthy = healthy;
        self.touch();
        self.reconsider_instance(id);
        true
    }

    pub(super) fn health_due(&mut self, id: u64, epoch: u64, healthy: bool) {
        // A service that fails after a while does so in the boot that it was planned for.
        if self.instances.get(&id).is_some_and(|one| one.power.epoch() == epoch) {
            self.set_healthy(id, healthy);
        }
    }

    /// Looks again at every node of an instance.
    pub(super) fn reconsider_instance(&mut self, id: u64) {
        let Some(instance) = self.instances.get(&id) else { return };
        let nodes: Vec<u64> = instance
            .ipv4
            .iter()
            .filter_map(|address| self.backends.get(address))
            .flatten()
            .copied()
            .collect();
        for node in nodes {
            self.reconsider(node);
        }
    }

    /// Plans the result of the checks to come, when it differs from what a node shows.
    pub(super) fn reconsider(&mut self, id: u64) {
        let Some(node) = self.nodes.get(&id) else { return };
        let Some(config) = self.configs.get(&node.config_id) else { return };
        let interval = Duration::from_secs(config.check_interval);
        let owner = node.ip().and_then(|ip| self.owners.get(&ip)).copied();
        let reachable =
            owner.is_some_and(|owner| self.instances.get(&owner).is_some_and(|one| one.network_helper));
        let answers = reachable && owner.is_some_and(|owner| self.serving(owner));
        let (wanted, after) = if node.effective_mode == NodeMode::Reject {
            (NodeStatus::Down, Duration::ZERO)
        } else if config.check == "none" {
            (NodeStatus::Up, Duration::ZERO)
        } else if let Some(up) = node.probed {
            (if up { NodeStatus::Up } else { NodeStatus::Down }, Duration::ZERO)
        } else if answers {
            (NodeStatus::Up, interval)
        } else if node.status == NodeStatus::Up {
            (NodeStatus::Down, interval * config.check_attempts)
        } else {
            (NodeStatus::Down, interval)
        };
        let Some(node) = self.nodes.get_mut(&id) else { return };
        if node.expected == wanted && node.status != wanted && !after.is_zero() {
            return;
        }
        node.expected = wanted;
        node.check_epoch += 1;
        if node.status == wanted {
            return;
        }
        let epoch = node.check_epoch;
        if after.is_zero() {
            self.check_due(id, epoch, wanted);
        } else {
            self.at(after, Due::Check { node: id, epoch, status: wanted });
        }
    }

    pub(super) fn check_due(&mut self, id: u64, epoch: u64, status: NodeStatus) {
        if let Some(node) = self.nodes.get_mut(&id).filter(|node| node.check_epoch == epoch) {
            node.status = status;
            self.touch();
        }
    }

    /// Has a node show at once what its checks will come to.
    pub(crate) fn finish_check(&mut self, id: u64) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.status = node.expected;
        }
    }

    /// Takes the result of a real health check in place of the modelled one.
    pub(crate) fn set_probe(&mut self, id: u64, up: bool) -> bool {
        let Some(node) = self.nodes.get_mut(&id) else { return false };
        if node.probed != Some(up) {
            node.probed = Some(up);
            self.reconsider(id);
        }
        true
    }

    /// Plans when a NodeBalancer takes up a node's mode.
    pub(super) fn plan_mode(&mut self, id: u64) {
        let by_fault = match self.struck(&Target::Mode, |effect| matches!(effect, Effect::ModeDelay { .. })) {
            Some(Effect::ModeDelay { millis }) => Duration::from_millis(millis),
            _ => Duration::ZERO,
        };
        let after = self.timings.mode.draw(&mut self.rng).max(by_fault);
        let Some(node) = self.nodes.get_mut(&id) else { return };
        node.mode_epoch += 1;
        let epoch = node.mode_epoch;
        if after.is_zero() {
            self.mode_due(id, epoch);
        } else {
            self.at(after, Due::Mode { node: id, epoch });
        }
    }

    pub(super) fn mode_due(&mut self, id: u64, epoch: u64) {
        let Some(node) = self.nodes.get_mut(&id).filter(|node| node.mode_epoch == epoch) else { return };
        node.effective_mode = node.mode;
        self.touch();
        self.reconsider(id);
    }
}
