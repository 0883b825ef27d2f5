//! Configs: what a NodeBalancer does on one port.

use serde::{Deserialize, Serialize};

use crate::models::{Extra, NodeBalancerConfigId, NodeBalancerId};

open_enum! {
    /// What a config speaks.
    pub enum Protocol {
        /// HTTP.
        Http = "http",
        /// HTTP over TLS, which ends at the NodeBalancer.
        Https = "https",
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }

    /// Whether nodes of a TCP config are told the client's address by the PROXY protocol.
    pub enum ProxyProtocol {
        /// They are not.
        None = "none",
        /// In version 1.
        V1 = "v1",
        /// In version 2.
        V2 = "v2",
    }

    /// How a config chooses a node.
    pub enum Algorithm {
        /// In turn.
        RoundRobin = "roundrobin",
        /// The one with the fewest connections.
        LeastConnections = "leastconn",
        /// By the client's address.
        Source = "source",
        /// By a consistent hash of the session; UDP only.
        RingHash = "ring_hash",
    }

    /// How a client keeps its node.
    pub enum Stickiness {
        /// It does not.
        None = "none",
        /// By a table of addresses, whose entries last 30 minutes.
        Table = "table",
        /// By a cookie, which lasts as long as the browser.
        HttpCookie = "http_cookie",
        /// By the session; UDP only.
        Session = "session",
        /// By the client's address; UDP only.
        SourceIp = "source_ip",
    }

    /// How nodes are checked.
    pub enum Check {
        /// Not at all: every node counts as up.
        None = "none",
        /// By a connection.
        Connection = "connection",
        /// By a request, whose status must be 2xx or 3xx.
        Http = "http",
        /// By a request, whose body must match.
        HttpBody = "http_body",
    }

    /// Which ciphers an HTTPS config offers.
    pub enum CipherSuite {
        /// Those that are recommended.
        Recommended = "recommended",
        /// Old ones too.
        Legacy = "legacy",
        /// None: it is not an HTTPS config.
        None = "none",
    }
}

/// What a NodeBalancer does on one port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerConfig {
    /// Its id.
    pub id: NodeBalancerConfigId,
    /// The port, 1 to 65534.
    pub port: u16,
    /// What it speaks.
    pub protocol: Protocol,
    /// How it chooses a node.
    pub algorithm: Algorithm,
    /// How a client keeps its node.
    pub stickiness: Stickiness,
    /// How nodes are checked.
    pub check: Check,
    /// Seconds between checks.
    pub check_interval: u32,
    /// Seconds that a check may take.
    pub check_timeout: u32,
    /// How many checks in a row must fail for a node to be down.
    pub check_attempts: u32,
    /// The path that HTTP checks ask for.
    pub check_path: Option<String>,
    /// What the body of an HTTP check must contain.
    pub check_body: Option<String>,
    /// Whether one failed request (5xx, time-out, refusal) takes a node out.
    pub check_passive: bool,
    /// Whether nodes are told the client's address by the PROXY protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Which ciphers it offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<CipherSuite>,
    /// The NodeBalancer that it belongs to.
    pub nodebalancer_id: NodeBalancerId,
    /// The name in its certificate.
    pub ssl_commonname: Option<String>,
    /// The fingerprint of its certificate.
    pub ssl_fingerprint: Option<String>,
    /// Null, or `<REDACTED>` when a certificate is set: it is never shown.
    pub ssl_cert: Option<String>,
    /// Null, or `<REDACTED>` when a key is set: it is never shown.
    pub ssl_key: Option<String>,
    /// How many nodes are up and down.
    pub nodes_status: NodesStatus,
    /// The port that checks of UDP nodes use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udp_check_port: Option<u16>,
    /// Seconds that an idle session of UDP lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udp_session_timeout: Option<u32>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How many nodes of a config are up and down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodesStatus {
    /// Up.
    pub up: u64,
    /// Down.
    pub down: u64,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
