//! Configs of NodeBalancers.

use std::borrow::Borrow;

use super::nodes::{NodeHandle, Nodes};
use crate::api::target::Target;
use crate::call::Call;
use crate::list::{Identified, List};
use crate::models::{
    CreateNodeBalancerConfig, NodeBalancerConfig, NodeBalancerConfigId, NodeBalancerConfigSettings,
    NodeBalancerNodeId,
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
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// for config in client.nodebalancer(nodebalancer).configs().list().await? {
    ///     println!("port {}: {}", config.port, config.protocol);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<NodeBalancerConfig> {
        self.0.list(Operation::ListNodeBalancerConfigs, format_args!("the configs of {}", self.0))
    }

    /// Creates a config. Nodes given here were seen to be ignored: create them one by one.
    ///
    /// ```no_run
    /// use linode_api::models::{Check, CreateNodeBalancerConfig, Protocol};
    ///
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// let create = CreateNodeBalancerConfig::new(80)
    ///     .with(|settings| settings.protocol(Protocol::Http).check(Check::Http).check_path("/healthz"));
    /// let created = client.nodebalancer(nodebalancer).configs().create(create).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, config: impl Borrow<CreateNodeBalancerConfig>) -> Call<NodeBalancerConfig> {
        let config = config.borrow();
        let attempting = match config.settings.port {
            Some(port) => format!("creating the config of port {port} of {}", self.0),
            None => format!("creating a config of {}", self.0),
        };
        self.0.json(Operation::CreateNodeBalancerConfig, attempting).creates().sensitive().body(config)
    }
}

impl ConfigHandle {
    pub(super) fn new(nodebalancer: &Target, id: NodeBalancerConfigId) -> Self {
        Self(nodebalancer.child(id, format!("config {id} of {nodebalancer}")))
    }

    /// The config.
    ///
    /// ```no_run
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// let shown = config.get().await?;
    /// println!("{:?} nodes are up", shown.nodes_status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<NodeBalancerConfig> {
        self.0.json(Operation::GetNodeBalancerConfig, format!("getting {}", self.0))
    }

    /// Changes the config; what is left out of `change` stays.
    ///
    /// ```no_run
    /// use linode_api::models::NodeBalancerConfigSettings;
    ///
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// config.update(NodeBalancerConfigSettings::new().check_passive(false)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, change: impl Borrow<NodeBalancerConfigSettings>) -> Call<NodeBalancerConfig> {
        let attempting = format!("changing {}", self.0);
        self.0.json(Operation::UpdateNodeBalancerConfig, attempting).sensitive().body(change.borrow())
    }

    /// Deletes the config with its nodes.
    ///
    /// ```no_run
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// config.delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.0.empty(Operation::DeleteNodeBalancerConfig, format!("deleting {}", self.0))
    }

    /// Replaces the config and all its nodes. A node without its id is a new one, one that is left out is deleted, and
    /// without ids the NodeBalancer starts again even if nothing changed: prefer single nodes.
    ///
    /// ```no_run
    /// use linode_api::models::{CreateNodeBalancerConfig, CreateNodeBalancerNode};
    ///
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// let node = CreateNodeBalancerNode::new("192.168.128.7:8080", "web-7");
    /// config.rebuild(CreateNodeBalancerConfig::new(80).nodes(vec![node])).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rebuild(&self, config: impl Borrow<CreateNodeBalancerConfig>) -> Call<NodeBalancerConfig> {
        let attempting = format!("rebuilding {}", self.0);
        self.0.json(Operation::RebuildNodeBalancerConfig, attempting).sensitive().body(config.borrow())
    }

    /// Its nodes.
    ///
    /// ```no_run
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// for node in config.nodes().list().await? {
    ///     println!("{} is {}", node.address, node.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn nodes(&self) -> Nodes {
        Nodes::new(&self.0)
    }

    /// One of its nodes.
    ///
    /// ```no_run
    /// # async fn run(config: linode_api::api::ConfigHandle, node: linode_api::NodeBalancerNodeId) -> Result<(), linode_api::Error> {
    /// let node = config.node(node).get().await?;
    /// println!("{} is {}", node.address, node.status);
    /// # Ok(())
    /// # }
    /// ```
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
