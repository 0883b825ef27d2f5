//! Which model an exchange goes through.

use std::fmt::Debug;

use linode_api::models::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exchange::Exchange;

/// What came out of a model.
pub(crate) struct Through {
    /// What was decoded, encoded again.
    pub(crate) encoded: Value,
    /// How `Debug` shows it.
    pub(crate) shown: String,
}

/// Decodes a body by a model and encodes it again.
pub(crate) type Model = fn(&Value) -> Result<Through, serde_json::Error>;

/// Where an exchange belongs.
pub(crate) enum Route {
    /// To a model.
    Model(Model),
    /// To a family that this crate speaks, but to no model: a gap.
    Gap,
    /// To a family that this crate does not speak.
    NotOurs,
}

/// The model of the answer.
pub(crate) fn response(exchange: &Exchange) -> Route {
    let segments = exchange.segments();
    let model = match exchange.method.as_str() {
        _ if exchange.status >= 400 => Some(one::<ErrorBody> as Model),
        "DELETE" => Some(one::<Empty> as Model),
        method => answer(method, &segments),
    };
    match model {
        Some(model) if is_ours(&segments) || is_known(&segments) => Route::Model(model),
        None if is_ours(&segments) => Route::Gap,
        _ => Route::NotOurs,
    }
}

/// The model of the request's body, for the requests that this crate has models of.
pub(crate) fn request(exchange: &Exchange) -> Option<Model> {
    Some(match (exchange.method.as_str(), exchange.segments().as_slice()) {
        ("POST", ["linode", "instances"]) => one::<CreateInstance>,
        ("PUT", ["linode", "instances", _]) => one::<UpdateInstance>,
        ("POST", ["linode", "instances", _, "ips"]) => one::<AddIp>,
        ("POST", ["nodebalancers"]) => one::<CreateNodeBalancer>,
        ("PUT", ["nodebalancers", _]) => one::<UpdateNodeBalancer>,
        ("POST", ["nodebalancers", _, "configs"] | ["nodebalancers", _, "configs", _, "rebuild"]) => {
            one::<CreateNodeBalancerConfig>
        }
        ("PUT", ["nodebalancers", _, "configs", _]) => one::<NodeBalancerConfigSettings>,
        ("POST", ["nodebalancers", _, "configs", _, "nodes"]) => one::<CreateNodeBalancerNode>,
        ("PUT", ["nodebalancers", _, "configs", _, "nodes", _]) => one::<UpdateNodeBalancerNode>,
        ("POST", ["tags"]) => one::<CreateTag>,
        _ => return None,
    })
}

/// The families of the client, of which every answer must have a model.
fn is_ours(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["linode", "instances" | "types" | "stackscripts", ..]
            | ["regions" | "images" | "nodebalancers" | "tags", ..]
            | ["networking", "ips" | "ipv4" | "reserved", ..]
            | ["account" | "profile"]
            | ["account", "settings" | "events", ..]
            | ["profile", "grants"]
    )
}

/// The families that ours refer to, of which the answers that are known have a model.
fn is_known(segments: &[&str]) -> bool {
    match segments {
        ["networking", "firewalls", "rulesets", ..] | ["networking", "firewalls", _, "history", ..] => false,
        ["linode", "kernels", ..] | ["networking", "firewalls" | "ipv6" | "vlans", ..] => true,
        ["vpcs" | "volumes" | "locks", ..] | ["placement", "groups", ..] => true,
        ["account", "maintenance" | "availability" | "transfer", ..] => true,
        _ => false,
    }
}

fn answer(method: &str, segments: &[&str]) -> Option<Model> {
    match segments {
        ["linode", "instances", rest @ ..] => instances(rest),
        ["linode", "types", ..] => Some(any::<InstanceType>),
        ["linode", "kernels", ..] => Some(any::<Kernel>),
        ["linode", "stackscripts", ..] => Some(any::<StackScript>),
        ["regions", rest @ ..] => regions(rest),
        ["images", rest @ ..] => images(rest),
        ["nodebalancers", rest @ ..] => nodebalancers(rest),
        ["networking", rest @ ..] => networking(rest),
        ["vpcs", rest @ ..] => vpcs(rest),
        ["tags"] => Some(any::<Tag>),
        ["tags", _] => Some(if method == "GET" { any::<TaggedObject> } else { any::<Tag> }),
        ["volumes", "types"] => Some(any::<ServiceType>),
        ["volumes"] | ["volumes", _] | ["volumes", _, "clone" | "attach"] => Some(any::<Volume>),
        ["volumes", _, "detach" | "resize"] => Some(any::<Value>),
        ["locks", ..] => Some(any::<Lock>),
        ["placement", "groups", ..] => Some(any::<PlacementGroup>),
        ["account"] => Some(one::<Account>),
        ["account", "settings"] => Some(one::<AccountSettings>),
        ["account", "settings", ..] => Some(one::<Empty>),
        ["account", "events", _, "seen" | "read"] => Some(one::<Empty>),
        ["account", "events", ..] => Some(any::<Event>),
        ["account", "maintenance"] => Some(any::<Maintenance>),
        ["account", "availability", ..] => Some(any::<AccountAvailability>),
        ["account", "transfer"] => Some(one::<Transfer>),
        ["profile"] => Some(one::<Profile>),
        ["profile", "grants"] => Some(one::<Grants>),
        _ => None,
    }
}

fn instances(rest: &[&str]) -> Option<Model> {
    match rest {
        [] | [_] | [_, "clone" | "rebuild"] => Some(any::<Instance>),
        [_, "boot" | "reboot" | "shutdown" | "rescue" | "resize" | "migrate" | "mutate" | "password"]
        | [_, "backups", "cancel" | "enable"]
        | [_, "backups", _, "restore"]
        | [_, "configs", _, "interfaces", "order"]
        | [_, "disks", _, "password" | "resize"]
        | [_, "firewalls", "apply"] => Some(one::<Empty>),
        [_, "backups"] => Some(|body| {
            if body.get("snapshot").is_some() { one::<InstanceBackups>(body) } else { one::<Backup>(body) }
        }),
        [_, "backups", _] => Some(one::<Backup>),
        [_, "configs"] | [_, "configs", _] => Some(any::<InstanceConfig>),
        [_, "configs", _, "interfaces", ..] => Some(any::<ConfigInterface>),
        [_, "disks"] | [_, "disks", _] | [_, "disks", _, "clone"] => Some(any::<Disk>),
        [_, "firewalls"] | [_, "interfaces", _, "firewalls"] => Some(any::<Firewall>),
        [_, "interfaces"] => Some(|body| {
            if body.get("interfaces").is_some() {
                one::<InstanceInterfaces>(body)
            } else {
                one::<InstanceInterface>(body)
            }
        }),
        [_, "interfaces", "settings"] => Some(one::<InterfaceSettings>),
        [_, "interfaces", "history"] => Some(any::<InterfaceHistory>),
        [_, "interfaces", _] => Some(one::<InstanceInterface>),
        [_, "upgrade-interfaces"] => Some(one::<UpgradedInterfaces>),
        [_, "ips"] => Some(|body| {
            if body.get("address").is_some() { one::<IpAddress>(body) } else { one::<InstanceIps>(body) }
        }),
        [_, "ips", _] => Some(one::<IpAddress>),
        [_, "nodebalancers"] => Some(any::<NodeBalancer>),
        [_, "stats"] | [_, "stats", _, _] => Some(one::<Stats<InstanceSeries>>),
        [_, "transfer"] => Some(one::<Transfer>),
        [_, "transfer", _, _] => Some(one::<MonthlyTransfer>),
        [_, "volumes"] => Some(any::<Volume>),
        _ => None,
    }
}

fn regions(rest: &[&str]) -> Option<Model> {
    match rest {
        ["availability"] | [_, "availability"] => Some(any::<RegionAvailability>),
        ["vpc-availability"] | [_, "vpc-availability"] => Some(any::<RegionVpcAvailability>),
        [] | [_] => Some(any::<Region>),
        _ => None,
    }
}

fn images(rest: &[&str]) -> Option<Model> {
    match rest {
        ["upload"] => Some(one::<ImageUpload>),
        ["sharegroups", "tokens"] | ["sharegroups", "tokens", _] => Some(any::<ShareGroupToken>),
        ["sharegroups", "tokens", _, "sharegroup", "images"] => Some(any::<Image>),
        ["sharegroups", "tokens", _, "sharegroup"] => Some(any::<ShareGroup>),
        ["sharegroups", _, "members", ..] => Some(any::<ShareGroupToken>),
        ["sharegroups", _, "images", ..] => Some(any::<Image>),
        ["sharegroups"] | ["sharegroups", _] | [_, "sharegroups"] | [_, _, "sharegroups"] => {
            Some(any::<ShareGroup>)
        }
        [] | [_] | [_, "regions"] | [_, _] | [_, _, "regions"] => Some(any::<Image>),
        _ => None,
    }
}

fn nodebalancers(rest: &[&str]) -> Option<Model> {
    match rest {
        ["types"] => Some(any::<ServiceType>),
        [] | [_] => Some(any::<NodeBalancer>),
        [_, "configs"] | [_, "configs", _] | [_, "configs", _, "rebuild"] => Some(any::<NodeBalancerConfig>),
        [_, "configs", _, "nodes", ..] => Some(any::<NodeBalancerNode>),
        [_, "firewalls", ..] => Some(any::<Firewall>),
        [_, "stats"] => Some(one::<Stats<NodeBalancerSeries>>),
        [_, "vpcs", ..] => Some(any::<NodeBalancerVpc>),
        _ => None,
    }
}

fn networking(rest: &[&str]) -> Option<Model> {
    match rest {
        ["ips" | "ipv4" | "ipv6", "assign" | "share"] => Some(one::<Empty>),
        ["ips", ..] => Some(any::<IpAddress>),
        ["reserved", "ips", "types"] => Some(any::<ServiceType>),
        ["reserved", "ips", ..] => Some(any::<IpAddress>),
        ["ipv6", "ranges" | "pools", ..] => Some(any::<Ipv6Range>),
        ["vlans"] => Some(any::<Vlan>),
        ["firewalls", "settings"] => Some(one::<FirewallSettings>),
        ["firewalls", "templates", ..] => Some(any::<FirewallTemplate>),
        ["firewalls", _, "rules"] => Some(one::<FirewallRules>),
        ["firewalls", _, "devices", ..] => Some(any::<FirewallDevice>),
        ["firewalls"] | ["firewalls", _] => Some(any::<Firewall>),
        _ => None,
    }
}

fn vpcs(rest: &[&str]) -> Option<Model> {
    match rest {
        ["ips"] | [_, "ips" | "ipv6s"] => Some(any::<VpcIp>),
        [] | [_] => Some(any::<Vpc>),
        [_, "subnets", ..] => Some(any::<Subnet>),
        _ => None,
    }
}

/// One thing.
fn one<T: DeserializeOwned + Serialize + Debug>(body: &Value) -> Result<Through, serde_json::Error> {
    let decoded: T = serde_json::from_str(&body.to_string())?;
    Ok(Through { encoded: serde_json::to_value(&decoded)?, shown: format!("{decoded:?}") })
}

/// One thing, a page of such things, or (in a few places) a bare list of them.
fn any<T: DeserializeOwned + Serialize + Debug>(body: &Value) -> Result<Through, serde_json::Error> {
    if body.is_array() {
        one::<Vec<T>>(body)
    } else if body.get("pages").is_some() {
        one::<Page<T>>(body)
    } else {
        one::<T>(body)
    }
}
