//! NodeBalancer nodes.

use std::net::{Ipv4Addr, SocketAddrV4};

use serde::Serialize;

use super::address::is_private;
use super::{Collection, World};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::snapshot::{NodeMode, NodeStatus};

/// A node, with every field of the API's answers.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) address: String,
    pub(crate) label: String,
    pub(crate) status: NodeStatus,
    pub(crate) weight: u16,
    pub(crate) mode: NodeMode,
    pub(crate) config_id: u64,
    pub(crate) nodebalancer_id: u64,
    pub(crate) vpc_config_id: Option<u64>,
    #[serde(skip)]
    pub(crate) effective_mode: NodeMode,
    #[serde(skip)]
    pub(super) mode_epoch: u64,
    #[serde(skip)]
    pub(super) expected: NodeStatus,
    #[serde(skip)]
    pub(super) check_epoch: u64,
    #[serde(skip)]
    pub(super) probed: Option<bool>,
}

impl Node {
    pub(crate) fn socket(&self) -> Option<SocketAddrV4> {
        self.address.parse().ok()
    }

    pub(super) fn ip(&self) -> Option<Ipv4Addr> {
        self.socket().map(|socket| *socket.ip())
    }
}

/// A NodeBalancer's or a node's label: 3 to 32 characters.
pub(super) fn check_label(label: &str, of_node: bool) -> Result<(), Refusal> {
    if !(3..=32).contains(&label.chars().count()) {
        return Err(Refusal::field("label", "Must be between 3 and 32 characters"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (of_node && c == '.');
    if !label.chars().all(fits) {
        return Err(Refusal::field("label", "Must only use ASCII letters, numbers, underscores, and dashes"));
    }
    Ok(())
}

impl World {
    /// What a node's fields must be; `whole` when none may be left out.
    pub(super) fn check_node(&self, config: u64, body: Body<'_>, whole: bool) -> Result<(), Refusal> {
        let config = self.configs.get(&config).ok_or_else(Refusal::not_found)?;
        match body.text("address")? {
            Some(address) => self.check_address(config.nodebalancer_id, address)?,
            None if whole => return Err(Refusal::field("address", "address is required")),
            None => {}
        }
        match body.text("label")? {
            Some(label) => check_label(label, true)?,
            None if whole => return Err(Refusal::field("label", "label is required")),
            None => {}
        }
        body.number_in("weight", 1, 255)?;
        let modes: &[&str] =
            if config.protocol == "udp" { &["none"] } else { &["accept", "reject", "drain", "backup"] };
        body.one_of("mode", modes)?;
        Ok(())
    }

    pub(crate) fn create_node(&mut self, config: u64, body: Body<'_>) -> Result<u64, Refusal> {
        self.check_node(config, body, true)?;
        let of = self.configs.get(&config).ok_or_else(Refusal::not_found)?;
        let balancer = of.nodebalancer_id;
        let default = if of.protocol == "udp" { NodeMode::None } else { NodeMode::Accept };
        let id = self.new_id();
        let mode = read_mode(body)?.unwrap_or(default);
        let node = Node {
            id,
            address: body.text("address")?.unwrap_or_default().to_owned(),
            label: body.text("label")?.unwrap_or_default().to_owned(),
            status: NodeStatus::Unknown,
            weight: read_weight(body)?.unwrap_or(50),
            mode,
            config_id: config,
            nodebalancer_id: balancer,
            vpc_config_id: None,
            effective_mode: mode,
            mode_epoch: 0,
            expected: NodeStatus::Unknown,
            check_epoch: 0,
            probed: None,
        };
        self.lagging(Collection::Nodes(config), &list_path(balancer, config), id, |_| None);
        if let Some(ip) = node.ip() {
            self.backends.entry(ip).or_default().insert(id);
        }
        if let Some(config) = self.configs.get_mut(&config) {
            config.nodes.insert(id);
        }
        self.nodes.insert(id, node);
        self.balancer_event("nodebalancer_node_create", balancer);
        self.reconsider(id);
        Ok(id)
    }

    /// Changes what a request names; what it leaves out stays.
    pub(crate) fn update_node(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let node = self.nodes.get(&id).ok_or_else(Refusal::not_found)?;
        let (config, balancer) = (node.config_id, node.nodebalancer_id);
        self.check_node(config, body, false)?;
        let (mode, weight) = (read_mode(body)?, read_weight(body)?);
        let (address, label) = (body.text("address")?, body.text("label")?);
        self.lagging(Collection::Nodes(config), &list_path(balancer, config), id, |world| {
            world.node_value(id)
        });
        let Some(node) = self.nodes.get_mut(&id) else { return Err(Refusal::not_found()) };
        let before = node.ip();
        if let Some(address) = address.filter(|address| *address != node.address) {
            address.clone_into(&mut node.address);
            node.status = NodeStatus::Unknown;
            node.probed = None;
        }
        if let Some(label) = label {
            label.clone_into(&mut node.label);
        }
        node.weight = weight.unwrap_or(node.weight);
        let changes_mode = mode.is_some_and(|mode| mode != node.mode);
        node.mode = mode.unwrap_or(node.mode);
        let after = node.ip();
        if before != after {
            if let Some(nodes) = before.and_then(|ip| self.backends.get_mut(&ip)) {
                nodes.remove(&id);
            }
            if let Some(ip) = after {
                self.backends.entry(ip).or_default().insert(id);
            }
        }
        if changes_mode {
            self.plan_mode(id);
        }
        self.balancer_event("nodebalancer_node_update", balancer);
        self.reconsider(id);
        Ok(())
    }

    pub(crate) fn delete_node(&mut self, id: u64) -> Result<(), Refusal> {
        let balancer = self.nodes.get(&id).ok_or_else(Refusal::not_found)?.nodebalancer_id;
        self.subresources_free(balancer)?;
        self.drop_node(id);
        self.balancer_event("nodebalancer_node_delete", balancer);
        Ok(())
    }

    /// Forgets a node: asked for, or because its config or its Linode goes.
    pub(super) fn drop_node(&mut self, id: u64) {
        let Some(node) = self.nodes.get(&id) else { return };
        let (config, balancer, ip) = (node.config_id, node.nodebalancer_id, node.ip());
        self.lagging(Collection::Nodes(config), &list_path(balancer, config), id, |world| {
            world.node_value(id)
        });
        self.nodes.remove(&id);
        if let Some(config) = self.configs.get_mut(&config) {
            config.nodes.remove(&id);
        }
        if let Some(ip) = ip
            && let Some(nodes) = self.backends.get_mut(&ip)
        {
            nodes.remove(&id);
            if nodes.is_empty() {
                self.backends.remove(&ip);
            }
        }
        self.touch();
    }

    fn check_address(&self, balancer: u64, address: &str) -> Result<(), Refusal> {
        let socket: SocketAddrV4 = address.parse().map_err(|_| {
            Refusal::field("address", "Must be in the form of a private IPv4 address and a port")
        })?;
        if !is_private(*socket.ip()) {
            return Err(Refusal::field("address", "Must begin with 192.168"));
        }
        if socket.port() == 0 {
            return Err(Refusal::field("address", "Port must be between 1 and 65535"));
        }
        let region = self.balancers.get(&balancer).map(|balancer| &balancer.region);
        let owner = self.owners.get(socket.ip()).and_then(|id| self.instances.get(id));
        if owner.is_some_and(|owner| Some(&owner.region) != region) {
            return Err(Refusal::field(
                "address",
                "Must be the address of a Linode in the NodeBalancer's region",
            ));
        }
        Ok(())
    }
}

fn list_path(balancer: u64, config: u64) -> String {
    format!("/nodebalancers/{balancer}/configs/{config}/nodes")
}

fn read_mode(body: Body<'_>) -> Result<Option<NodeMode>, Refusal> {
    Ok(body.text("mode")?.and_then(|mode| match mode {
        "accept" => Some(NodeMode::Accept),
        "reject" => Some(NodeMode::Reject),
        "drain" => Some(NodeMode::Drain),
        "backup" => Some(NodeMode::Backup),
        "none" => Some(NodeMode::None),
        _ => None,
    }))
}

fn read_weight(body: Body<'_>) -> Result<Option<u16>, Refusal> {
    Ok(body.number_in("weight", 1, 255)?.and_then(|weight| u16::try_from(weight).ok()))
}
