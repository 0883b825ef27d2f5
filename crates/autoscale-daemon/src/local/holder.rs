//! Who holds a store: nobody, or a daemon that proves it.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

use autoscale_api::client::{BuildError, Client, Error, Url, address_of};
use scaler_sqlite::{OpenError, check_free};
use tokio::time::timeout;

use super::{Key, random_text};

/// A daemon that has not proved itself within this does not answer.
const PROVES_WITHIN: Duration = Duration::from_secs(10);

/// Who holds a store.
#[derive(Debug)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// A daemon, which answers at the address and has proved that it knows the key.
    Daemon {
        /// Where it answers.
        address: Url,
        /// The key beside the store.
        key: Key,
    },
}

/// Somebody holds a store, and it is not certain who.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoHolder {
    /// It is held, and no address stands beside it; or that could not be seen.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Whoever answers at the address beside the store did not prove to be its holder.
    #[error(
        "whoever answers at {address} has not proved to be the daemon that holds {}: {why}; if you know that it is, name it by --daemon {address}",
        store.display()
    )]
    Unproved {
        /// The address.
        address: String,
        /// The store.
        store: PathBuf,
        /// What is missing.
        why: Unproved,
    },
    /// Nobody answers at the address beside the store.
    #[error("the daemon at {address} holds {} and does not answer: it is stopped, or has too much to do", store.display())]
    Silent {
        /// The address.
        address: String,
        /// The store.
        store: PathBuf,
    },
    /// What answers refused, or broke off.
    #[error(transparent)]
    Call(#[from] Error),
    /// The connection to the network could not be made ready.
    #[error(transparent)]
    Sockets(#[from] BuildError),
    /// The system gives no random bytes.
    #[error("reading /dev/urandom: there is no challenge without it")]
    Random(#[source] io::Error),
}

/// What a proof lacks.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unproved {
    /// The address can't be one.
    NotAnAddress,
    /// No key is beside the store.
    NoKey,
    /// The key can't be read by this user.
    Unreadable(io::Error),
    /// The answer was made without the key.
    WrongAnswer,
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress => f.write_str("that is not an address"),
            Self::NoKey => f.write_str("no key is beside the store"),
            Self::Unreadable(error) => {
                write!(
                    f,
                    "its key beside the store can't be read ({error}), which only the daemon's user may"
                )
            }
            Self::WrongAnswer => {
                f.write_str("its answer to a challenge is not made with the key beside the store")
            }
        }
    }
}

/// Finds who holds the store at `path`. The address beside it says nothing by itself: a daemon that was killed left it
/// behind, and another program may be there now. Nothing secret is sent.
///
/// # Errors
/// [`NoHolder`].
pub async fn holder(path: &Path) -> Result<Holder, NoHolder> {
    let (address, store) = match check_free(path) {
        Ok(()) => return Ok(Holder::Nobody),
        Err(OpenError::Locked { address: Some(address), path, .. }) => (address, path),
        Err(error) => return Err(error.into()),
    };
    let unproved = |why| NoHolder::Unproved { address: address.clone(), store: store.clone(), why };
    let url = address_of(&address).ok_or_else(|| unproved(Unproved::NotAnAddress))?;
    let key = match Key::read(&store) {
        Ok(Some(key)) => key,
        Ok(None) => return Err(unproved(Unproved::NoKey)),
        Err(error) => return Err(unproved(Unproved::Unreadable(error))),
    };
    let challenge = random_text().map_err(NoHolder::Random)?;
    let stranger = Client::new(url.clone(), None)?;
    let Ok(answer) = timeout(PROVES_WITHIN, stranger.proof(&challenge)).await else {
        return Err(NoHolder::Silent { address, store });
    };
    if key.is_proved(&address, &challenge, &answer?.proof) {
        Ok(Holder::Daemon { address: url, key })
    } else {
        Err(unproved(Unproved::WrongAnswer))
    }
}
