mod configs;
mod nodes;

use std::borrow::Borrow;

use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{
    ConfigId, CreateNodeBalancer, Firewall, NodeBalancer, NodeBalancerId, NodeBalancerVpc, UpdateNodeBalancer,
};

pub use configs::{Configs, OneConfig};
pub use nodes::Nodes;

const PATH: &str = "nodebalancers";

/// NodeBalancers: `/nodebalancers`.
#[derive(Debug, Clone)]
pub struct NodeBalancers {
    linode: Linode,
}

/// What belongs to one NodeBalancer.
#[derive(Debug, Clone)]
pub struct OneNodeBalancer {
    linode: Linode,
    id: NodeBalancerId,
}

impl Linode {
    /// NodeBalancers.
    pub fn nodebalancers(&self) -> NodeBalancers {
        NodeBalancers { linode: self.clone() }
    }

    /// What belongs to one NodeBalancer.
    pub fn nodebalancer(&self, id: NodeBalancerId) -> OneNodeBalancer {
        OneNodeBalancer { linode: self.clone(), id }
    }
}

impl NodeBalancers {
    /// All NodeBalancers that the token sees; filterable by `label`, `region`, `tags`, `ipv4` and others.
    pub fn list(&self) -> List<NodeBalancer> {
        List::new(&self.linode, self.linode.at(Request::get("listing NodeBalancers").family(PATH), PATH))
    }

    /// One NodeBalancer.
    pub fn get(&self, id: NodeBalancerId) -> Call<NodeBalancer> {
        Call::json(&self.linode, self.one(Request::get(format!("getting NodeBalancer {id}")), id))
            .family("GET nodebalancer")
    }

    /// Creates a NodeBalancer; a label is unique on the account.
    pub fn create(&self, nodebalancer: impl Borrow<CreateNodeBalancer>) -> Call<NodeBalancer> {
        let nodebalancer = nodebalancer.borrow();
        let attempting = match &nodebalancer.label {
            Some(label) => format!("creating NodeBalancer {label}"),
            None => "creating a NodeBalancer".to_owned(),
        };
        // Its configs may hold a key.
        Call::json(&self.linode, self.linode.at(Request::post(attempting), PATH))
            .creates()
            .sensitive()
            .family("POST nodebalancer")
            .body(nodebalancer)
    }

    /// Changes a NodeBalancer; what is left out of `change` stays.
    pub fn update(&self, id: NodeBalancerId, change: impl Borrow<UpdateNodeBalancer>) -> Call<NodeBalancer> {
        let request = self.one(Request::put(format!("changing NodeBalancer {id}")), id);
        Call::json(&self.linode, request).family("PUT nodebalancer").body(change.borrow())
    }

    /// Deletes a NodeBalancer with its configs and nodes.
    pub fn delete(&self, id: NodeBalancerId) -> Call<()> {
        let request = self.one(Request::delete(format!("deleting NodeBalancer {id}")), id);
        Call::empty(&self.linode, request).family("DELETE nodebalancer")
    }

    fn one(&self, request: Request, id: NodeBalancerId) -> Request {
        self.linode.at(request, PATH).segment(id)
    }
}

impl OneNodeBalancer {
    /// Its configs, one for each port.
    pub fn configs(&self) -> Configs {
        Configs::new(&self.linode, self.id)
    }

    /// What belongs to one of its configs.
    pub fn config(&self, id: ConfigId) -> OneConfig {
        OneConfig::new(&self.linode, self.id, id)
    }

    /// The firewalls that protect it.
    pub fn firewalls(&self) -> List<Firewall> {
        let request = Request::get(format!("listing the firewalls of NodeBalancer {}", self.id));
        List::new(&self.linode, self.linode.at(request, PATH).segment(self.id).segment("firewalls"))
    }

    /// Its connections to VPCs.
    pub fn vpcs(&self) -> List<NodeBalancerVpc> {
        let request = Request::get(format!("listing the VPCs of NodeBalancer {}", self.id));
        List::new(&self.linode, self.linode.at(request, PATH).segment(self.id).segment("vpcs"))
    }
}

impl Identified for NodeBalancer {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}

impl Identified for NodeBalancerVpc {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
