//! NodeBalancers, their configs and nodes.

mod configs;
mod nodes;

use std::borrow::Borrow;

pub use self::configs::{ConfigHandle, Configs};
pub use self::nodes::{NodeHandle, Nodes};
use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{
    CreateNodeBalancer, Firewall, NodeBalancer, NodeBalancerConfigId, NodeBalancerId, NodeBalancerVpc,
    UpdateNodeBalancer, VpcConfigId,
};
use crate::operation::Operation;

/// NodeBalancers: `/nodebalancers`.
#[derive(Debug, Clone)]
pub struct NodeBalancers(Target);

/// One NodeBalancer: `/nodebalancers/{id}`.
#[derive(Debug, Clone)]
pub struct NodeBalancerHandle(Target);

impl Client {
    /// NodeBalancers.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let all = client.nodebalancers().list().await?;
    /// println!("{} NodeBalancers", all.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn nodebalancers(&self) -> NodeBalancers {
        NodeBalancers(Target::new(self, "NodeBalancers"))
    }

    /// One NodeBalancer.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// let nodebalancer = client.nodebalancer(nodebalancer).get().await?;
    /// println!("{:?}", nodebalancer.ipv4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn nodebalancer(&self, id: NodeBalancerId) -> NodeBalancerHandle {
        NodeBalancerHandle(self.nodebalancers().0.child(id, format!("NodeBalancer {id}")))
    }
}

impl NodeBalancers {
    /// All NodeBalancers that the token sees; filterable by `label`, `region`, `tags`, `ipv4` and others.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for nodebalancer in client.nodebalancers().list().filter(Filter::eq("region", "nl-ams")).await? {
    ///     println!("{:?} at {:?}", nodebalancer.label, nodebalancer.ipv4);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<NodeBalancer> {
        self.0.list(Operation::ListNodeBalancers, &self.0)
    }

    /// Creates a NodeBalancer; a label is unique on the account.
    ///
    /// ```no_run
    /// use linode_api::models::CreateNodeBalancer;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let create = CreateNodeBalancer::new("nl-ams").label("web");
    /// let created = client.nodebalancers().create(create).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, nodebalancer: impl Borrow<CreateNodeBalancer>) -> Call<NodeBalancer> {
        let nodebalancer = nodebalancer.borrow();
        let attempting = match &nodebalancer.label {
            Some(label) => format!("creating NodeBalancer {label}"),
            None => "creating a NodeBalancer".to_owned(),
        };
        // Its configs may hold a key.
        self.0.json(Operation::CreateNodeBalancer, attempting).creates().sensitive().body(nodebalancer)
    }
}

impl NodeBalancerHandle {
    /// The NodeBalancer.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// let nodebalancer = client.nodebalancer(nodebalancer).get().await?;
    /// println!("{:?} in {}", nodebalancer.label, nodebalancer.region);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<NodeBalancer> {
        self.0.json(Operation::GetNodeBalancer, format!("getting {}", self.0))
    }

    /// Changes the NodeBalancer; what is left out of `change` stays.
    ///
    /// ```no_run
    /// use linode_api::models::UpdateNodeBalancer;
    ///
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// let change = UpdateNodeBalancer::new().client_conn_throttle(10);
    /// client.nodebalancer(nodebalancer).update(change).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, change: impl Borrow<UpdateNodeBalancer>) -> Call<NodeBalancer> {
        let attempting = format!("changing {}", self.0);
        self.0.json(Operation::UpdateNodeBalancer, attempting).body(change.borrow())
    }

    /// Deletes the NodeBalancer with its configs and nodes.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// client.nodebalancer(nodebalancer).delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.0.empty(Operation::DeleteNodeBalancer, format!("deleting {}", self.0))
    }

    /// Its configs, one for each port.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// for config in client.nodebalancer(nodebalancer).configs().list().await? {
    ///     println!("config {}: port {}", config.id, config.port);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn configs(&self) -> Configs {
        Configs::new(&self.0)
    }

    /// One of its configs.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId, config: linode_api::NodeBalancerConfigId) -> Result<(), linode_api::Error> {
    /// let config = client.nodebalancer(nodebalancer).config(config).get().await?;
    /// println!("port {}", config.port);
    /// # Ok(())
    /// # }
    /// ```
    pub fn config(&self, id: NodeBalancerConfigId) -> ConfigHandle {
        ConfigHandle::new(&self.0, id)
    }

    /// The firewalls that protect it.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// for firewall in client.nodebalancer(nodebalancer).firewalls().await? {
    ///     println!("{}", firewall.label);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn firewalls(&self) -> List<Firewall> {
        self.0.list(Operation::ListNodeBalancerFirewalls, format_args!("the firewalls of {}", self.0))
    }

    /// Its connections to VPCs.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, nodebalancer: linode_api::NodeBalancerId) -> Result<(), linode_api::Error> {
    /// for vpc in client.nodebalancer(nodebalancer).vpcs().await? {
    ///     println!("{vpc:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn vpcs(&self) -> List<NodeBalancerVpc> {
        self.0.list(Operation::ListNodeBalancerVpcs, format_args!("the VPCs of {}", self.0))
    }
}

impl Identified for NodeBalancer {
    type Id = NodeBalancerId;

    fn identity(&self) -> NodeBalancerId {
        self.id
    }
}

impl Identified for NodeBalancerVpc {
    type Id = VpcConfigId;

    fn identity(&self) -> VpcConfigId {
        self.id
    }
}
