use std::env;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// A bearer token. It is never printed: its `Debug` hides it, the header made of it is marked sensitive, and its memory
/// is overwritten when it goes.
#[derive(Debug, Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token as it is, but for white space around it (files end in a newline).
    ///
    /// # Errors
    /// When it is empty, or cannot stand in a header.
    pub fn new(token: impl Into<String>) -> Result<Self, TokenError> {
        let token = SecretString::from(token.into().trim());
        if token.expose_secret().is_empty() {
            return Err(TokenError::Empty);
        }
        if HeaderValue::from_str(token.expose_secret()).is_err() {
            return Err(TokenError::Unprintable);
        }
        Ok(Self(token))
    }

    /// Reads the token from the environment variable `name`.
    ///
    /// # Errors
    /// When the variable is not set, empty, or holds what cannot be a token.
    pub fn from_env(name: &str) -> Result<Self, TokenError> {
        match env::var(name) {
            Ok(token) => Self::new(token),
            Err(env::VarError::NotPresent) => Err(TokenError::NotSet { name: name.to_owned() }),
            Err(env::VarError::NotUnicode(_)) => Err(TokenError::Unprintable),
        }
    }

    /// `Bearer TOKEN`, marked sensitive.
    ///
    /// # Errors
    /// Never for a token that [`Token::new`] took.
    pub fn bearer(&self) -> Result<HeaderValue, TokenError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0.expose_secret()))
            .map_err(|_| TokenError::Unprintable)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A user's name and password, or API token, for basic authentication. It is never printed: the header made of it is marked
/// sensitive.
///
/// ```
/// use api_transport::Basic;
///
/// let basic = Basic::new("ci", "hush")?;
/// assert_eq!(basic.header().to_str()?, "Basic Y2k6aHVzaA==");
/// assert!(!format!("{basic:?}").contains("Y2k6"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Basic(HeaderValue);

impl Basic {
    /// Takes a user's name and a password, which may be empty.
    ///
    /// # Errors
    /// When the name contains a colon, which would end it, or one of them a control character.
    pub fn new(user: &str, password: &str) -> Result<Self, TokenError> {
        if user.contains(':') {
            return Err(TokenError::Colon);
        }
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err(TokenError::Unprintable);
        }
        let pair = STANDARD.encode(format!("{user}:{password}"));
        let mut value =
            HeaderValue::try_from(format!("Basic {pair}")).map_err(|_| TokenError::Unprintable)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// `Basic …`, marked sensitive.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// Why something is not a valid token, user name or password. The text never contains it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set: set it to a token")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// There is nothing but white space.
    #[error("the token is empty")]
    Empty,
    /// A control character, or in a token a character outside ASCII.
    #[error("the credentials contain a character that cannot stand in a header: check how they were copied")]
    Unprintable,
    /// A colon in a user's name.
    #[error(
        "the user name contains a colon, which basic authentication cannot carry: use a name without one"
    )]
    Colon,
}
