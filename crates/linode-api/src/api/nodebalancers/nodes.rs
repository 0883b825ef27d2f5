use std::borrow::Borrow;

use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{ConfigId, CreateNode, Node, NodeBalancerId, NodeId, NodeMode, UpdateNode};

/// The nodes of one config: `/nodebalancers/{id}/configs/{id}/nodes`.
#[derive(Debug, Clone)]
pub struct Nodes {
    linode: Linode,
    nodebalancer: NodeBalancerId,
    config: ConfigId,
}

impl Nodes {
    pub(super) fn new(linode: &Linode, nodebalancer: NodeBalancerId, config: ConfigId) -> Self {
        Self { linode: linode.clone(), nodebalancer, config }
    }

    /// All nodes of the config. A new one may take up to two minutes to show.
    pub fn list(&self) -> List<Node> {
        let request = Request::get(format!("listing the nodes of {}", self.place()));
        List::new(&self.linode, self.all(request.family("nodebalancers/configs/nodes")))
    }

    /// One node.
    pub fn get(&self, id: NodeId) -> Call<Node> {
        Call::json(&self.linode, self.one(Request::get(self.doing("getting", id)), id)).family("GET node")
    }

    /// Creates a node. A node has no unique name: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for its address.
    pub fn create(&self, node: impl Borrow<CreateNode>) -> Call<Node> {
        let node = node.borrow();
        let request = Request::post(format!("creating node {} of {}", node.address, self.place()));
        Call::json(&self.linode, self.all(request)).creates().family("POST node").body(node)
    }

    /// Changes a node; what is left out of `change` stays.
    pub fn update(&self, id: NodeId, change: impl Borrow<UpdateNode>) -> Call<Node> {
        let request = self.one(Request::put(self.doing("changing", id)), id);
        Call::json(&self.linode, request).family("PUT node").body(change.borrow())
    }

    /// Changes a node's mode and nothing else of it; it takes up to 60 s until the NodeBalancer follows.
    pub fn set_mode(&self, id: NodeId, mode: NodeMode) -> Call<Node> {
        let request = Request::put(format!("setting node {id} of {} to {mode}", self.place()));
        Call::json(&self.linode, self.one(request, id)).family("PUT node").body(&UpdateNode::new().mode(mode))
    }

    /// Deletes a node; its open connections end.
    pub fn delete(&self, id: NodeId) -> Call<()> {
        Call::empty(&self.linode, self.one(Request::delete(self.doing("deleting", id)), id))
            .family("DELETE node")
    }

    fn place(&self) -> String {
        format!("config {} of NodeBalancer {}", self.config, self.nodebalancer)
    }

    fn doing(&self, doing: &str, id: NodeId) -> String {
        format!("{doing} node {id} of {}", self.place())
    }

    fn all(&self, request: Request) -> Request {
        let request = self.linode.at(request, "nodebalancers").segment(self.nodebalancer);
        request.segment("configs").segment(self.config).segment("nodes")
    }

    fn one(&self, request: Request, id: NodeId) -> Request {
        self.all(request).segment(id)
    }
}

impl Identified for Node {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
