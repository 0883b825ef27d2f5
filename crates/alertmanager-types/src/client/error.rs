use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use api_transport::http::StatusCode;
use api_transport::{RequestFailure, Stage, Url};

use crate::api::ErrorBody;

/// A call that failed for good: what was attempted, what came back, what to do.
///
/// Its `Display` is one line and never repeats its source; the chain does.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    said: Option<ErrorBody>,
    failure: RequestFailure,
    address: Url,
}

/// What kind of failure a call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be built; nothing was sent.
    Request,
    /// No connection could be made; surely not taken.
    Connect,
    /// The connection broke or the time ran out after something was sent; may have been taken.
    Lost,
    /// The server agreed, and its answer is not Alertmanager's; it was taken.
    Decode,
    /// 400 or 422: Alertmanager does not accept what was asked.
    Invalid,
    /// 401 or 403: the credentials are missing, wrong or not allowed to do this.
    Credentials,
    /// 404 in Alertmanager's own words: the silence does not exist.
    NotFound,
    /// A redirect, 405, or a 404 in other words: there is no API v2 at this address.
    Address,
    /// 429: too many requests, as a proxy says it.
    RateLimited,
    /// 408 or 5xx: Alertmanager or a proxy in front of it is not well.
    Server,
    /// Any other status.
    Other,
}

impl Error {
    pub(super) fn new(failure: RequestFailure, address: &Url) -> Self {
        let said = match failure.stage() {
            Stage::Refused => ErrorBody::from_body(failure.body()),
            _ => None,
        };
        let kind = ErrorKind::of(&failure);
        Self(Box::new(Inner { kind, said, failure, address: address.clone() }))
    }

    /// What kind of failure it is: decides what to do about it.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) {
    /// use alertmanager_types::ErrorKind;
    ///
    /// if let Err(error) = client.status().get().await {
    ///     match error.kind() {
    ///         ErrorKind::Credentials | ErrorKind::Address => eprintln!("check the settings: {error}"),
    ///         _ => eprintln!("{error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was attempted, in words.
    ///
    /// ```
    /// # fn show(error: &alertmanager_types::Error) {
    /// eprintln!("{} failed", error.attempting());
    /// # }
    /// ```
    pub fn attempting(&self) -> &str {
        self.0.failure.attempting()
    }

    /// How far the last attempt came.
    ///
    /// ```
    /// use alertmanager_types::client::Stage;
    /// # fn was_answered(error: &alertmanager_types::Error) -> bool {
    /// error.stage() >= Stage::Refused
    /// # }
    /// ```
    pub fn stage(&self) -> Stage {
        self.0.failure.stage()
    }

    /// The status of the last answer, if there was one.
    ///
    /// ```
    /// # fn show(error: &alertmanager_types::Error) {
    /// if let Some(status) = error.status() {
    ///     eprintln!("it answered {status}");
    /// }
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.0.failure.status()
    }

    /// What Alertmanager said when it refused, or a proxy in front of it.
    ///
    /// ```
    /// # fn show(error: &alertmanager_types::Error) {
    /// if let Some(said) = error.said() {
    ///     eprintln!("it says: {}", said.message());
    /// }
    /// # }
    /// ```
    pub fn said(&self) -> Option<&ErrorBody> {
        self.0.said.as_ref()
    }

    /// How many times the request was sent.
    ///
    /// ```
    /// # fn show(error: &alertmanager_types::Error) {
    /// eprintln!("given up after {} attempts", error.attempts());
    /// # }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.failure.attempts()
    }

    /// How long to wait before asking again, if the server said so.
    ///
    /// ```
    /// # async fn pause(error: &alertmanager_types::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     tokio::time::sleep(wait).await;
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.failure.retry_after()
    }

    /// Whether the same call may succeed later without anybody changing anything. The client has already sent again what
    /// was safe. It says nothing about safety: see [`may_have_happened`](Self::may_have_happened).
    ///
    /// ```
    /// # fn ask_a_person(error: &alertmanager_types::Error) -> bool {
    /// !error.is_retryable()
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.0.failure.is_retryable()
    }

    /// Whether Alertmanager may have done what was asked. Of a silence that was created: list the silences before creating
    /// another.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client, silence: alertmanager_types::api::PostableSilence)
    /// # -> Result<(), alertmanager_types::Error> {
    /// match client.silences().create(&silence).await {
    ///     Ok(id) => println!("{id}"),
    ///     Err(error) if error.may_have_happened() => {
    ///         let ours = client.silences().list().await?.into_iter().find(|s| s.comment == silence.comment);
    ///         println!("{ours:?}");
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn may_have_happened(&self) -> bool {
        self.0.failure.may_have_happened()
    }

    /// Whether the silence does not exist.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// match client.silence("b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11").expire().await {
    ///     Err(error) if !error.is_not_found() => return Err(error),
    ///     _ => println!("it does not silence"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether a time limit ended it.
    ///
    /// ```
    /// # fn is_slow(error: &alertmanager_types::Error) -> bool {
    /// error.is_timeout()
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        self.0.failure.is_timeout()
    }

    fn advice(&self) -> String {
        let fixed = match self.kind() {
            _ if self.may_have_happened() && self.stage() != Stage::Decoding => self.0.failure.advice(),
            ErrorKind::Decode => "check that an Alertmanager (0.16 or newer) answers there",
            ErrorKind::Credentials => "give the credentials that it wants",
            ErrorKind::NotFound => "check the silence's id, and that the address is right, prefix included",
            ErrorKind::Address if self.status().is_some_and(|status| status.is_redirection()) => {
                "give the address that it redirects to"
            }
            ErrorKind::Address => "check that the address is right, prefix included",
            ErrorKind::RateLimited => match self.retry_after() {
                Some(wait) => return format!("try again in {} s", wait.as_secs_f64().ceil()),
                None => "try again later",
            },
            _ => self.0.failure.advice(),
        };
        fixed.to_owned()
    }
}

impl ErrorKind {
    fn of(failure: &RequestFailure) -> Self {
        match failure.stage() {
            Stage::Building => return Self::Request,
            Stage::Held => return Self::RateLimited,
            Stage::Connecting => return Self::Connect,
            Stage::Sending | Stage::Reading => return Self::Lost,
            Stage::Decoding => return Self::Decode,
            _ => {}
        }
        match failure.status().map_or(0, |status| status.as_u16()) {
            400 | 422 => Self::Invalid,
            401 | 403 => Self::Credentials,
            404 if is_about_a_silence(failure.body()) => Self::NotFound,
            300..=399 | 404 | 405 => Self::Address,
            429 => Self::RateLimited,
            408 | 500..=599 => Self::Server,
            _ => Self::Other,
        }
    }
}

/// Of a silence that does not exist Alertmanager says nothing, or a JSON string; of a path that does not exist an object;
/// whoever else answers says it in HTML or plain text.
fn is_about_a_silence(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<String>(body).is_ok()
}

/// Text of the server on one line.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            write!(f, "{}", if c.is_control() { ' ' } else { c })?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: ", self.attempting(), self.0.address)?;
        match (self.status(), self.stage()) {
            (Some(status), Stage::Refused) => write!(f, "refused with {}", status.as_u16())?,
            (Some(status), stage) => write!(f, "{} ({})", stage.what_failed(), status.as_u16())?,
            (None, stage) => f.write_str(stage.what_failed())?,
        }
        if self.is_timeout() {
            f.write_str(" within the time limit")?;
        }
        if self.attempts() > 1 {
            write!(f, " after {} attempts", self.attempts())?;
        }
        if let Some(said) = self.said() {
            write!(f, ": {}", Plain(&said.to_string()))?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("said", &self.said())
            .field("failure", &self.0.failure)
            .field("address", &self.0.address.as_str())
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The failure says the same in other words; what lies below it is the cause.
        self.0.failure.source()
    }
}
