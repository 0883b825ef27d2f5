//! Refusals: what is wrong, and what to do.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use autoscale_api::{ErrorBody, ErrorDetail};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scaler_core::ports::chain;
use scaler_core::runtime::Error;

/// An answer that reports a failure.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    detail: ErrorDetail,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { status, detail: ErrorDetail::new(message, fix) }
    }

    pub(crate) fn bad_request(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, fix)
    }

    pub(crate) fn not_found(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message, fix)
    }

    pub(crate) fn method_not_allowed(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message, fix)
    }

    /// Not now: the caller is to ask again.
    pub(crate) fn unavailable(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message, fix)
    }

    pub(crate) fn slow_store(waited: Duration) -> Self {
        Self::unavailable(
            format!("the store did not answer within {} s", waited.as_secs()),
            "look at the disk that it is on; the daemon goes on by itself once it answers",
        )
    }

    pub(crate) fn unwritten(waited: Duration) -> Self {
        Self::unavailable(
            format!("the store did not take it within {} s, and may still do so", waited.as_secs()),
            "look at the disk that it is on, and at the group before you ask again",
        )
    }

    /// With the field that is at fault.
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.detail = self.detail.at(field);
        self
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.detail.fmt(f)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody::from(self.detail))).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.append(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"autoscaler\""),
                );
                headers
                    .append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"autoscaler\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<ErrorDetail> for Refusal {
    /// What the request itself makes impossible.
    fn from(detail: ErrorDetail) -> Self {
        Self { status: StatusCode::BAD_REQUEST, detail }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (status, fix) = match &error {
            Error::UnknownGroup { .. } => {
                (StatusCode::NOT_FOUND, "name one of them, or add it to the configuration and restart")
            }
            Error::NoMember { .. } => (StatusCode::NOT_FOUND, "GET /api/v1/groups/{group} lists the members"),
            Error::Generation { .. } => {
                (StatusCode::CONFLICT, "read the group, decide anew, and ask with its generation")
            }
            Error::Asleep { .. } => {
                (StatusCode::CONFLICT, "POST {\"mode\": \"on\"} to the group's mode, then ask again")
            }
            Error::Unverified { .. } => (StatusCode::CONFLICT, "do what it says, then ask again"),
            Error::Refused { .. } => (StatusCode::CONFLICT, "see what it says, then ask again"),
            Error::Overtaken { .. } => (
                StatusCode::CONFLICT,
                "ask the process that acts for the group now, or end it and restart this one",
            ),
            Error::Cloud { .. } => (StatusCode::BAD_GATEWAY, "see what the API says, then ask again"),
            Error::Store { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "see what the store says; nothing was done that is not in the log, so ask again",
            ),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "ask again in a moment"),
        };
        // The sources of these two say what is wrong, those of the others repeat it.
        let message = if error.source().is_some() { chain(&error) } else { error.to_string() };
        Self::new(status, message, fix)
    }
}
