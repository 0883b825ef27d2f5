//! The nodes of NodeBalancer configs, one at a time: configs are never rebuilt.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use linode_api::api::ConfigHandle;
use linode_api::models::{CreateNodeBalancerNode, NodeBalancerId};
use linode_api::{Client, Operation, models};

use crate::failure::{Doing, sorted, unsent};
use crate::{Backend, LinodeGroup, id};
use scaler_core::model::{ConfigId, Mode, Node, NodeId, NodeStatus};
use scaler_core::ports::{Balancer, Failure, FailureKind, NewNode, NodeCounts};

/// What errors call a node.
const NODE: &str = "node";
/// What errors call a config.
const CONFIG: &str = "NodeBalancer config";

/// The NodeBalancer configs of all groups. A config that a group left is found by asking each NodeBalancer of the account.
#[derive(Clone, Debug)]
pub struct LinodeBalancers {
    linode: Client,
    backends: BTreeMap<ConfigId, Backend>,
    /// The NodeBalancers of configs that groups left, where they were found.
    left: Arc<Mutex<BTreeMap<ConfigId, NodeBalancerId>>>,
}

impl LinodeBalancers {
    /// The configs of these groups.
    #[must_use]
    pub fn new<'a>(linode: Client, groups: impl IntoIterator<Item = &'a LinodeGroup>) -> Self {
        let backends = groups.into_iter().flat_map(|group| &group.backends);
        let backends = backends.map(|backend| (backend.config.into(), *backend)).collect();
        Self { linode, backends, left: Arc::default() }
    }

    fn backend(&self, config: ConfigId) -> Result<Backend, Failure> {
        self.backends.get(&config).copied().ok_or_else(|| {
            unsent(format!("NodeBalancer config {config} belongs to no group: add it to the configuration"))
        })
    }

    /// A config of a group, or one that a group left; none where no NodeBalancer has it any more.
    async fn at(&self, config: ConfigId) -> Result<Option<ConfigHandle>, Failure> {
        if let Some(backend) = self.backends.get(&config) {
            return Ok(Some(self.linode.nodebalancer(backend.nodebalancer).config(backend.config)));
        }
        let known = self.left.lock().unwrap_or_else(PoisonError::into_inner).get(&config).copied();
        let found = match known {
            Some(nodebalancer) => Some(nodebalancer),
            None => self.find(config).await?,
        };
        let Some(nodebalancer) = found else { return Ok(None) };
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(config, nodebalancer);
        Ok(Some(self.linode.nodebalancer(nodebalancer).config(id::id(config.0, CONFIG)?)))
    }

    /// The NodeBalancer that has a config: the API knows a config by its NodeBalancer alone.
    async fn find(&self, config: ConfigId) -> Result<Option<NodeBalancerId>, Failure> {
        let read = |error| sorted(Doing::Reading, error);
        let all = self.linode.nodebalancers().list().await.map_err(read)?;
        let shown = |backend: &Backend| all.iter().any(|shown| shown.id == backend.nodebalancer);
        if !self.backends.values().any(shown) {
            return Err(incomplete("the list shows no NodeBalancer that a group is behind"));
        }
        let mut consistent = all.is_consistent();
        for nodebalancer in all.iter() {
            let configs = match self.linode.nodebalancer(nodebalancer.id).configs().list().await {
                Err(error) if error.is_not_found() => continue,
                configs => configs.map_err(read)?,
            };
            if configs.iter().any(|shown| ConfigId::from(shown.id) == config) {
                return Ok(Some(nodebalancer.id));
            }
            consistent &= configs.is_consistent();
        }
        if consistent { Ok(None) } else { Err(incomplete("NodeBalancers changed while they were read")) }
    }
}

/// Nothing may be concluded from a search that did not see everything.
fn incomplete(why: &str) -> Failure {
    Failure::new(
        FailureKind::Transient,
        format!("looking for a config that a group left: {why}; it is asked again"),
    )
}

#[async_trait]
impl Balancer for LinodeBalancers {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        let none = || format!("no NodeBalancer of the account has config {config}");
        let at = self.at(config).await?.ok_or_else(|| Failure::new(FailureKind::NotFound, none()))?;
        let listed = at.nodes().list().await.map_err(|error| sorted(Doing::Reading, error))?;
        if !listed.is_consistent() {
            let message = format!("the nodes of config {config} changed while they were read: ask again");
            return Err(Failure::new(FailureKind::Transient, message));
        }
        Ok(listed.items().iter().map(|node| shown(config, node)).collect())
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        let Some(at) = self.at(config).await? else { return Ok(None) };
        match at.node(id::id(id.0, NODE)?).get().await {
            Ok(node) => Ok(Some(shown(config, &node))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(sorted(Doing::Reading, error)),
        }
    }

    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        let Some(at) = self.at(config).await? else { return Ok(None) };
        let shown = at.get().await.map_err(|error| sorted(Doing::Reading, error))?;
        Ok(Some(NodeCounts::new(shown.nodes_status.up, shown.nodes_status.down)))
    }

    fn lists_left(&self) -> Option<u64> {
        self.linode.rate_left(Operation::ListNodeBalancerNodes)
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        let backend = self.backend(new.config)?;
        let address = with_port(&new.address, backend.port);
        let node = CreateNodeBalancerNode::new(address, &new.label).mode(models::NodeMode::Accept);
        let at = self.linode.nodebalancer(backend.nodebalancer).config(backend.config);
        let created = at.nodes().create(&node).await;
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
        let gone =
            || Failure::new(FailureKind::Transient, format!("config {config} does not exist any more"));
        let at = self.at(config).await?.ok_or_else(gone)?;
        let changed = at.node(id::id(id.0, NODE)?).set_mode(wanted).await;
        changed.map(drop).map_err(|error| sorted(Doing::Changing, error))
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        let Some(at) = self.at(config).await? else { return Ok(()) };
        match at.node(id::id(id.0, NODE)?).delete().await {
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
