//! The world from outside the API.

use std::net::SocketAddrV4;

use serde_json::Value;

use super::{Config, Instance, Node, World};
use crate::snapshot::{BalancerView, ConfigView, Guest, InstanceView, NodeStatus, NodeView, Snapshot};

impl World {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            now: self.now,
            instances: self.instances.values().filter_map(|one| self.instance_view(one)).collect(),
            nodebalancers: self.balancer_views(),
            bill: self.bill(),
            calls: self.calls.clone(),
        }
    }

    fn instance_view(&self, one: &Instance) -> Option<InstanceView> {
        Some(InstanceView {
            id: one.id,
            label: one.label.clone(),
            status: one.status.word().to_owned(),
            plan: one.plan.clone(),
            region: one.region.clone(),
            tags: one.tags.clone(),
            ipv4: one.public()?,
            private_ipv4: one.private(),
            created: one.created.0,
            serving: self.serving(one.id),
            load: one.load,
        })
    }

    pub(crate) fn balancer_views(&self) -> Vec<BalancerView> {
        let view = |one: &super::NodeBalancer| BalancerView {
            id: one.id,
            label: one.label.clone(),
            region: one.region.clone(),
            ipv4: one.ipv4,
            configs: one
                .configs
                .iter()
                .filter_map(|id| Some(self.config_view(self.configs.get(id)?)))
                .collect(),
        };
        self.balancers.values().map(view).collect()
    }

    fn config_view(&self, config: &Config) -> ConfigView {
        ConfigView {
            id: config.id,
            port: config.port,
            protocol: config.protocol.clone(),
            algorithm: config.algorithm.clone(),
            stickiness: config.stickiness.clone(),
            check: config.check.clone(),
            check_interval: config.check_interval,
            check_timeout: config.check_timeout,
            check_attempts: config.check_attempts,
            check_path: config.check_path.clone(),
            check_body: config.check_body.clone(),
            check_passive: config.check_passive,
            nodes: self.backends_of(config.id),
        }
    }

    pub(crate) fn backends_of(&self, config: u64) -> Vec<NodeView> {
        let nodes = self.configs.get(&config).into_iter().flat_map(|config| &config.nodes);
        nodes.filter_map(|id| self.nodes.get(id)).map(|node| self.backend(node)).collect()
    }

    fn backend(&self, node: &Node) -> NodeView {
        let owner = node.ip().and_then(|ip| self.owners.get(&ip)).and_then(|id| self.instances.get(id));
        let target = owner.and_then(Instance::public).zip(node.socket());
        NodeView {
            node: node.id,
            label: node.label.clone(),
            address: node.address.clone(),
            instance: owner.map(|one| one.id),
            target: target.map(|(ip, socket)| SocketAddrV4::new(ip, socket.port())),
            weight: node.weight,
            mode: node.mode,
            effective_mode: node.effective_mode,
            status: node.status,
        }
    }

    pub(crate) fn guests(&self) -> Vec<Guest> {
        let guest = |one: &Instance| {
            Some(Guest {
                id: one.id,
                label: one.label.clone(),
                ipv4: one.public()?,
                private_ipv4: one.private(),
                vcpus: one.specs.vcpus,
                memory_mb: one.specs.memory,
                running_since: one.power.running_since?,
                serving: self.serving(one.id),
                healthy: one.power.healthy,
                region: one.region.clone(),
                tags: one.tags.clone(),
            })
        };
        self.instances.values().filter_map(guest).collect()
    }

    pub(crate) fn set_load(&mut self, id: u64, load: f64) -> bool {
        let Some(instance) = self.instances.get_mut(&id) else { return false };
        instance.load = load.clamp(0.0, 1.0);
        true
    }

    /// A config as the API shows it, with the count of its nodes.
    pub(crate) fn config_value(&self, id: u64) -> Option<Value> {
        let config = self.configs.get(&id)?;
        let nodes = || config.nodes.iter().filter_map(|id| self.nodes.get(id));
        let up = nodes().filter(|node| node.status == NodeStatus::Up).count();
        let mut value = serde_json::to_value(config).ok()?;
        if let Value::Object(fields) = &mut value {
            // A node that was not checked yet counts as down.
            let down = nodes().count() - up;
            fields.insert("nodes_status".to_owned(), serde_json::json!({"up": up, "down": down}));
        }
        Some(value)
    }

    pub(super) fn node_value(&self, id: u64) -> Option<Value> {
        serde_json::to_value(self.nodes.get(&id)?).ok()
    }

    /// The NodeBalancers that have a node with an address of this instance.
    pub(crate) fn balancers_of(&self, id: u64) -> std::collections::BTreeSet<u64> {
        let addresses = self.instances.get(&id).into_iter().flat_map(|one| &one.ipv4);
        let nodes = addresses.filter_map(|address| self.backends.get(address)).flatten();
        nodes.filter_map(|node| Some(self.nodes.get(node)?.nodebalancer_id)).collect()
    }

    /// The instance that has an address now.
    pub(crate) fn owner_of(&self, address: std::net::Ipv4Addr) -> Option<&Instance> {
        self.instances.get(self.owners.get(&address)?)
    }
}
