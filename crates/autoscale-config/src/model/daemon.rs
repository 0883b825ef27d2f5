//! What the program itself reaches and serves.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::Secret;

/// How the Linode API is reached: as the file says, else as the environment does, by the names of the official tools.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinodeAccess {
    /// The API token. Default: the environment variable `LINODE_TOKEN`.
    pub token: Secret,
    /// The API's address, where it is not the public one. Default: the environment variable `LINODE_URL`.
    pub url: Option<Url>,
    /// `v4` or `v4beta`, where it is not the client's default. Default: the environment variable `LINODE_API_VERSION`.
    pub api_version: Option<String>,
    /// A file with the PEM certificates that the API's own is checked against, in place of the system's. Default: the
    /// environment variable `LINODE_CA`; in either place a relative path starts at the configuration's folder.
    pub ca: Option<PathBuf>,
}

/// Where Alertmanager is asked for its alerts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AlertmanagerAccess {
    /// Its address, without `/api/v2`.
    pub url: Url,
    /// How often it is asked. Default 15 s.
    pub poll: Duration,
    /// The bearer token that it wants, if any.
    pub credentials: Option<Secret>,
}

/// Where the daemon listens, and what its callers have to show.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DaemonSettings {
    /// Default `127.0.0.1:9480`. Any other than a loopback address needs both credentials.
    pub listen: SocketAddr,
    /// The bearer token of calls that change something.
    pub credentials: Option<Secret>,
    /// The bearer token of the webhook.
    pub webhook_credentials: Option<Secret>,
    /// Names under which it is called without a credential, beside addresses and `localhost`; lower case, without a port.
    pub hosts: Vec<String>,
}

/// Where the daemon keeps its log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreAt {
    /// A SQLite file. Default `autoscale.db` beside the configuration.
    Sqlite(PathBuf),
    /// In memory, gone with the process: for tests.
    Memory,
}
