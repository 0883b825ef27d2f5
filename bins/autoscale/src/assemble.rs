//! From the configuration to what acts.

use autoscale_api::client::Token;
use autoscale_config::{Config, Secret};
use autoscale_daemon::{AssembleError, Assembly};
use linode_api::Client;
use secrecy::ExposeSecret as _;

use crate::exit::{Exit, Failure};

fn usage(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::new(Exit::Usage, error)
}

/// The value of a secret as a token.
pub(crate) fn token(secret: &Secret) -> Result<Token, Failure> {
    let value = secret.value().map_err(usage)?;
    Token::new(value.expose_secret()).map_err(|error| usage(format!("{}: {error}", secret.source())))
}

/// A client of the Linode API, to look before anything is started.
pub(crate) fn linode(config: &Config) -> Result<Client, Failure> {
    let access = &config.linode;
    let program = concat!("autoscale/", env!("CARGO_PKG_VERSION"));
    access.service().and_then(|service| access.client(service, program)).map_err(usage)
}

/// What a daemon would be, in this process: it takes the store's lock, serves nobody, and acts while a command waits.
pub(crate) async fn daemon(config: &Config) -> Result<autoscale_daemon::Daemon, Failure> {
    Assembly::new(config).build().await.map_err(not_assembled)
}

/// Why nothing could be put together.
pub(crate) fn not_assembled(error: AssembleError) -> Failure {
    match error {
        AssembleError::Store(error) => error.into(),
        AssembleError::Ownership(error) => error.into(),
        error @ AssembleError::Key { .. } => Failure::new(Exit::Failed, error),
        error => usage(error),
    }
}
