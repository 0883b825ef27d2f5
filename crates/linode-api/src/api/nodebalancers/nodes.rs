//! Nodes of NodeBalancers' configs.

use std::borrow::Borrow;

use crate::api::target::Target;
use crate::call::Call;
use crate::list::{Identified, List};
use crate::models::{
    CreateNodeBalancerNode, NodeBalancerNode, NodeBalancerNodeId, NodeMode, UpdateNodeBalancerNode,
};
use crate::operation::Operation;

/// The nodes of one config: `/nodebalancers/{id}/configs/{id}/nodes`.
#[derive(Debug, Clone)]
pub struct Nodes(Target);

/// One node of a config: `/nodebalancers/{id}/configs/{id}/nodes/{id}`.
#[derive(Debug, Clone)]
pub struct NodeHandle(Target);

impl Nodes {
    pub(super) fn new(config: &Target) -> Self {
        Self(config.clone())
    }

    /// All nodes of the config. A new one may take up to two minutes to show.
    ///
    /// ```no_run
    /// use linode_api::models::NodeStatus;
    ///
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// let up = config.nodes().list().await?.into_iter().filter(|node| node.status == NodeStatus::Up);
    /// println!("{} nodes are up", up.count());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<NodeBalancerNode> {
        self.0.list(Operation::ListNodeBalancerNodes, format_args!("the nodes of {}", self.0))
    }

    /// Creates a node. A node has no unique name: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for its address.
    ///
    /// ```no_run
    /// use linode_api::models::{CreateNodeBalancerNode, NodeMode};
    ///
    /// # async fn run(config: linode_api::api::ConfigHandle) -> Result<(), linode_api::Error> {
    /// let node = CreateNodeBalancerNode::new("192.168.128.7:8080", "web-7").mode(NodeMode::Accept);
    /// let created = config.nodes().create(node).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, node: impl Borrow<CreateNodeBalancerNode>) -> Call<NodeBalancerNode> {
        let node = node.borrow();
        let attempting = format!("creating node {} of {}", node.address, self.0);
        self.0.json(Operation::CreateNodeBalancerNode, attempting).creates().body(node)
    }
}

impl NodeHandle {
    pub(super) fn new(config: &Target, id: NodeBalancerNodeId) -> Self {
        Self(config.child(id, format!("node {id} of {config}")))
    }

    /// The node.
    ///
    /// ```no_run
    /// # async fn run(node: linode_api::api::NodeHandle) -> Result<(), linode_api::Error> {
    /// let shown = node.get().await?;
    /// println!("{} is {} in mode {}", shown.address, shown.status, shown.mode);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<NodeBalancerNode> {
        self.0.json(Operation::GetNodeBalancerNode, format!("getting {}", self.0))
    }

    /// Changes the node; what is left out of `change` stays.
    ///
    /// ```no_run
    /// use linode_api::models::UpdateNodeBalancerNode;
    ///
    /// # async fn run(node: linode_api::api::NodeHandle) -> Result<(), linode_api::Error> {
    /// node.update(UpdateNodeBalancerNode::new().weight(100)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, change: impl Borrow<UpdateNodeBalancerNode>) -> Call<NodeBalancerNode> {
        let attempting = format!("changing {}", self.0);
        self.0.json(Operation::UpdateNodeBalancerNode, attempting).body(change.borrow())
    }

    /// Changes the node's mode and nothing else of it; it takes up to 60 s until the NodeBalancer follows.
    ///
    /// ```no_run
    /// use linode_api::models::NodeMode;
    ///
    /// # async fn run(node: linode_api::api::NodeHandle) -> Result<(), linode_api::Error> {
    /// node.set_mode(NodeMode::Drain).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_mode(&self, mode: NodeMode) -> Call<NodeBalancerNode> {
        let attempting = format!("setting {} to {mode}", self.0);
        let change = UpdateNodeBalancerNode::new().mode(mode);
        self.0.json(Operation::UpdateNodeBalancerNode, attempting).body(&change)
    }

    /// Deletes the node; its open connections end.
    ///
    /// ```no_run
    /// # async fn run(node: linode_api::api::NodeHandle) -> Result<(), linode_api::Error> {
    /// node.delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.0.empty(Operation::DeleteNodeBalancerNode, format!("deleting {}", self.0))
    }
}

impl Identified for NodeBalancerNode {
    type Id = NodeBalancerNodeId;

    fn identity(&self) -> NodeBalancerNodeId {
        self.id
    }
}
