//! Why a client could not be built.

use std::error::Error as StdError;

use api_transport::TokenError;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The token is missing or cannot stand in a header.
    #[error(transparent)]
    Token(Box<dyn StdError + Send + Sync>),
    /// The address is not one of an API.
    #[error(
        "{given:?} is not a valid address of an API: give scheme and host, such as https://api.linode.com"
    )]
    Address {
        /// What was given.
        given: String,
    },
    /// The version is not one of the API.
    #[error("{given:?} is not a valid version of the API: give v4 or v4beta")]
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
    /// The service over the network could not be made, such as for a CA file that cannot be read.
    #[error(transparent)]
    Network(Box<dyn StdError + Send + Sync>),
    /// Without the feature `rustls` the crate has no service over the network.
    #[error("there is no service: give one with ClientBuilder::service, or build with the feature rustls")]
    NoService,
}

impl BuildError {
    pub(super) fn token(error: TokenError) -> Self {
        Self::Token(Box::new(error))
    }
}
