//! Who acts: a daemon, where there is one, or this process, once it has the store's lock.

use std::env;
use std::path::Path;

use autoscale_api::client::{Token, address_of};
use autoscale_config::{Config, Environment, StoreAt};
use autoscale_daemon::local::read_token;
use scaler_sqlite::read_address;

use crate::args::GlobalArgs;
use crate::assemble;
use crate::backend::{Backend, Daemon, Local};
use crate::exit::{Exit, Failure};

/// The variable that holds the daemon's credential.
const CREDENTIAL: &str = "AUTOSCALE_CREDENTIAL";

/// Finds the daemon, or takes the store's lock.
pub(crate) async fn backend(global: &GlobalArgs) -> Result<Box<dyn Backend>, Failure> {
    let base = global.config.parent().unwrap_or_else(|| Path::new(""));
    // A daemon has the secrets; whoever speaks to it needs none but its credential.
    let lenient = Config::load_in(&global.config, &Environment::new(base).lenient());
    if let Some(url) = &global.daemon {
        let credential = credential(lenient.as_ref().ok(), None)?;
        return Ok(Box::new(Daemon::new(url.clone(), credential.as_ref())?));
    }
    let config = lenient?;
    let StoreAt::Sqlite(path) = &config.store else {
        let why = "the configuration's store is memory, which ends with its process: name a running daemon by --daemon, or write store: { sqlite: PATH }";
        return Err(Failure::new(Exit::Usage, why));
    };
    let left = read_address(path).map_err(|error| {
        Failure::new(Exit::Failed, format!("reading the address beside {}: {error}", path.display()))
    })?;
    if let Some(url) = left.as_deref().and_then(address_of) {
        let daemon = Daemon::new(url, credential(Some(&config), Some(path))?.as_ref())?;
        // One that was killed left its address behind, and another program may be there now: the lock tells.
        if daemon.is_there().await {
            return Ok(Box::new(daemon));
        }
    }
    let config = Config::load(&global.config)?;
    Ok(Box::new(Local::new(assemble::daemon(&config).await?)))
}

/// What the daemon wants to see: from the environment, from the configuration, or left beside the store by a daemon
/// that has none configured. Where there is none the daemon says that it wants one.
fn credential(config: Option<&Config>, store: Option<&Path>) -> Result<Option<Token>, Failure> {
    if env::var_os(CREDENTIAL).is_some_and(|value| !value.is_empty()) {
        return Token::from_env(CREDENTIAL).map(Some).map_err(|error| Failure::new(Exit::Usage, error));
    }
    if let Some(secret) = config.and_then(|config| config.daemon.credentials.as_ref()) {
        return secret.value().is_ok().then(|| assemble::token(secret)).transpose();
    }
    let left = store.and_then(|store| read_token(store).ok().flatten());
    Ok(left.and_then(|token| Token::new(token).ok()))
}
