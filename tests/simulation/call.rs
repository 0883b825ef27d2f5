//! What a request to the Linode API asks for, as far as scaling goes.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

/// A request in the words of the invariants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// All instances, or those with a label.
    List {
        by_label: bool,
    },
    /// The nodes of a config.
    Nodes {
        config: u64,
    },
    /// One instance.
    Get {
        instance: u64,
    },
    /// Anything else that changes nothing.
    Read(String),
    Create {
        label: String,
    },
    Delete {
        instance: u64,
    },
    Register {
        config: u64,
        label: String,
        address: String,
    },
    SetMode {
        config: u64,
        node: u64,
        mode: String,
    },
    Deregister {
        config: u64,
        node: u64,
    },
    /// Anything else.
    Other(String),
}

impl Call {
    pub fn of(request: &http::Request<Bytes>) -> Self {
        let path = request.uri().path().trim_start_matches("/v4beta").trim_start_matches("/v4");
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let number = |text: &str| text.parse().unwrap_or(0);
        let by_label = request
            .headers()
            .get("x-filter")
            .and_then(|filter| filter.to_str().ok())
            .is_some_and(|filter| filter.contains("\"label\""));
        match (request.method().as_str(), parts.as_slice()) {
            ("GET", ["linode", "instances"]) => Self::List { by_label },
            ("GET", ["linode", "instances", id]) => Self::Get { instance: number(id) },
            ("GET", ["nodebalancers", _, "configs", config, "nodes"]) => {
                Self::Nodes { config: number(config) }
            }
            ("GET", _) => Self::Read(path.to_owned()),
            ("POST", ["linode", "instances"]) => Self::Create { label: text("label") },
            ("DELETE", ["linode", "instances", id]) => Self::Delete { instance: number(id) },
            ("POST", ["nodebalancers", _, "configs", config, "nodes"]) => Self::Register {
                config: number(config),
                label: text("label"),
                address: text("address")
                    .rsplit_once(':')
                    .map_or_else(String::new, |(host, _)| host.to_owned()),
            },
            ("PUT", ["nodebalancers", _, "configs", config, "nodes", node]) => {
                Self::SetMode { config: number(config), node: number(node), mode: text("mode") }
            }
            ("DELETE", ["nodebalancers", _, "configs", config, "nodes", node]) => {
                Self::Deregister { config: number(config), node: number(node) }
            }
            (method, _) => Self::Other(format!("{method} {path}")),
        }
    }

    pub const fn changes(&self) -> bool {
        !matches!(self, Self::List { .. } | Self::Nodes { .. } | Self::Get { .. } | Self::Read(_))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List { by_label: false } => f.write_str("list instances"),
            Self::List { by_label: true } => f.write_str("find by label"),
            Self::Nodes { config } => write!(f, "list nodes of {config}"),
            Self::Get { instance } => write!(f, "get instance {instance}"),
            Self::Read(path) => write!(f, "get {path}"),
            Self::Create { label } => write!(f, "create {label}"),
            Self::Delete { instance } => write!(f, "delete instance {instance}"),
            Self::Register { label, address, .. } => write!(f, "register {label} at {address}"),
            Self::SetMode { node, mode, .. } => write!(f, "set node {node} to {mode}"),
            Self::Deregister { node, .. } => write!(f, "deregister node {node}"),
            Self::Other(what) => f.write_str(what),
        }
    }
}
