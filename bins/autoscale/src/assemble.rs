//! From the configuration to what acts: the clients and the scaler.

use config::{Config, Secret};
use linode_api::{Linode, Token};
use scaler::{
    adapter::{
        alertmanager::Alertmanager,
        clock::SystemClock,
        linode::{LinodeBalancers, LinodeCompute, Marks},
        sqlite::SqliteStore,
    },
    workflow::Scaler,
};
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

/// The client of the Linode API. The environment's `LINODE_URL`, `LINODE_API_VERSION` and `LINODE_CA` count where the
/// configuration does not say.
pub(crate) fn linode(config: &Config) -> Result<Linode, Failure> {
    let access = &config.linode;
    let mut builder = Linode::builder(token(&access.token)?)
        .environment()
        .user_agent(concat!("autoscale/", env!("CARGO_PKG_VERSION")));
    if let Some(url) = &access.url {
        builder = builder.address(url.as_str());
    }
    if let Some(version) = &access.api_version {
        builder = builder.version(version);
    }
    if let Some(ca) = &access.ca {
        builder = builder.ca_file(ca);
    }
    builder.build().map_err(usage)
}

/// A scaler of the configured groups over `store`.
pub(crate) fn scaler(config: &Config, store: SqliteStore) -> Result<Scaler, Failure> {
    let linode = linode(config)?;
    let groups = config.linode_groups().map_err(usage)?;
    let marks = Marks::new(config.owner.as_str()).map_err(usage)?;
    let mut builder = Scaler::builder()
        .balancer(LinodeBalancers::new(linode.clone(), &groups))
        .compute(LinodeCompute::new(linode, marks, groups))
        .store(store)
        .clock(SystemClock)
        .hearing(config.hearing())
        .groups(config.core_groups());
    if let Some(alertmanager) = &config.alertmanager {
        let mut source = Alertmanager::builder(alertmanager.url.clone());
        if let Some(credentials) = &alertmanager.credentials {
            source = source.bearer(&token(credentials)?).map_err(usage)?;
        }
        builder = builder.alerts(source.build().map_err(usage)?);
    }
    builder.build().map_err(usage)
}
