use std::error::Error as StdError;
use std::fmt;

use api_transport::http::StatusCode;
use api_transport::{RequestFailure, Stage, Url};

use crate::error::{ErrorBody, ErrorDetail};

/// A call did not do what it was asked: what was attempted, what came back, what to do.
///
/// Its `Display` is one line and never repeats its source; the chain does.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    detail: Option<ErrorDetail>,
    failure: RequestFailure,
    address: Url,
}

/// What kind of failure a call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nobody listens there: a daemon that ended left its address behind, or the address is wrong. Nothing was taken.
    Connect,
    /// The answer did not come, or is not the daemon's. What was asked may have been taken.
    NoAnswer,
    /// 400: what was asked makes no sense; [`ErrorDetail::field`] says where.
    Invalid,
    /// 401 or 403: the credential is missing or wrong, or the daemon has none.
    Credential,
    /// 404: no such group, member or action.
    NotFound,
    /// 409 or 422: it was refused as things are, such as another generation or a mode.
    Conflict,
    /// 5xx: the daemon, its store or the cloud is not well; asked again it may go.
    Unavailable,
    /// Any other status.
    Other,
}

impl Error {
    pub(super) fn new(failure: RequestFailure, address: &Url) -> Self {
        let refused = failure.status().is_some_and(|status| !status.is_success());
        let body = refused.then(|| serde_json::from_slice::<ErrorBody>(failure.body()).ok()).flatten();
        let detail = body.map(|body| body.error);
        let kind = match (failure.status(), &detail) {
            (Some(status), Some(_)) => ErrorKind::of(status),
            _ if failure.stage() == Stage::Connecting => ErrorKind::Connect,
            _ => ErrorKind::NoAnswer,
        };
        Self(Box::new(Inner { kind, detail, failure, address: address.clone() }))
    }

    /// What kind of failure it is: decides what to do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the daemon said when it refused; none where it gave no answer of its own.
    #[must_use]
    pub fn detail(&self) -> Option<&ErrorDetail> {
        self.0.detail.as_ref()
    }

    /// The status of the last answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.failure.status()
    }

    /// Whether the daemon may have done what was asked.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        self.0.failure.may_have_happened()
    }

    /// Whether the same call may succeed later without anybody changing anything: the daemon is not there or not well.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::NoAnswer | ErrorKind::Unavailable)
    }
}

impl ErrorKind {
    fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::Invalid,
            401 | 403 => Self::Credential,
            404 => Self::NotFound,
            409 | 422 => Self::Conflict,
            500..=599 => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { detail, failure, address, .. } = &*self.0;
        match detail {
            Some(detail) => write!(f, "{}: {detail}", failure.attempting()),
            None if failure.is_timeout() && failure.stage() != Stage::Connecting => {
                write!(f, "the daemon at {address} does not answer: it is stopped, or has too much to do")
            }
            None => write!(
                f,
                "the daemon at {address} gave no usable answer: is it autoscalerd, and does it run?"
            ),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("detail", &self.0.detail)
            .field("failure", &self.0.failure)
            .field("address", &self.0.address.as_str())
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // What the daemon said is all there is to say.
        self.0.detail.is_none().then_some(&self.0.failure as &(dyn StdError + 'static))
    }
}
