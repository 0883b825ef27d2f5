//! What follows from a refusal of the Linode API.

use linode_api::{Error, ErrorKind};
use scaler_core::ports::{Failure, FailureKind};

/// What was attempted, as far as it matters for what a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing changes by it.
    Reading,
    /// A Linode or a node comes to be.
    Creating,
    /// Something is changed.
    Changing,
    /// Something is removed.
    Removing,
}

/// The port's failure for an error of the client.
pub(super) fn sorted(doing: Doing, error: Error) -> Failure {
    let kind = match error.kind() {
        // What was read twice was read once.
        _ if doing != Doing::Reading && error.may_have_happened() => FailureKind::MayHaveHappened,
        ErrorKind::LabelTaken => FailureKind::LabelTaken,
        // Both concern this type alone: the next one may do.
        ErrorKind::Unavailable | ErrorKind::PlanLimit => FailureKind::SoldOut,
        ErrorKind::AccountLimit | ErrorKind::Token | ErrorKind::Scope | ErrorKind::Forbidden => {
            FailureKind::Account
        }
        // A delete has no fields that could be wrong: what refuses it is a lock, a clone or a restore under way.
        ErrorKind::Invalid if doing == Doing::Removing => FailureKind::Guarded,
        // What is to be changed was just seen; when it is gone the next look shows it.
        ErrorKind::NotFound if doing == Doing::Changing => FailureKind::Transient,
        ErrorKind::NotFound if doing == Doing::Reading => FailureKind::NotFound,
        ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Request => FailureKind::Request,
        ErrorKind::RateLimited => FailureKind::RateLimited,
        ErrorKind::Connect => FailureKind::NotSent,
        ErrorKind::Busy | ErrorKind::Lost | ErrorKind::Server | ErrorKind::Maintenance => {
            FailureKind::Transient
        }
        _ if error.is_retryable() || doing == Doing::Reading => FailureKind::Transient,
        _ => FailureKind::Request,
    };
    let (request, wait) = (error.request_id().map(str::to_owned), error.retry_after());
    Failure::from_error(kind, error).with_request(request).with_retry_after(wait)
}

/// A failure before anything was sent.
pub(super) fn unsent(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Request, message)
}
