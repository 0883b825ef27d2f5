//! Which requests a fault is for.

use api_sim::glob;

use super::Target;

/// What a fault is matched against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Without the version, such as `/linode/instances/123`.
    pub(crate) path: &'a str,
    pub(crate) collection: bool,
}

impl Target {
    /// Whether a request is meant.
    pub(crate) fn matches(&self, request: Request<'_>) -> bool {
        let Request { method, path, collection } = request;
        match self {
            Self::Any => true,
            Self::Create => method == "POST" && path == "/linode/instances",
            Self::Delete => {
                method == "DELETE" && glob("/linode/instances/*", path) && path.matches('/').count() == 3
            }
            Self::List => method == "GET" && collection,
            Self::Instances => method == "GET" && path == "/linode/instances",
            Self::Nodes => glob("/nodebalancers/*/configs/*/nodes*", path),
            Self::Balancers => path.starts_with("/nodebalancers"),
            Self::Events => method == "GET" && path == "/account/events",
            Self::Request(pattern) => pattern.matches(method, path),
            Self::Boot | Self::Health | Self::Mode => false,
        }
    }
}
