use api_transport::http::Method;
use api_transport::{RequestFailure, Stage};

use super::page::{is_html, is_login_page};
use crate::address::is_login;
use crate::refusals::{is_about_crumb, is_about_parameters, is_starting};

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
    /// The answer is a success that cannot be understood: a web page, half a document, something other than Jenkins.
    Decode,
    /// 401, or a redirect to a login page: the login is missing, wrong or not valid any more.
    Login,
    /// 403: no crumb, or one that is not valid, and a fresh one did not help.
    Crumb,
    /// 403: the user lacks a permission; see [`Error::missing_permission`](crate::Error::missing_permission).
    Permission,
    /// 403 without a reason that is known.
    Forbidden,
    /// 404: it does not exist, or the user may not see it.
    NotFound,
    /// 400: there is already one with this name.
    AlreadyExists,
    /// The parameters do not fit those that the job takes.
    Parameters,
    /// 409: the job is disabled, or was never saved.
    NotBuildable,
    /// A trigger was taken, and Jenkins chose not to schedule a build.
    NotScheduled,
    /// 400: Jenkins does not accept what was asked.
    Invalid,
    /// A redirect: Jenkins is at another address.
    Redirected,
    /// 503 with the page that Jenkins shows while it starts.
    Starting,
    /// 429: too many requests.
    RateLimited,
    /// 502, 503 or 504: a proxy does not reach Jenkins, or Jenkins is overloaded.
    Unavailable,
    /// 408 or another 5xx: Jenkins is not well.
    Server,
    /// Any other status.
    Other,
}

impl ErrorKind {
    pub(super) fn of(failure: &RequestFailure, message: Option<&str>) -> Self {
        match failure.stage() {
            Stage::Building => return Self::Request,
            Stage::Held => return Self::RateLimited,
            Stage::Connecting => return Self::Connect,
            Stage::Sending | Stage::Reading => return Self::Lost,
            Stage::Decoding if is_login_page(failure.body()) => return Self::Login,
            Stage::Decoding => return Self::Decode,
            _ => {}
        }
        let says = |words: &str| message.is_some_and(|message| message.contains(words));
        let header = |name: &str| failure.headers().is_some_and(|headers| headers.contains_key(name));
        match failure.status().map_or(0, |status| status.as_u16()) {
            300..=399 if failure.headers().is_some_and(is_login) => Self::Login,
            302 | 303 if failure.asked_for().is_some_and(|(method, path)| is_trigger(method, path)) => {
                Self::NotScheduled
            }
            300..=399 => Self::Redirected,
            400 if says("already exists") => Self::AlreadyExists,
            400 if says("Nothing is submitted") || is_about_parameters(failure.body()) => Self::Parameters,
            400 => Self::Invalid,
            401 => Self::Login,
            403 if is_about_crumb(failure.body()) => Self::Crumb,
            403 if header("x-required-permission") || says("is missing the") => Self::Permission,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::NotBuildable,
            429 => Self::RateLimited,
            500 if is_about_parameters(failure.body()) => Self::Parameters,
            503 if is_starting(failure.body()) => Self::Starting,
            502..=504 => Self::Unavailable,
            408 | 500..=599 => Self::Server,
            _ => Self::Other,
        }
    }
}

fn is_trigger(method: &Method, path: &str) -> bool {
    *method == Method::POST && (path.ends_with("/build") || path.ends_with("/buildWithParameters"))
}

/// Whether a success is a page for people where data was expected.
pub(super) fn is_page(failure: &RequestFailure) -> bool {
    failure.headers().is_some_and(|headers| is_html(headers, failure.body()))
}
