//! Why a daemon can't serve.

use std::io;
use std::net::SocketAddr;

/// A daemon could not begin to serve, or had to end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Whoever reaches the address could change the groups, or send alerts that do.
    #[error(
        "{address} can be reached from elsewhere and there is no {missing}: set it, or listen on 127.0.0.1"
    )]
    Exposed {
        /// The address.
        address: SocketAddr,
        /// What is missing, by the name of the setting.
        missing: &'static str,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: free it, or choose another one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The address could not be written beside the store, so that nobody would find the daemon.
    #[error(
        "the address could not be written beside the store: this user must be able to write its directory"
    )]
    Address(#[source] io::Error),
    /// The server broke off.
    #[error("the HTTP server broke off")]
    Server(#[source] io::Error),
    /// No group can go on: each was taken over by another process.
    #[error("no group can go on: end the other process that acts for them, then start again")]
    Ended(#[source] scaler_core::runtime::Error),
}
