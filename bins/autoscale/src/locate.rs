//! Who acts: a daemon, where there is one, or this process, once it has the store's lock.

use std::env;
use std::path::Path;

use autoscale_api::client::api_transport::is_loopback;
use autoscale_api::client::{Token, Url};
use autoscale_config::{Config, Environment, StoreAt};
use autoscale_daemon::local::{Holder, Key, holder};

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
        refuse_in_the_clear(url, global.insecure)?;
        let credential = credential(lenient.as_ref().ok(), None)?;
        return Ok(Box::new(Daemon::new(url.clone(), credential.as_ref())?));
    }
    let config = lenient?;
    let StoreAt::Sqlite(path) = &config.store else {
        let why = "the configuration's store is memory, which ends with its process: name a running daemon by --daemon, or write store: { sqlite: PATH }";
        return Err(Failure::new(Exit::Usage, why));
    };
    match holder(path).await? {
        Holder::Daemon { address, key } => {
            Ok(Box::new(Daemon::new(address, credential(Some(&config), Some(&key))?.as_ref())?))
        }
        Holder::Nobody => {
            let config = Config::load(&global.config)?;
            Ok(Box::new(Local::new(assemble::daemon(&config).await?)))
        }
    }
}

/// What is sent to another machine without TLS can be read and changed on its way, the credential too.
fn refuse_in_the_clear(url: &Url, insecure: bool) -> Result<(), Failure> {
    if url.scheme() == "https" || is_loopback(url) || insecure {
        return Ok(());
    }
    let why = format!(
        "{url} is another machine and plain http, on which whoever is between reads the credential: use https, or say --insecure"
    );
    Err(Failure::new(Exit::Usage, why))
}

/// What the daemon wants to see: from the environment, from the configuration, or the key beside the store for a daemon
/// that has none configured. Where there is none the daemon says that it wants one.
fn credential(config: Option<&Config>, key: Option<&Key>) -> Result<Option<Token>, Failure> {
    if env::var_os(CREDENTIAL).is_some_and(|value| !value.is_empty()) {
        return Token::from_env(CREDENTIAL).map(Some).map_err(|error| Failure::new(Exit::Usage, error));
    }
    if let Some(secret) = config.and_then(|config| config.daemon.credentials.as_ref()) {
        return secret.value().is_ok().then(|| assemble::token(secret)).transpose();
    }
    Ok(key.and_then(|key| Token::new(key.credential()).ok()))
}
