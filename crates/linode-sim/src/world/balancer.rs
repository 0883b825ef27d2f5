//! NodeBalancers and their configs.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::Serialize;
use serde_json::{Value, json};

use super::address::ipv6_of;
use super::ledger::Kind;
use super::{Collection, Entity, Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stamp::Stamp;

const LIST: &str = "/nodebalancers";

/// A NodeBalancer, with every field of the API's answers.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NodeBalancer {
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) region: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) hostname: String,
    pub(crate) ipv4: Ipv4Addr,
    pub(crate) ipv6: String,
    pub(crate) created: Stamp,
    pub(crate) updated: Stamp,
    pub(crate) client_conn_throttle: u64,
    pub(crate) client_udp_sess_throttle: u64,
    pub(crate) lke_cluster: Option<Value>,
    pub(crate) tags: Vec<String>,
    pub(crate) transfer: Value,
    pub(crate) locks: Vec<String>,
    #[serde(skip)]
    pub(crate) configs: BTreeSet<u64>,
}

/// A config of a NodeBalancer: one port.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Config {
    pub(crate) id: u64,
    pub(crate) port: u16,
    pub(crate) protocol: String,
    pub(crate) algorithm: String,
    pub(crate) stickiness: String,
    pub(crate) check: String,
    pub(crate) check_interval: u64,
    pub(crate) check_timeout: u64,
    pub(crate) check_attempts: u32,
    pub(crate) check_path: String,
    pub(crate) check_body: String,
    pub(crate) check_passive: bool,
    pub(crate) proxy_protocol: String,
    pub(crate) cipher_suite: String,
    pub(crate) nodebalancer_id: u64,
    pub(crate) ssl_commonname: String,
    pub(crate) ssl_fingerprint: String,
    pub(crate) ssl_cert: Option<String>,
    pub(crate) ssl_key: Option<String>,
    pub(crate) udp_check_port: u16,
    pub(crate) udp_session_timeout: u64,
    #[serde(skip)]
    pub(crate) nodes: BTreeSet<u64>,
}

impl Config {
    /// As the API makes one of `{"port": 80}`.
    fn new(id: u64, nodebalancer_id: u64) -> Self {
        Self {
            id,
            port: 80,
            protocol: "http".to_owned(),
            algorithm: "roundrobin".to_owned(),
            stickiness: "none".to_owned(),
            check: "none".to_owned(),
            check_interval: 31,
            check_timeout: 30,
            check_attempts: 3,
            check_path: String::new(),
            check_body: String::new(),
            check_passive: true,
            proxy_protocol: "none".to_owned(),
            cipher_suite: "recommended".to_owned(),
            nodebalancer_id,
            ssl_commonname: String::new(),
            ssl_fingerprint: String::new(),
            ssl_cert: None,
            ssl_key: None,
            udp_check_port: 80,
            udp_session_timeout: 16,
            nodes: BTreeSet::new(),
        }
    }

    /// Takes over what a request names.
    fn apply(&mut self, body: Body<'_>) -> Result<(), Refusal> {
        let text = |name: &str, words: &[&str], into: &mut String| -> Result<(), Refusal> {
            if let Some(word) = body.one_of(name, words)? {
                word.clone_into(into);
            }
            Ok(())
        };
        if let Some(port) = body.number_in("port", 1, 65_534)? {
            self.port = u16::try_from(port).unwrap_or(self.port);
        }
        text("protocol", &["http", "https", "tcp", "udp"], &mut self.protocol)?;
        text("algorithm", &["roundrobin", "leastconn", "source", "ring_hash"], &mut self.algorithm)?;
        text("stickiness", &["none", "table", "http_cookie", "session", "source_ip"], &mut self.stickiness)?;
        text("check", &["none", "connection", "http", "http_body"], &mut self.check)?;
        text("proxy_protocol", &["none", "v1", "v2"], &mut self.proxy_protocol)?;
        text("cipher_suite", &["recommended", "legacy", "none"], &mut self.cipher_suite)?;
        self.check_interval = body.number_in("check_interval", 2, 3600)?.unwrap_or(self.check_interval);
        self.check_timeout = body.number_in("check_timeout", 1, 30)?.unwrap_or(self.check_timeout);
        if let Some(attempts) = body.number_in("check_attempts", 1, 30)? {
            self.check_attempts = u32::try_from(attempts).unwrap_or(self.check_attempts);
        }
        if let Some(path) = body.text("check_path")? {
            path.clone_into(&mut self.check_path);
        }
        if let Some(wanted) = body.text("check_body")? {
            wanted.clone_into(&mut self.check_body);
        }
        self.check_passive = body.flag("check_passive")?.unwrap_or(self.check_passive);
        if let Some(port) = body.number_in("udp_check_port", 1, 65_535)? {
            self.udp_check_port = u16::try_from(port).unwrap_or(self.udp_check_port);
        }
        for (name, into) in [("ssl_cert", &mut self.ssl_cert), ("ssl_key", &mut self.ssl_key)] {
            if body.text(name)?.is_some() {
                *into = Some("<REDACTED>".to_owned());
            }
        }
        if self.check_timeout >= self.check_interval {
            return Err(Refusal::field("check_timeout", "Timeout must be less than the interval"));
        }
        if self.protocol == "https" && (self.ssl_cert.is_none() || self.ssl_key.is_none()) {
            return Err(Refusal::field("ssl_cert", "ssl_cert and ssl_key are required for protocol https"));
        }
        if self.proxy_protocol != "none" && self.protocol != "tcp" {
            return Err(Refusal::field("proxy_protocol", "proxy_protocol is for protocol tcp only"));
        }
        if matches!(self.check.as_str(), "http" | "http_body") && self.check_path.is_empty() {
            "/".clone_into(&mut self.check_path);
        }
        if self.check == "http_body" && self.check_body.is_empty() {
            return Err(Refusal::field("check_body", "check_body is required for check http_body"));
        }
        Ok(())
    }
}

impl World {
    pub(crate) fn create_balancer(&mut self, body: Body<'_>) -> Result<u64, Refusal> {
        if !self.settings.activated {
            return Err(Refusal::bad("Your account must be activated before you can use this endpoint"));
        }
        let region = body.text("region")?.ok_or_else(|| Refusal::field("region", "region is required"))?;
        if self.catalog.region(region).is_none() {
            return Err(Refusal::field("region", "region is not valid"));
        }
        let label = body.text("label")?.map(str::to_owned);
        self.check_balancer_label(None, label.as_deref())?;
        let tags = body.texts("tags")?;
        self.check_tags(tags.as_deref())?;
        let throttle = body.number_in("client_conn_throttle", 0, 20)?.unwrap_or(0);
        let kind =
            body.one_of("type", &["common", "premium", "premium_40gb"])?.unwrap_or("common").to_owned();
        let firewall = self.firewall_named(body)?;
        let id = self.new_id();
        let ipv4 = self.addresses.balancer();
        let ipv4 = ipv4.ok_or_else(|| Refusal::bad("No addresses are left in the simulated network"))?;
        let label = label.unwrap_or_else(|| format!("balancer{id}"));
        self.lagging(Collection::Balancers, LIST, id, |_| None);
        self.bill_from(id, &label, Kind::NodeBalancer);
        let tags = tags.unwrap_or_default();
        self.tags.extend(tags.iter().cloned());
        let balancer = NodeBalancer {
            id,
            hostname: format!("nb-{}.{region}.nodebalancer.linode.com", ipv4.to_string().replace('.', "-")),
            label,
            region: region.to_owned(),
            kind,
            ipv4,
            ipv6: ipv6_of(ipv4).to_string(),
            created: Stamp(self.now),
            updated: Stamp(self.now),
            client_conn_throttle: throttle,
            client_udp_sess_throttle: 0,
            lke_cluster: None,
            tags,
            transfer: json!({"in": null, "out": null, "total": null}),
            locks: Vec::new(),
            configs: BTreeSet::new(),
        };
        let subject = Subject::balancer(id, &balancer.label);
        self.balancers.insert(id, balancer);
        self.event("nodebalancer_create", subject);
        if let Some(firewall) = firewall {
            self.assign(firewall, Entity::NodeBalancer(id));
        }
        for config in body.list("configs")?.into_iter().flatten() {
            self.create_config(id, Body::of(config)?, true)?;
        }
        Ok(id)
    }

    pub(crate) fn update_balancer(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let label = body.text("label")?.map(str::to_owned);
        self.check_balancer_label(Some(id), label.as_deref())?;
        let tags = body.texts("tags")?;
        self.check_tags(tags.as_deref())?;
        let throttle = body.number_in("client_conn_throttle", 0, 20)?;
        self.lagging(Collection::Balancers, LIST, id, |world| {
            serde_json::to_value(world.balancers.get(&id)?).ok()
        });
        let now = self.now;
        let balancer = self.balancers.get_mut(&id).ok_or_else(Refusal::not_found)?;
        if let Some(label) = label {
            balancer.label = label;
        }
        if let Some(tags) = tags {
            self.tags.extend(tags.iter().cloned());
            balancer.tags = tags;
        }
        balancer.client_conn_throttle = throttle.unwrap_or(balancer.client_conn_throttle);
        balancer.updated = Stamp(now);
        let subject = Subject::balancer(id, &balancer.label);
        self.event("nodebalancer_update", subject);
        Ok(())
    }

    pub(crate) fn delete_balancer(&mut self, id: u64) -> Result<(), Refusal> {
        let balancer = self.balancers.get(&id).ok_or_else(Refusal::not_found)?;
        if !balancer.locks.is_empty() {
            return Err(super::lock::refusal(&balancer.locks));
        }
        let (configs, ipv4) = (balancer.configs.clone(), balancer.ipv4);
        let subject = Subject::balancer(id, &balancer.label);
        self.lagging(Collection::Balancers, LIST, id, |world| {
            serde_json::to_value(world.balancers.get(&id)?).ok()
        });
        for config in configs {
            self.drop_config(config);
        }
        self.balancers.remove(&id);
        self.unassign(Entity::NodeBalancer(id));
        self.addresses.give_back(ipv4);
        self.billed_until_now(id);
        self.event("nodebalancer_delete", subject);
        Ok(())
    }

    /// `with_nodes`: only the creation of a NodeBalancer and a rebuild take nodes along.
    pub(crate) fn create_config(
        &mut self,
        balancer: u64,
        body: Body<'_>,
        with_nodes: bool,
    ) -> Result<u64, Refusal> {
        let id = self.new_id();
        let mut config = Config::new(id, balancer);
        config.apply(body)?;
        self.check_port(&config)?;
        let path = format!("/nodebalancers/{balancer}/configs");
        self.lagging(Collection::Configs(balancer), &path, id, |_| None);
        let owner = self.balancers.get_mut(&balancer).ok_or_else(Refusal::not_found)?;
        owner.configs.insert(id);
        let subject = Subject::balancer(balancer, &owner.label);
        self.configs.insert(id, config);
        self.event("nodebalancer_config_create", subject);
        if with_nodes {
            for node in body.list("nodes")?.into_iter().flatten() {
                self.create_node(id, Body::of(node)?)?;
            }
        }
        Ok(id)
    }

    pub(crate) fn update_config(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let mut config = self.configs.get(&id).ok_or_else(Refusal::not_found)?.clone();
        config.apply(body)?;
        self.check_port(&config)?;
        let balancer = config.nodebalancer_id;
        let path = format!("/nodebalancers/{balancer}/configs");
        self.lagging(Collection::Configs(balancer), &path, id, |world| world.config_value(id));
        let nodes = config.nodes.clone();
        self.configs.insert(id, config);
        for node in nodes {
            self.reconsider(node);
        }
        self.balancer_event("nodebalancer_config_update", balancer);
        Ok(())
    }

    /// Replaces a config and its nodes at once; nodes with an id stay.
    pub(crate) fn rebuild_config(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let nodes = body.list("nodes")?.ok_or_else(|| Refusal::field("nodes", "nodes is required"))?;
        let config = self.configs.get(&id).ok_or_else(Refusal::not_found)?;
        let kept = |node: &Value| node.get("id").and_then(Value::as_u64);
        let stay: BTreeSet<u64> = nodes.iter().filter_map(kept).collect();
        if !stay.is_subset(&config.nodes) {
            return Err(Refusal::field("nodes", "A node with this id was not found"));
        }
        let gone: Vec<u64> = config.nodes.difference(&stay).copied().collect();
        for node in nodes {
            self.check_node(id, Body::of(node)?, kept(node).is_none())?;
        }
        self.update_config(id, body)?;
        for node in gone {
            self.drop_node(node);
        }
        for node in nodes {
            let fields = Body::of(node)?;
            match kept(node) {
                Some(node) => self.update_node(node, fields)?,
                None => self.create_node(id, fields).map(drop)?,
            }
        }
        Ok(())
    }

    pub(crate) fn delete_config(&mut self, id: u64) -> Result<(), Refusal> {
        let config = self.configs.get(&id).ok_or_else(Refusal::not_found)?;
        let balancer = config.nodebalancer_id;
        self.subresources_free(balancer)?;
        self.drop_config(id);
        self.balancer_event("nodebalancer_config_delete", balancer);
        Ok(())
    }

    fn drop_config(&mut self, id: u64) {
        let Some(config) = self.configs.get(&id) else { return };
        let (balancer, nodes) = (config.nodebalancer_id, config.nodes.clone());
        let path = format!("/nodebalancers/{balancer}/configs");
        self.lagging(Collection::Configs(balancer), &path, id, |world| world.config_value(id));
        for node in nodes {
            self.drop_node(node);
        }
        self.configs.remove(&id);
        if let Some(balancer) = self.balancers.get_mut(&balancer) {
            balancer.configs.remove(&id);
        }
        self.touch();
    }

    pub(super) fn balancer_event(&mut self, action: &'static str, balancer: u64) {
        if let Some(subject) =
            self.balancers.get(&balancer).map(|one| Subject::balancer(balancer, &one.label))
        {
            self.event(action, subject);
        }
    }

    fn check_balancer_label(&self, id: Option<u64>, label: Option<&str>) -> Result<(), Refusal> {
        let Some(label) = label else { return Ok(()) };
        super::node::check_label(label, false)?;
        let taken = self.balancers.values().any(|one| one.label == label && Some(one.id) != id);
        if taken { Err(Refusal::field("label", "Label must be unique")) } else { Ok(()) }
    }

    fn check_port(&self, config: &Config) -> Result<(), Refusal> {
        let balancer = self.balancers.get(&config.nodebalancer_id).ok_or_else(Refusal::not_found)?;
        let udp = |config: &Config| config.protocol == "udp";
        let others =
            balancer.configs.iter().filter(|id| **id != config.id).filter_map(|id| self.configs.get(id));
        if others.into_iter().any(|other| other.port == config.port && udp(other) == udp(config)) {
            return Err(Refusal::field("port", "Port must be unique on the NodeBalancer"));
        }
        Ok(())
    }
}
