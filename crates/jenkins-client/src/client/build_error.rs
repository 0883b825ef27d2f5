use api_transport::TokenError;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address.
    #[error(
        "{given:?} is not a valid address of Jenkins: give scheme, host and context path, such as https://ci.example/jenkins"
    )]
    Address {
        /// What was given, without credentials.
        given: String,
    },
    /// The user's name, token or password.
    #[error("the credentials cannot be used")]
    Credentials {
        /// Why.
        #[source]
        source: TokenError,
    },
    /// A variable of the environment is missing.
    #[error("the environment variable {name} is not set: {advice}")]
    NotSet {
        /// The variable.
        name: &'static str,
        /// What it should be.
        advice: &'static str,
    },
    /// The user agent cannot stand in a header.
    #[error("{given:?} is not a valid user agent: use visible ASCII characters")]
    UserAgent {
        /// What was given.
        given: String,
    },
    /// The connection to the network could not be made ready.
    #[cfg(feature = "rustls")]
    #[error("the connection to the network cannot be made ready")]
    Sockets {
        /// Why.
        #[source]
        source: api_transport::service::SocketsError,
    },
    /// Without the feature `rustls` there is no service over the network.
    #[error("there is no service: give one with ClientBuilder::service, or build with the feature rustls")]
    NoService,
}
