//! The nodes of NodeBalancer configs, one at a time: configs are never rebuilt.

use std::collections::BTreeMap;

use async_trait::async_trait;
use linode_api::api::ConfigHandle;
use linode_api::models::CreateNodeBalancerNode;
use linode_api::{Client, models};

use crate::failure::{Doing, sorted, unsent};
use crate::{Backend, LinodeGroup, id};
use scaler_core::model::{ConfigId, Mode, Node, NodeId, NodeStatus};
use scaler_core::ports::{Balancer, Failure, FailureKind, NewNode};

/// What errors call a node.
const NODE: &str = "node";

/// The NodeBalancer configs of all groups.
#[derive(Clone, Debug)]
pub struct LinodeBalancers {
    linode: Client,
    backends: BTreeMap<ConfigId, Backend>,
}

impl LinodeBalancers {
    /// The configs of these groups.
    #[must_use]
    pub fn new<'a>(linode: Client, groups: impl IntoIterator<Item = &'a LinodeGroup>) -> Self {
        let backends = groups.into_iter().flat_map(|group| &group.backends);
        Self { linode, backends: backends.map(|backend| (backend.config.into(), *backend)).collect() }
    }

    fn backend(&self, config: ConfigId) -> Result<Backend, Failure> {
        self.backends.get(&config).copied().ok_or_else(|| {
            unsent(format!("NodeBalancer config {config} belongs to no group: add it to the configuration"))
        })
    }

    fn at(&self, config: ConfigId) -> Result<ConfigHandle, Failure> {
        let backend = self.backend(config)?;
        Ok(self.linode.nodebalancer(backend.nodebalancer).config(backend.config))
    }
}

#[async_trait]
impl Balancer for LinodeBalancers {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        let listed = self.at(config)?.nodes().list().await.map_err(|error| sorted(Doing::Reading, error))?;
        if !listed.is_consistent() {
            let message = format!("the nodes of config {config} changed while they were read: ask again");
            return Err(Failure::new(FailureKind::Transient, message));
        }
        Ok(listed.items().iter().map(|node| shown(config, node)).collect())
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        match self.at(config)?.node(id::id(id.0, NODE)?).get().await {
            Ok(node) => Ok(Some(shown(config, &node))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(sorted(Doing::Reading, error)),
        }
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        let backend = self.backend(new.config)?;
        let address = with_port(&new.address, backend.port);
        let node = CreateNodeBalancerNode::new(address, &new.label).mode(models::NodeMode::Accept);
        let created = self.at(new.config)?.nodes().create(&node).await;
        created.map(|node| node.id.into()).map_err(|error| sorted(Doing::Creating, error))
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        let wanted = match mode {
            Mode::Accept => models::NodeMode::Accept,
            Mode::Drain => models::NodeMode::Drain,
            Mode::Reject => models::NodeMode::Reject,
            Mode::Other => {
                return Err(unsent(format!("node {id} of config {config}: this mode is never set by us")));
            }
        };
        let changed = self.at(config)?.node(id::id(id.0, NODE)?).set_mode(wanted).await;
        changed.map(drop).map_err(|error| sorted(Doing::Changing, error))
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        match self.at(config)?.node(id::id(id.0, NODE)?).delete().await {
            Err(error) if !error.is_not_found() => Err(sorted(Doing::Removing, error)),
            _ => Ok(()),
        }
    }
}

fn with_port(address: &str, port: u16) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// The address without its port, in the form in which Linodes show theirs.
fn without_port(address: &str) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().map_or_else(|_| host.to_owned(), |address| address.to_string())
}

fn shown(config: ConfigId, node: &models::NodeBalancerNode) -> Node {
    let mode = match &node.mode {
        models::NodeMode::Accept => Mode::Accept,
        models::NodeMode::Drain => Mode::Drain,
        models::NodeMode::Reject => Mode::Reject,
        _ => Mode::Other,
    };
    let status = match &node.status {
        models::NodeStatus::Up => NodeStatus::Up,
        models::NodeStatus::Down => NodeStatus::Down,
        _ => NodeStatus::Unknown,
    };
    Node::new(config, node.id.into(), without_port(&node.address), node.label.as_str(), mode, status)
}
