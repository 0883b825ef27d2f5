//! A daemon from a configuration.

use std::path::PathBuf;
use std::sync::Arc;
use std::{fmt, io};

use alertmanager_types::client;
use api_transport::service::{Sockets, SocketsError};
use api_transport::{Service, Token, TokenError};
use autoscale_config::{Config, LinodeClientError, MissingSecret, Secret, StoreAt};
use scaler_alertmanager::Alertmanager;
use scaler_core::clock::SystemClock;
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::Installation;
use scaler_core::ports::Clock;
use scaler_core::runtime::{self, BuildError, Scaler};
use scaler_core::state::Cause;
use scaler_linode::{InvalidOwner, OwnerTags};
use scaler_sqlite::{OpenError, SqliteStore};
use secrecy::ExposeSecret;

use crate::local::LeftKey;
use crate::preflight::Preflight;
use crate::scrape::LinodeAddresses;
use crate::{ApiCalls, ApiCredential, Daemon, InvalidCredential};

/// As which the Linode API meets the daemon.
const PROGRAM: &str = concat!("autoscalerd/", env!("CARGO_PKG_VERSION"));

/// Puts a [`Daemon`] together from a configuration: store, Linode client, Alertmanager, clock.
#[must_use = "an assembly does nothing until `build`"]
pub struct Assembly<'c> {
    config: &'c Config,
    clock: Arc<dyn Clock>,
    linode: Option<Arc<dyn Service>>,
    alertmanager: Option<Arc<dyn Service>>,
    seed: Option<u64>,
}

impl fmt::Debug for Assembly<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assembly").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A daemon can't be put together from its configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// A secret is missing.
    #[error(transparent)]
    Secret(#[from] MissingSecret),
    /// Alertmanager's credentials can't be sent.
    #[error("alertmanager.credentials can't be used")]
    Token(#[from] TokenError),
    /// A credential can't be one.
    #[error("{setting} can't be used")]
    Credential {
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        source: InvalidCredential,
    },
    /// The key of this start could not be left beside the store.
    #[error("no key could be written beside {}: let this user write there", path.display())]
    Key {
        /// The store.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// TLS could not be made ready.
    #[error(transparent)]
    Sockets(#[from] SocketsError),
    /// The Linode client could not be made.
    #[error(transparent)]
    Linode(#[from] LinodeClientError),
    /// The owner is not a valid one.
    #[error(transparent)]
    Owner(#[from] InvalidOwner),
    /// Alertmanager can't be asked.
    #[error(transparent)]
    Alertmanager(#[from] client::BuildError),
    /// The store can't be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The configuration names a store that this build does not have.
    #[error("this build has no such store: write store: {{ sqlite: PATH }}")]
    StoreKind,
    /// The groups contradict themselves.
    #[error(transparent)]
    Groups(#[from] BuildError),
    /// The store belongs to another owner, or can't tell; or giving it to another one did not work.
    #[error(transparent)]
    Ownership(#[from] runtime::Error),
}

impl<'c> Assembly<'c> {
    /// From `config`, on the machine's clock and network.
    pub fn new(config: &'c Config) -> Self {
        Self { config, clock: Arc::new(SystemClock), linode: None, alertmanager: None, seed: None }
    }

    /// Goes by another clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reaches the Linode API by another service than the network.
    pub fn linode_service(mut self, service: Arc<dyn Service>) -> Self {
        self.linode = Some(service);
        self
    }

    /// Reaches Alertmanager by another service than the network.
    pub fn alertmanager_service(mut self, service: Arc<dyn Service>) -> Self {
        self.alertmanager = Some(service);
        self
    }

    /// Makes labels foreseeable, for tests and demonstrations.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Opens the store and puts everything together. Nothing is asked of any API yet.
    ///
    /// # Errors
    /// [`AssembleError`]; [`AssembleError::Ownership`] where the store belongs to another owner.
    pub async fn build(self) -> Result<Daemon, AssembleError> {
        let (config, clock) = (self.config, Arc::clone(&self.clock));
        let credential = given(config.daemon.credentials.as_ref(), "daemon.credentials")?;
        let webhook = given(config.daemon.webhook_credentials.as_ref(), "daemon.webhook_credentials")?;
        let Parts { scaler, store, calls, preflight } = self.parts().await?;
        scaler.check_owner().await?;
        let owner_tag = OwnerTags::new(config.owner.as_str())?.owner_tag().to_owned();
        let addresses = LinodeAddresses::new(preflight.linode.clone(), owner_tag);
        let mut daemon = Daemon::builder(scaler)
            .clock(clock)
            .api_calls(calls)
            .preflight(preflight)
            .hosts(&config.daemon.hosts)
            .addresses(addresses);
        let mut credential = credential;
        if let Some(store) = &store {
            let key = LeftKey::make(store.path())
                .map_err(|source| AssembleError::Key { path: store.path().to_owned(), source })?;
            if credential.is_none() {
                let setting = "the key of this start";
                let made = ApiCredential::new(key.key.credential());
                credential = Some(made.map_err(|source| AssembleError::Credential { setting, source })?);
            }
            daemon = daemon.key(key);
        }
        if let Some(credential) = credential {
            daemon = daemon.credential(credential);
        }
        if let Some(credential) = webhook {
            daemon = daemon.webhook_credential(credential);
        }
        if let Some(store) = store {
            daemon = daemon.store(store);
        }
        Ok(daemon.build())
    }

    /// Gives the store to the configuration's `owner`, or to the `account` that the token is of, or to both; no daemon may hold
    /// it. Returns whose it was and whose it is, or would be if it is only to be said.
    ///
    /// # Errors
    /// [`AssembleError`].
    pub async fn rebind(
        self,
        owner: bool,
        account: bool,
        cause: Cause,
        dry_run: bool,
    ) -> Result<(Installation, Installation), AssembleError> {
        let Parts { scaler, store, .. } = self.parts().await?;
        let rebound = scaler.rebind(owner, account, cause, dry_run).await;
        if let Some(store) = store {
            store.close().await;
        }
        Ok(rebound?)
    }

    async fn parts(self) -> Result<Parts, AssembleError> {
        let config = self.config;
        let calls = ApiCalls::default();
        let service = match self.linode {
            Some(service) => service,
            None => config.linode.service()?,
        };
        let linode = config.linode.client(Arc::new(calls.count("linode", service)), PROGRAM)?;
        let groups = config.linode_groups()?;
        let preflight = Preflight { linode: linode.clone(), groups: groups.clone() };
        let mut builder = scaler_linode::builder(linode, config.owner.as_str(), groups)?
            .clock(self.clock)
            .freshness(config.alert_freshness());
        if let Some(source) = alertmanager(config, &calls, self.alertmanager)? {
            builder = builder.alerts(source);
        }
        if let Some(launches) = config.launches_per_hour {
            builder = builder.launches_per_hour(launches);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        let (scaler, store) = match &config.store {
            StoreAt::Memory => (builder.store(InMemoryStore::new()).build()?, None),
            StoreAt::Sqlite(path) => {
                let store = SqliteStore::open(path).await?;
                (builder.store(store.clone()).build()?, Some(store))
            }
            _ => return Err(AssembleError::StoreKind),
        };
        Ok(Parts { scaler, store, calls, preflight })
    }
}

/// What a configuration gives, before it serves.
struct Parts {
    scaler: Scaler,
    store: Option<SqliteStore>,
    calls: ApiCalls,
    preflight: Preflight,
}

fn alertmanager(
    config: &Config,
    calls: &ApiCalls,
    service: Option<Arc<dyn Service>>,
) -> Result<Option<Alertmanager>, AssembleError> {
    let Some(settings) = &config.alertmanager else { return Ok(None) };
    let service = match service {
        Some(service) => service,
        None => Arc::new(Sockets::builder().build()?),
    };
    let mut client =
        Alertmanager::client(&settings.url).service(Arc::new(calls.count("alertmanager", service)));
    if let Some(secret) = &settings.credentials {
        client = client.bearer(Token::new(secret.value()?.expose_secret())?);
    }
    Ok(Some(Alertmanager::new(client.build()?)))
}

fn given(secret: Option<&Secret>, setting: &'static str) -> Result<Option<ApiCredential>, AssembleError> {
    let Some(secret) = secret else { return Ok(None) };
    let credential = ApiCredential::new(secret.value()?.expose_secret());
    credential.map(Some).map_err(|source| AssembleError::Credential { setting, source })
}
