//! Configs of NodeBalancers.

use std::borrow::Borrow;

use super::nodes::{NodeHandle, Nodes};
use crate::api::target::Target;
use crate::call::Call;
use crate::list::{Identified, List};
use crate::models::{
    CreateNodeBalancerConfig, NodeBalancerConfig, NodeBalancerConfigId, NodeBalancerNodeId,
    UpdateNodeBalancerConfig,
};
use crate::operation::Operation;

/// The configs of one NodeBalancer: `/nodebalancers/{id}/configs`.
#[derive(Debug, Clone)]
pub struct Configs(Target);

/// One config (one port) of a NodeBalancer: `/nodebalancers/{id}/configs/{id}`.
#[derive(Debug, Clone)]
pub struct ConfigHandle(Target);

impl Configs {
    pub(super) fn new(nodebalancer: &Target) -> Self {
        Self(nodebalancer.clone())
    }

    /// All configs of the NodeBalancer.
    pub fn list(&self) -> List<NodeBalancerConfig> {
        self.0.list(Operation::ListNodeBalancerConfigs, format_args!("the configs of {}", self.0))
    }

    /// Creates a config. Nodes given here were seen to be ignored: create them one by one.
    pub fn create(&self, config: impl Borrow<CreateNodeBalancerConfig>) -> Call<NodeBalancerConfig> {
        let config = config.borrow();
        let attempting = format!("creating the config of port {} of {}", config.port, self.0);
        self.0.json(Operation::CreateNodeBalancerConfig, attempting).creates().sensitive().body(config)
    }
}

impl ConfigHandle {
    pub(super) fn new(nodebalancer: &Target, id: NodeBalancerConfigId) -> Self {
        Self(nodebalancer.child(id, format!("config {id} of {nodebalancer}")))
    }

    /// The config.
    pub fn get(&self) -> Call<NodeBalancerConfig> {
        self.0.json(Operation::GetNodeBalancerConfig, format!("getting {}", self.0))
    }

    /// Changes the config; what is left out of `change` stays.
    pub fn update(&self, change: impl Borrow<UpdateNodeBalancerConfig>) -> Call<NodeBalancerConfig> {
        let attempting = format!("changing {}", self.0);
        self.0.json(Operation::UpdateNodeBalancerConfig, attempting).sensitive().body(change.borrow())
    }

    /// Deletes the config with its nodes.
    pub fn delete(&self) -> Call<()> {
        self.0.empty(Operation::DeleteNodeBalancerConfig, format!("deleting {}", self.0))
    }

    /// Replaces the config and all its nodes. A node without its id is a new one, one that is left out is deleted, and
    /// without ids the NodeBalancer starts again even if nothing changed: prefer single nodes.
    pub fn rebuild(&self, config: impl Borrow<CreateNodeBalancerConfig>) -> Call<NodeBalancerConfig> {
        let attempting = format!("rebuilding {}", self.0);
        self.0.json(Operation::RebuildNodeBalancerConfig, attempting).sensitive().body(config.borrow())
    }

    /// Its nodes.
    pub fn nodes(&self) -> Nodes {
        Nodes::new(&self.0)
    }

    /// One of its nodes.
    pub fn node(&self, id: NodeBalancerNodeId) -> NodeHandle {
        NodeHandle::new(&self.0, id)
    }
}

impl Identified for NodeBalancerConfig {
    type Id = NodeBalancerConfigId;

    fn identity(&self) -> NodeBalancerConfigId {
        self.id
    }
}
