//! What a NodeBalancer config should do: plain values, as the forwarder takes them.

use std::net::SocketAddr;
use std::time::Duration;

/// One config of one NodeBalancer with its nodes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConfigSpec {
    pub(crate) id: u64,
    pub(crate) listen: SocketAddr,
    pub(crate) protocol: Protocol,
    pub(crate) algorithm: Algorithm,
    pub(crate) stickiness: Stickiness,
    /// How long an entry of the stickiness table lasts.
    pub(crate) sticky_for: Duration,
    pub(crate) check: CheckSpec,
    /// A failed request takes its node out until the next check.
    pub(crate) passive: bool,
    pub(crate) nodes: Vec<NodeSpec>,
}

/// What passes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Request by request.
    Http,
    /// Connection by connection.
    Tcp,
}

/// How the next node is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    RoundRobin,
    LeastConn,
    Source,
}

/// What makes a client come back to its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stickiness {
    None,
    Table,
    HttpCookie,
}

/// How a node shows that it is well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckSpec {
    pub(crate) kind: CheckKind,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    /// Failures in a row that make a node DOWN.
    pub(crate) attempts: u32,
    pub(crate) path: String,
    /// Text that the answer must contain (`http_body` only).
    pub(crate) body: String,
}

/// What a check asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckKind {
    None,
    Connection,
    Http,
    HttpBody,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodeSpec {
    pub(crate) id: u64,
    /// Where its instance really is; none when no instance has the node's address.
    pub(crate) target: Option<SocketAddr>,
    pub(crate) weight: u32,
    /// The mode in effect, which follows the one that was set with a delay.
    pub(crate) mode: Mode,
}

/// What a node may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Accept,
    /// New connections only from clients that stick to it.
    Drain,
    /// Nothing new, no checks; open connections stay.
    Reject,
    /// Only while no other node can.
    Backup,
}
