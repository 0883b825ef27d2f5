use std::borrow::Borrow;

use api_transport::Request;

use super::Nodes;
use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{Config, ConfigId, CreateConfig, NodeBalancerId, UpdateConfig};

/// The configs of one NodeBalancer: `/nodebalancers/{id}/configs`.
#[derive(Debug, Clone)]
pub struct Configs {
    linode: Linode,
    nodebalancer: NodeBalancerId,
}

/// What belongs to one config.
#[derive(Debug, Clone)]
pub struct OneConfig {
    linode: Linode,
    nodebalancer: NodeBalancerId,
    config: ConfigId,
}

impl Configs {
    pub(super) fn new(linode: &Linode, nodebalancer: NodeBalancerId) -> Self {
        Self { linode: linode.clone(), nodebalancer }
    }

    /// All configs of the NodeBalancer.
    pub fn list(&self) -> List<Config> {
        let request = Request::get(format!("listing the configs of NodeBalancer {}", self.nodebalancer));
        List::new(&self.linode, self.all(request.family("nodebalancers/configs")))
    }

    /// One config.
    pub fn get(&self, id: ConfigId) -> Call<Config> {
        Call::json(&self.linode, self.one(Request::get(self.doing("getting", id)), id)).family("GET config")
    }

    /// Creates a config. Nodes given here were seen to be ignored: create them one by one.
    pub fn create(&self, config: impl Borrow<CreateConfig>) -> Call<Config> {
        let config = config.borrow();
        let attempting =
            format!("creating the config of port {} of NodeBalancer {}", config.port, self.nodebalancer);
        Call::json(&self.linode, self.all(Request::post(attempting)))
            .creates()
            .sensitive()
            .family("POST config")
            .body(config)
    }

    /// Changes a config; what is left out of `change` stays.
    pub fn update(&self, id: ConfigId, change: impl Borrow<UpdateConfig>) -> Call<Config> {
        Call::json(&self.linode, self.one(Request::put(self.doing("changing", id)), id))
            .sensitive()
            .family("PUT config")
            .body(change.borrow())
    }

    /// Deletes a config with its nodes.
    pub fn delete(&self, id: ConfigId) -> Call<()> {
        Call::empty(&self.linode, self.one(Request::delete(self.doing("deleting", id)), id))
            .family("DELETE config")
    }

    /// Replaces a config and all its nodes. A node without its id is a new one, one that is left out is deleted, and without
    /// ids the NodeBalancer begins anew even if nothing changed: prefer single nodes.
    pub fn rebuild(&self, id: ConfigId, config: impl Borrow<CreateConfig>) -> Call<Config> {
        let request = self.one(Request::post(self.doing("rebuilding", id)), id).segment("rebuild");
        Call::json(&self.linode, request).sensitive().body(config.borrow())
    }

    fn doing(&self, doing: &str, id: ConfigId) -> String {
        format!("{doing} config {id} of NodeBalancer {}", self.nodebalancer)
    }

    fn all(&self, request: Request) -> Request {
        self.linode.at(request, "nodebalancers").segment(self.nodebalancer).segment("configs")
    }

    fn one(&self, request: Request, id: ConfigId) -> Request {
        self.all(request).segment(id)
    }
}

impl OneConfig {
    pub(super) fn new(linode: &Linode, nodebalancer: NodeBalancerId, config: ConfigId) -> Self {
        Self { linode: linode.clone(), nodebalancer, config }
    }

    /// Its nodes.
    pub fn nodes(&self) -> Nodes {
        Nodes::new(&self.linode, self.nodebalancer, self.config)
    }
}

impl Identified for Config {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
