//! Why a call failed, by what follows from it, and errors with what lies beneath them.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::state::{Discarded, Refusal};

/// What follows from a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The call may have taken effect: look before it is sent again.
    MayHaveHappened,
    /// Not now: busy or out of order. It did not happen.
    Transient,
    /// Refused for the rate of requests (429). It did not happen.
    RateLimited,
    /// It was never sent: the cloud could not be reached.
    NotSent,
    /// This type can't be had; another may be.
    SoldOut,
    /// A person must cure it: a limit of the account, its standing, the token or its scopes.
    Account,
    /// A person must cure it: this request will never be accepted.
    Request,
    /// The label is taken: what has it is to be looked at.
    LabelTaken,
    /// What was to be read does not exist (404).
    NotFound,
    /// The thing refuses to be changed: a lock, a protection.
    Guarded,
}

impl FailureKind {
    /// What cures it. A call that may have happened is in doubt first, and refused by nothing but time.
    pub(crate) const fn refusal(self) -> Refusal {
        match self {
            Self::MayHaveHappened | Self::Transient => Refusal::Transient,
            Self::RateLimited => Refusal::RateLimited,
            Self::NotSent => Refusal::NotSent,
            Self::SoldOut => Refusal::SoldOut,
            Self::Account => Refusal::Account,
            Self::Request | Self::LabelTaken | Self::NotFound => Refusal::Request,
            Self::Guarded => Refusal::Guarded,
        }
    }

    /// The same of a call that only reads: it changed nothing, so what is not the account's or the way's passes with time.
    pub(crate) const fn of_read(self) -> Self {
        match self {
            Self::Account | Self::RateLimited | Self::NotSent => self,
            _ => Self::Transient,
        }
    }
}

/// A call of a port failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Failure {
    /// What follows from it.
    pub kind: FailureKind,
    /// What was attempted, what came back, what to do. Never a secret.
    pub message: String,
    /// The cloud's id of the request, where it gave one.
    pub request: Option<String>,
    /// How long to wait before the same is asked again, where the cloud said so.
    pub retry_after: Option<Duration>,
    /// What lies beneath.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure without anything beneath.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), request: None, retry_after: None, source: None }
    }

    /// A failure that says what `error` says, with what lies beneath that: nothing is said twice.
    #[must_use]
    pub fn from_error(kind: FailureKind, error: impl Error + Send + Sync + 'static) -> Self {
        let failure = Self::new(kind, error.to_string());
        if error.source().is_none() { failure } else { failure.with_source(Some(Box::new(Beneath(error)))) }
    }

    /// The same, with the cloud's id of the request.
    #[must_use]
    pub fn with_request(mut self, id: Option<impl Into<String>>) -> Self {
        self.request = id.map(Into::into);
        self
    }

    /// The same, with the time to wait that the cloud told.
    #[must_use]
    pub const fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The same, with what lies beneath.
    #[must_use]
    pub fn with_source(mut self, source: Option<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = source;
        self
    }

    /// That what the call was to show is not known.
    pub(crate) fn unread(&self) -> Discarded {
        Discarded::Unread { refusal: self.kind.of_read().refusal(), said: chain(self) }
    }
}

/// An error with everything beneath it, on one line.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// What lies beneath an error: it stands in a chain below the text that the error gave.
#[derive(Debug)]
struct Beneath<E>(E);

impl<E: Error> fmt::Display for Beneath<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().map_or(Ok(()), |source| fmt::Display::fmt(source, f))
    }
}

impl<E: Error + 'static> Error for Beneath<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()?.source()
    }
}
