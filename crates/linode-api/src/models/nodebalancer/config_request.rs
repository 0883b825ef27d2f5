//! The requests that create, change and rebuild configs.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Algorithm, Check, CipherSuite, CreateNodeBalancerNode, Protocol, ProxyProtocol, Stickiness};
use crate::models::{Extra, secret};

/// What `POST /nodebalancers/{id}/configs` and `POST …/configs/{id}/rebuild` take. A rebuild replaces the
/// config and all its nodes at once.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateNodeBalancerConfig {
    /// Its settings, with the port.
    #[serde(flatten)]
    pub settings: NodeBalancerConfigSettings,
    /// Its nodes. Of a rebuild they are all its nodes: one with an id is kept, one without is new, one that
    /// is absent goes.
    pub nodes: Option<Vec<CreateNodeBalancerNode>>,
}

impl CreateNodeBalancerConfig {
    /// A config for this port; the rest is the API's choice.
    #[must_use]
    pub fn new(port: u16) -> Self {
        Self { settings: NodeBalancerConfigSettings::new().port(port), nodes: None }
    }

    /// Sets what `change` sets.
    ///
    /// ```
    /// use linode_api::models::{Check, CreateNodeBalancerConfig};
    ///
    /// let create = CreateNodeBalancerConfig::new(80).with(|settings| settings.check(Check::Connection));
    /// assert_eq!(serde_json::to_string(&create)?, r#"{"port":80,"check":"connection"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with(
        mut self,
        change: impl FnOnce(NodeBalancerConfigSettings) -> NodeBalancerConfigSettings,
    ) -> Self {
        self.settings = change(self.settings);
        self
    }

    /// Sets its nodes.
    #[must_use]
    pub fn nodes(mut self, nodes: Vec<CreateNodeBalancerNode>) -> Self {
        self.nodes = Some(nodes);
        self
    }
}

/// The settings of a config: what `PUT /nodebalancers/{id}/configs/{id}` takes. What is left out stays, or is the API's choice in
/// a config that is created.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeBalancerConfigSettings {
    /// The port, 1 to 65534.
    pub port: Option<u16>,
    /// What it speaks.
    pub protocol: Option<Protocol>,
    /// Whether nodes are told the client's address; TCP only.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// How it chooses a node.
    pub algorithm: Option<Algorithm>,
    /// How a client keeps its node.
    pub stickiness: Option<Stickiness>,
    /// How nodes are checked; the API's default is not at all.
    pub check: Option<Check>,
    /// Seconds between checks, 2 to 3600.
    pub check_interval: Option<u32>,
    /// Seconds that a check may take, 1 to 30 and less than the interval.
    pub check_timeout: Option<u32>,
    /// How many checks in a row must fail for a node to be down, 1 to 30.
    pub check_attempts: Option<u32>,
    /// The path that HTTP checks ask for.
    pub check_path: Option<String>,
    /// What the body of an HTTP check must contain.
    pub check_body: Option<String>,
    /// Whether one failed request takes a node out.
    pub check_passive: Option<bool>,
    /// Which ciphers it offers.
    pub cipher_suite: Option<CipherSuite>,
    /// The certificate with its chain, in PEM; HTTPS only.
    pub ssl_cert: Option<String>,
    /// The certificate's key, in PEM without a passphrase.
    #[serde(default, serialize_with = "secret::option")]
    pub ssl_key: Option<SecretString>,
    /// The port that checks of UDP nodes use.
    pub udp_check_port: Option<u16>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl NodeBalancerConfigSettings {
    /// No setting.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets what it speaks.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Says whether nodes are told the client's address.
    #[must_use]
    pub fn proxy_protocol(mut self, proxy_protocol: ProxyProtocol) -> Self {
        self.proxy_protocol = Some(proxy_protocol);
        self
    }

    /// Sets how it chooses a node.
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Sets how a client keeps its node.
    #[must_use]
    pub fn stickiness(mut self, stickiness: Stickiness) -> Self {
        self.stickiness = Some(stickiness);
        self
    }

    /// Sets how nodes are checked.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// Sets the seconds between checks.
    #[must_use]
    pub fn check_interval(mut self, check_interval: u32) -> Self {
        self.check_interval = Some(check_interval);
        self
    }

    /// Sets the seconds that a check may take.
    #[must_use]
    pub fn check_timeout(mut self, check_timeout: u32) -> Self {
        self.check_timeout = Some(check_timeout);
        self
    }

    /// Sets how many checks must fail.
    #[must_use]
    pub fn check_attempts(mut self, check_attempts: u32) -> Self {
        self.check_attempts = Some(check_attempts);
        self
    }

    /// Sets the path that HTTP checks ask for.
    #[must_use]
    pub fn check_path(mut self, check_path: impl Into<String>) -> Self {
        self.check_path = Some(check_path.into());
        self
    }

    /// Sets what the body of an HTTP check must contain.
    #[must_use]
    pub fn check_body(mut self, check_body: impl Into<String>) -> Self {
        self.check_body = Some(check_body.into());
        self
    }

    /// Says whether one failed request takes a node out.
    #[must_use]
    pub fn check_passive(mut self, check_passive: bool) -> Self {
        self.check_passive = Some(check_passive);
        self
    }

    /// Sets which ciphers it offers.
    #[must_use]
    pub fn cipher_suite(mut self, cipher_suite: CipherSuite) -> Self {
        self.cipher_suite = Some(cipher_suite);
        self
    }

    /// Sets the certificate.
    #[must_use]
    pub fn ssl_cert(mut self, ssl_cert: impl Into<String>) -> Self {
        self.ssl_cert = Some(ssl_cert.into());
        self
    }

    /// Sets the certificate's key.
    #[must_use]
    pub fn ssl_key(mut self, ssl_key: SecretString) -> Self {
        self.ssl_key = Some(ssl_key);
        self
    }

    /// Sets the port that checks of UDP nodes use.
    #[must_use]
    pub fn udp_check_port(mut self, udp_check_port: u16) -> Self {
        self.udp_check_port = Some(udp_check_port);
        self
    }
}
