//! Worlds that begin with something in them.

use std::time::Duration;

use api_sim::SeedError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::refusal::Refusal;
use crate::snapshot::NodeMode;
use crate::world::{Collection, World};

/// What a seed file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// Images to add to the recorded ones, in the API's shape.
    pub images: Vec<Value>,
    /// Instances, made first.
    pub instances: Vec<SeedInstance>,
    /// NodeBalancers, whose nodes may name those instances.
    pub nodebalancers: Vec<SeedBalancer>,
    /// Faults, as the command line has them.
    pub faults: Vec<String>,
}

/// An instance to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedInstance {
    /// Its label.
    pub label: String,
    /// Its region.
    pub region: String,
    /// Its type.
    #[serde(rename = "type")]
    pub plan: String,
    /// Its image.
    pub image: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it has a private address.
    pub private_ip: bool,
    /// Whether it runs already; otherwise it is as a request to create it leaves it.
    pub running: bool,
    /// How long ago it was created, in seconds.
    pub age_secs: u64,
}

impl Default for SeedInstance {
    fn default() -> Self {
        Self {
            label: String::new(),
            region: "nl-ams".to_owned(),
            plan: "g6-standard-2".to_owned(),
            image: "linode/debian12".to_owned(),
            tags: Vec::new(),
            private_ip: true,
            running: true,
            age_secs: 0,
        }
    }
}

impl SeedInstance {
    /// A running `g6-standard-2` in `nl-ams` with a private address.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// With a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }
}

/// A NodeBalancer to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedBalancer {
    /// Its label.
    pub label: String,
    /// Its region.
    pub region: String,
    /// Its configs.
    pub configs: Vec<SeedConfig>,
}

impl Default for SeedBalancer {
    fn default() -> Self {
        Self { label: String::new(), region: "nl-ams".to_owned(), configs: Vec::new() }
    }
}

impl SeedBalancer {
    /// One in `nl-ams`.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// With a config.
    #[must_use]
    pub fn config(mut self, config: SeedConfig) -> Self {
        self.configs.push(config);
        self
    }
}

/// A NodeBalancer config to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedConfig {
    /// Its port.
    pub port: u16,
    /// `http` or `tcp`.
    pub protocol: String,
    /// `none`, `connection`, `http` or `http_body`.
    pub check: String,
    /// Seconds between checks.
    pub check_interval: u64,
    /// Seconds that a check may take.
    pub check_timeout: u64,
    /// Failed checks before a node is DOWN.
    pub check_attempts: u32,
    /// What `http` checks ask for.
    pub check_path: String,
    /// Its nodes.
    pub nodes: Vec<SeedNode>,
}

impl Default for SeedConfig {
    fn default() -> Self {
        Self {
            port: 80,
            protocol: "http".to_owned(),
            check: "http".to_owned(),
            check_interval: 5,
            check_timeout: 3,
            check_attempts: 2,
            check_path: "/".to_owned(),
            nodes: Vec::new(),
        }
    }
}

impl SeedConfig {
    /// An HTTP config that checks `/` every 5 s.
    #[must_use]
    pub fn new(port: u16) -> Self {
        Self { port, ..Self::default() }
    }

    /// With a node for each of these instances on this port.
    #[must_use]
    pub fn nodes<'a>(mut self, port: u16, instances: impl IntoIterator<Item = &'a str>) -> Self {
        self.nodes.extend(instances.into_iter().map(|instance| SeedNode {
            instance: instance.to_owned(),
            port,
            ..SeedNode::default()
        }));
        self
    }
}

/// A NodeBalancer node to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedNode {
    /// The label of the instance whose private address it has.
    pub instance: String,
    /// An address without an instance, instead.
    pub address: Option<String>,
    /// Its port on the instance.
    pub port: u16,
    /// 1 to 255.
    pub weight: u16,
    /// Its mode.
    pub mode: NodeMode,
}

impl Default for SeedNode {
    fn default() -> Self {
        Self { instance: String::new(), address: None, port: 80, weight: 50, mode: NodeMode::Accept }
    }
}

/// The ids of a NodeBalancer that was seeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SeededBalancer {
    /// Its own.
    pub id: u64,
    /// Those of its configs, in the order of the seed.
    pub configs: Vec<u64>,
}

fn refused(what: String) -> impl FnOnce(Refusal) -> SeedError {
    move |refusal| {
        let reasons: Vec<String> = refusal
            .errors
            .into_iter()
            .map(|error| {
                error.field.map_or_else(|| error.reason.clone(), |field| format!("{field}: {}", error.reason))
            })
            .collect();
        SeedError::new(what, reasons.join("; "))
    }
}

pub(crate) fn instance(world: &mut World, seed: &SeedInstance) -> Result<u64, SeedError> {
    let what = || format!("the instance `{}`", seed.label);
    let body = json!({
        "label": seed.label, "region": seed.region, "type": seed.plan, "image": seed.image, "tags": seed.tags,
        "private_ip": seed.private_ip, "authorized_keys": ["ssh-ed25519 seeded"],
    });
    let create = |world: &mut World| world.create_instance(Body::of(&body)?);
    let id = create(world).map_err(refused(what()))?;
    if seed.running {
        world.force_running(id);
    }
    if seed.age_secs > 0 {
        let age = Duration::from_secs(seed.age_secs);
        let created =
            jiff::SignedDuration::try_from(age).ok().and_then(|age| world.now.checked_sub(age).ok());
        world.backdate(id, created.unwrap_or(jiff::Timestamp::UNIX_EPOCH));
    }
    world.lags.forget(Collection::Instances, id);
    Ok(id)
}

pub(crate) fn balancer(world: &mut World, seed: &SeedBalancer) -> Result<SeededBalancer, SeedError> {
    let what = || format!("the NodeBalancer `{}`", seed.label);
    let body = json!({"label": seed.label, "region": seed.region});
    let create = |world: &mut World| world.create_balancer(Body::of(&body)?);
    let id = create(world).map_err(refused(what()))?;
    let mut configs = Vec::new();
    for config in &seed.configs {
        let mut body = serde_json::to_value(config).unwrap_or_default();
        body["nodes"] = Value::Null;
        let create = |world: &mut World| world.create_config(id, Body::of(&body)?, false);
        let config_id = create(world).map_err(refused(format!("port {} of {}", config.port, what())))?;
        for node in &config.nodes {
            let body = node_body(world, node)?;
            let create = |world: &mut World| world.create_node(config_id, Body::of(&body)?);
            let node_id = create(world).map_err(refused(format!("the node of `{}`", node.instance)))?;
            world.finish_check(node_id);
            world.lags.forget(Collection::Nodes(config_id), node_id);
        }
        world.lags.forget(Collection::Configs(id), config_id);
        configs.push(config_id);
    }
    world.lags.forget(Collection::Balancers, id);
    Ok(SeededBalancer { id, configs })
}

fn node_body(world: &World, node: &SeedNode) -> Result<Value, SeedError> {
    let what = || format!("a node of the instance `{}`", node.instance);
    let address = match &node.address {
        Some(address) => address.clone(),
        None => {
            let instance = world.instances.values().find(|one| one.label == node.instance);
            let instance =
                instance.ok_or_else(|| SeedError::new(what(), "there is no instance of this label"))?;
            let private = instance.private();
            private
                .map(|ip| format!("{ip}:{}", node.port))
                .ok_or_else(|| SeedError::new(what(), "it has no private address"))?
        }
    };
    let label: String =
        if node.instance.is_empty() { "seeded".to_owned() } else { node.instance.chars().take(32).collect() };
    Ok(json!({"address": address, "label": label, "weight": node.weight, "mode": node.mode}))
}

pub(crate) fn all(world: &mut World, seed: &Seed) -> Result<Vec<SeededBalancer>, SeedError> {
    for text in &seed.faults {
        let faults =
            crate::Fault::parse_all(text).map_err(|error| SeedError::new("the faults", error.to_string()))?;
        for fault in faults {
            world.faults.add(fault);
        }
    }
    world.add_images(&seed.images);
    for one in &seed.instances {
        instance(world, one)?;
    }
    seed.nodebalancers.iter().map(|one| balancer(world, one)).collect()
}

impl World {
    fn add_images(&mut self, images: &[Value]) {
        if images.is_empty() {
            return;
        }
        let mut catalog = crate::catalog::Catalog::recorded();
        catalog.images = self.catalog.images.iter().chain(images).cloned().collect();
        self.catalog = std::sync::Arc::new(catalog);
    }
}
