//! `/nodebalancers`, their configs and nodes.

use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::filter::Fields;
use super::firewalls;
use super::list::{self, Item};
use super::path::{id, no_method};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::world::{Collection, Entity, Node, NodeBalancer, World};

pub(super) const FIELDS: Fields = Fields {
    filterable: &["id", "label", "region", "hostname", "ipv4", "ipv6", "tags", "client_conn_throttle"],
    known: &["type", "created", "updated", "client_udp_sess_throttle", "lke_cluster", "transfer", "locks"],
};
const CONFIG_FIELDS: Fields = Fields {
    filterable: &["id", "port", "protocol"],
    known: &[
        "algorithm",
        "stickiness",
        "check",
        "check_interval",
        "check_timeout",
        "check_attempts",
        "check_path",
        "check_body",
        "check_passive",
        "proxy_protocol",
        "cipher_suite",
        "nodebalancer_id",
        "nodes_status",
    ],
};
const NODE_FIELDS: Fields = Fields {
    filterable: &["id", "label", "address", "weight", "mode", "status"],
    known: &["config_id", "nodebalancer_id", "vpc_config_id"],
};

impl Item for NodeBalancer {
    fn field(&self, name: &str) -> Value {
        serde_json::to_value(self).unwrap_or_default().field(name)
    }
}

impl Item for Node {
    fn field(&self, name: &str) -> Value {
        serde_json::to_value(self).unwrap_or_default().field(name)
    }
}

pub(super) fn answer(world: &mut World, call: &Call, method: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let live = world.balancers.iter().map(|(id, balancer)| (*id, balancer));
                list::answer(call, world.lags.rows(Collection::Balancers, live, world.now), FIELDS)
            }
            "POST" => {
                let body = call.json()?;
                let id = world.create_balancer(Body::of(&body)?)?;
                show(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let balancer = id(first)?;
    if !world.balancers.contains_key(&balancer) {
        return Err(Refusal::not_found());
    }
    match (method, rest) {
        ("GET", []) => show(world, balancer),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_balancer(balancer, Body::of(&body)?)?;
            show(world, balancer)
        }
        ("DELETE", []) => world.delete_balancer(balancer).map(|()| Answer::done()),
        ("GET", ["stats"]) => Err(Refusal::bad("Stats are unavailable at this time.")),
        ("GET", ["firewalls"]) => {
            list::answer(call, world.firewalls_of(Entity::NodeBalancer(balancer)), firewalls::FIELDS)
        }
        (_, ["configs", rest @ ..]) => configs(world, call, method, balancer, rest),
        _ => Err(Refusal::not_found()),
    }
}

fn configs(
    world: &mut World,
    call: &Call,
    method: &str,
    balancer: u64,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let ids = world.balancers.get(&balancer).map(|one| one.configs.clone()).unwrap_or_default();
                let values: Vec<(u64, Value)> =
                    ids.into_iter().filter_map(|id| Some((id, world.config_value(id)?))).collect();
                let live = values.iter().map(|(id, value)| (*id, value));
                list::answer(
                    call,
                    world.lags.rows(Collection::Configs(balancer), live, world.now),
                    CONFIG_FIELDS,
                )
            }
            "POST" => {
                let body = call.json()?;
                // Nodes given to this call were ignored by the real API.
                let id = world.create_config(balancer, Body::of(&body)?, false)?;
                show_config(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let config = id(first)?;
    if world.configs.get(&config).is_none_or(|one| one.nodebalancer_id != balancer) {
        return Err(Refusal::not_found());
    }
    match (method, rest) {
        ("GET", []) => show_config(world, config),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_config(config, Body::of(&body)?)?;
            show_config(world, config)
        }
        ("DELETE", []) => world.delete_config(config).map(|()| Answer::done()),
        ("POST", ["rebuild"]) => {
            let body = call.json()?;
            world.rebuild_config(config, Body::of(&body)?)?;
            show_config(world, config)
        }
        (_, ["nodes", rest @ ..]) => nodes(world, call, method, config, rest),
        _ => Err(Refusal::not_found()),
    }
}

fn nodes(
    world: &mut World,
    call: &Call,
    method: &str,
    config: u64,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    let Some((first, rest)) = rest.split_first() else {
        return match method {
            "GET" => {
                let ids = world.configs.get(&config).into_iter().flat_map(|one| &one.nodes);
                let live = ids.filter_map(|id| Some((*id, world.nodes.get(id)?)));
                list::answer(call, world.lags.rows(Collection::Nodes(config), live, world.now), NODE_FIELDS)
            }
            "POST" => {
                let body = call.json()?;
                let id = world.create_node(config, Body::of(&body)?)?;
                show_node(world, id)
            }
            _ => Err(no_method()),
        };
    };
    let node = id(first)?;
    if world.nodes.get(&node).is_none_or(|one| one.config_id != config) {
        return Err(Refusal::not_found());
    }
    match (method, rest) {
        ("GET", []) => show_node(world, node),
        ("PUT", []) => {
            let body = call.json()?;
            world.update_node(node, Body::of(&body)?)?;
            show_node(world, node)
        }
        ("DELETE", []) => world.delete_node(node).map(|()| Answer::done()),
        _ => Err(Refusal::not_found()),
    }
}

fn show(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.balancers.get(&id).map(Answer::json).ok_or_else(Refusal::not_found)
}

fn show_config(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.config_value(id).map(|value| Answer::json(&value)).ok_or_else(Refusal::not_found)
}

fn show_node(world: &World, id: u64) -> Result<Answer, Refusal> {
    world.nodes.get(&id).map(Answer::json).ok_or_else(Refusal::not_found)
}
