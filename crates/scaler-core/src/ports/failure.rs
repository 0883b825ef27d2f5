//! Why a call failed, by what follows from it.

/// What follows from a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The call may have taken effect: look before it is sent again.
    MayHaveHappened,
    /// Not now: busy, rate limited, unreachable, out of order. It did not happen.
    Transient,
    /// This type can't be had; another may be.
    SoldOut,
    /// A person must cure it: a limit of the account, its standing, the token or its scopes.
    Account,
    /// A person must cure it: this request will never be accepted.
    Request,
    /// The label is taken: what has it is to be looked at.
    LabelTaken,
    /// The thing refuses to be changed: a lock, a protection.
    Guarded,
}

/// A call of a port failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What follows from it.
    pub kind: FailureKind,
    /// What was attempted, what came back, what to do. Never a secret.
    pub message: String,
    /// The cloud's id of the request, where it gave one.
    pub request: Option<String>,
    /// What lies beneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// A failure without anything beneath.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), request: None, source: None }
    }
}
