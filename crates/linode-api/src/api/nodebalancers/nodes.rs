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
    pub fn list(&self) -> List<NodeBalancerNode> {
        self.0.list(Operation::ListNodeBalancerNodes, format_args!("the nodes of {}", self.0))
    }

    /// Creates a node. A node has no unique name: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for its address.
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
    pub fn get(&self) -> Call<NodeBalancerNode> {
        self.0.json(Operation::GetNodeBalancerNode, format!("getting {}", self.0))
    }

    /// Changes the node; what is left out of `change` stays.
    pub fn update(&self, change: impl Borrow<UpdateNodeBalancerNode>) -> Call<NodeBalancerNode> {
        let attempting = format!("changing {}", self.0);
        self.0.json(Operation::UpdateNodeBalancerNode, attempting).body(change.borrow())
    }

    /// Changes the node's mode and nothing else of it; it takes up to 60 s until the NodeBalancer follows.
    pub fn set_mode(&self, mode: NodeMode) -> Call<NodeBalancerNode> {
        let attempting = format!("setting {} to {mode}", self.0);
        let change = UpdateNodeBalancerNode::new().mode(mode);
        self.0.json(Operation::UpdateNodeBalancerNode, attempting).body(&change)
    }

    /// Deletes the node; its open connections end.
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
