//! Why a client could not be built.

use api_transport::TokenError;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The address is none.
    #[error("{given:?} is no address of an API: give scheme and host, such as https://api.linode.com")]
    Address {
        /// What was given.
        given: String,
    },
    /// The version is none.
    #[error("{given:?} is no version of the API: give v4 or v4beta")]
    Version {
        /// What was given.
        given: String,
    },
    /// The user agent cannot stand in a header.
    #[error("the user agent {given:?} cannot stand in a header: use visible ASCII letters")]
    UserAgent {
        /// What was given.
        given: String,
    },
    /// The connection to the network could not be made ready.
    #[cfg(feature = "rustls")]
    #[error(transparent)]
    Sockets(#[from] api_transport::service::SocketsError),
    /// Without the feature `rustls` there is no service of our own.
    #[error("there is no service: give one with ClientBuilder::service, or build with the feature rustls")]
    NoService,
}
