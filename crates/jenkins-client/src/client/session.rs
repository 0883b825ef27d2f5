//! The service below the client that keeps the session: crumbs, cookies, and what the headers of every answer say.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api_transport::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, SET_COOKIE};
use api_transport::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use api_transport::{Body, Bytes, Service, ServiceError, Url};
use async_trait::async_trait;
use serde::Deserialize;

use crate::refusals::{is_about_crumb, is_starting};

/// The most of a page that is looked at for the word about the crumb.
const LARGEST_PAGE: usize = 1 << 20;

/// Passes requests on. With `crumbs`, it sends a crumb with everything that changes something, together with the cookies of the
/// session that it belongs to, and renews both once where Jenkins says that they are void.
pub(crate) struct Session {
    service: Arc<dyn Service>,
    crumb_issuer: Url,
    crumbs: bool,
    state: Mutex<State>,
    /// Held while a crumb is fetched, so that many requests at once fetch one.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    crumb: Option<Crumb>,
    cookies: Vec<(String, String)>,
    /// Changes at each start of Jenkins.
    run: Option<String>,
    version: Option<String>,
}

/// What is known about crumbs.
#[derive(Clone, PartialEq, Eq)]
enum Crumb {
    /// Jenkins asks for none.
    Off,
    Known {
        field: HeaderName,
        value: HeaderValue,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    crumb: String,
    crumb_request_field: String,
}

/// What came of fetching a crumb.
enum Fetched {
    Crumb(Crumb),
    /// Jenkins refused to give one; its answer is that to the request.
    Refused(Response<Body>),
}

impl Session {
    pub(crate) fn new(service: Arc<dyn Service>, base: &Url, crumbs: bool) -> Self {
        let mut crumb_issuer = base.clone();
        let path = format!("{}/crumbIssuer/api/json", base.path().trim_end_matches('/'));
        crumb_issuer.set_path(&path);
        Self {
            service,
            crumb_issuer,
            crumbs,
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// What the last answer said about which run of Jenkins gave it: another word means a restart in between.
    pub(crate) fn run(&self) -> Option<String> {
        self.state().run.clone()
    }

    /// Jenkins' version, as the last answer said it.
    pub(crate) fn version(&self) -> Option<String> {
        self.state().version.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(
        &self,
        mut request: Request<Bytes>,
        crumb: Option<&Crumb>,
    ) -> Result<Response<Body>, ServiceError> {
        if let Some(Crumb::Known { field, value }) = crumb {
            request.headers_mut().insert(field.clone(), value.clone());
        }
        if self.crumbs
            && let Some(cookies) = self.state().cookies()
        {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let answer = self.service.call(request).await?;
        self.state().heard(answer.headers(), self.crumbs);
        Ok(answer)
    }

    /// The crumb in use; a fresh one where that is still `void` or there is none.
    async fn crumb(&self, headers: &HeaderMap, void: Option<&Crumb>) -> Result<Fetched, ServiceError> {
        let in_use = || self.state().crumb.clone().filter(|crumb| Some(crumb) != void);
        if let Some(crumb) = in_use() {
            return Ok(Fetched::Crumb(crumb));
        }
        let _fetching = self.fetching.lock().await;
        if let Some(crumb) = in_use() {
            return Ok(Fetched::Crumb(crumb));
        }
        if void.is_some() {
            self.state().cookies.clear();
        }
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.crumb_issuer.as_str().parse().map_err(ServiceError::building)?;
        *request.headers_mut() = headers.clone();
        request.headers_mut().remove(CONTENT_TYPE);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        // Whatever breaks here, the request that the crumb is for was not sent.
        let answer = self.pass(request, None).await.map_err(not_sent)?;
        self.state().begin_session(answer.headers());
        let crumb = match answer.status() {
            StatusCode::NOT_FOUND => Crumb::Off,
            StatusCode::OK => {
                let body = answer.into_body().collect(LARGEST_PAGE).await.map_err(not_sent)?;
                let issued: Issued = serde_json::from_slice(&body).map_err(|error| {
                    let what = "the answer to the request for a crumb is not Jenkins': is this its address, and the login right?";
                    ServiceError::building(format!("{what} ({error})"))
                })?;
                let field =
                    HeaderName::try_from(issued.crumb_request_field).map_err(ServiceError::building)?;
                let mut value = HeaderValue::try_from(issued.crumb).map_err(ServiceError::building)?;
                value.set_sensitive(true);
                Crumb::Known { field, value }
            }
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                let (head, page) = answer.into_parts();
                let page = page.beginning(LARGEST_PAGE).await;
                if is_starting(&page) {
                    return Ok(Fetched::Refused(Response::from_parts(head, page.into())));
                }
                // As an answer to the request itself it would leave the doubt whether that was taken.
                return Err(ServiceError::connecting(format!(
                    "the request for a crumb was refused with {status}"
                )));
            }
            _ => return Ok(Fetched::Refused(answer)),
        };
        self.state().crumb = Some(crumb.clone());
        Ok(Fetched::Crumb(crumb))
    }
}

#[async_trait]
impl Service for Session {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        if !self.crumbs || matches!(*request.method(), Method::GET | Method::HEAD) {
            return self.pass(request, None).await;
        }
        let crumb = match self.crumb(request.headers(), None).await? {
            Fetched::Crumb(crumb) => crumb,
            Fetched::Refused(answer) => return Ok(answer),
        };
        let answer = self.pass(request.clone(), Some(&crumb)).await?;
        if answer.status() != StatusCode::FORBIDDEN {
            return Ok(answer);
        }
        let (head, page) = answer.into_parts();
        let page = page.beginning(LARGEST_PAGE).await;
        if !is_about_crumb(&page) {
            return Ok(Response::from_parts(head, page.into()));
        }
        // Jenkins did nothing, so that even a trigger may be sent again: once.
        match self.crumb(request.headers(), Some(&crumb)).await? {
            Fetched::Crumb(fresh) => self.pass(request, Some(&fresh)).await,
            Fetched::Refused(answer) => Ok(answer),
        }
    }
}

fn not_sent(error: ServiceError) -> ServiceError {
    let timed_out = error.is_timeout();
    ServiceError::connecting(error).timed_out(timed_out)
}

impl State {
    fn cookies(&self) -> Option<HeaderValue> {
        if self.cookies.is_empty() {
            return None;
        }
        let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut value = HeaderValue::try_from(all.join("; ")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    fn heard(&mut self, headers: &HeaderMap, cookies: bool) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.run = text("x-jenkins-session").or_else(|| self.run.take());
        self.version = text("x-jenkins").or_else(|| self.version.take());
        if !cookies {
            return;
        }
        // A crumb is good only in its own session. An answer that was on its way meanwhile may bring another.
        self.keep(cookies_of(headers).filter(|(name, _)| !is_session(name)));
    }

    /// Takes over the session that a crumb came with.
    fn begin_session(&mut self, headers: &HeaderMap) {
        self.keep(cookies_of(headers).filter(|(name, _)| is_session(name)));
    }

    fn keep<'a>(&mut self, cookies: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in cookies {
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

fn cookies_of(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim()))
}

fn is_session(cookie: &str) -> bool {
    cookie.starts_with("JSESSIONID")
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("service", &self.service)
            .field("crumbs", &self.crumbs)
            .finish_non_exhaustive()
    }
}
