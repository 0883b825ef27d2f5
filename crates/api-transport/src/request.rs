use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use url::Url;

use crate::failure::RequestFailure;
use crate::multipart::Multipart;
use crate::outcome::Idempotency;

/// A request as a value: made without I/O, sent as often as needed, looked at in tests.
#[derive(Clone)]
pub struct Request {
    attempting: String,
    method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Option<Bytes>,
    idempotency: Idempotency,
    sensitive: bool,
    family: &'static str,
    limit: Option<Duration>,
    success: Success,
}

/// Says whether an answer beyond 2xx is a success for the request.
type Success = fn(&Request, StatusCode, &HeaderMap) -> bool;

impl Request {
    /// A request of `method`; `attempting` says what it is for ("listing instances") and begins every failure's text.
    /// It is idempotent unless the method is POST or PATCH.
    pub fn new(method: Method, attempting: impl Into<String>) -> Self {
        let idempotency = if matches!(method, Method::POST | Method::PATCH) {
            Idempotency::NotIdempotent
        } else {
            Idempotency::Idempotent
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            attempting: attempting.into(),
            method,
            segments: Vec::new(),
            query: Vec::new(),
            headers,
            body: None,
            idempotency,
            sensitive: false,
            family: "",
            limit: None,
            success: |_, _, _| false,
        }
    }

    /// A GET.
    pub fn get(attempting: impl Into<String>) -> Self {
        Self::new(Method::GET, attempting)
    }

    /// A POST.
    pub fn post(attempting: impl Into<String>) -> Self {
        Self::new(Method::POST, attempting)
    }

    /// A PUT.
    pub fn put(attempting: impl Into<String>) -> Self {
        Self::new(Method::PUT, attempting)
    }

    /// A DELETE.
    pub fn delete(attempting: impl Into<String>) -> Self {
        Self::new(Method::DELETE, attempting)
    }

    /// Adds one path segment; it is percent-encoded, a slash in it included.
    #[must_use]
    pub fn segment(mut self, segment: impl fmt::Display) -> Self {
        self.segments.push(segment.to_string());
        self
    }

    /// Adds a path of several segments that are known to need no encoding, such as `linode/instances`.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.segments.extend(path.split('/').filter(|s| !s.is_empty()).map(str::to_owned));
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// At stage building, when `body` cannot be written as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self, RequestFailure> {
        let body = serde_json::to_vec(body).map_err(|e| RequestFailure::building(&self.attempting, e))?;
        self.body = Some(body.into());
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self)
    }

    /// Sets a body as it is.
    #[must_use]
    pub fn raw(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.headers.insert(CONTENT_TYPE, content_type);
        self
    }

    /// Sets the fields of a form as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.raw(HeaderValue::from_static("application/x-www-form-urlencoded"), body)
    }

    /// Sets the fields of a form as `multipart/form-data`.
    ///
    /// # Errors
    /// Never: the boundary is ASCII.
    pub fn multipart(self, form: &Multipart) -> Result<Self, RequestFailure> {
        let (content_type, body) = form.encode();
        let content_type = HeaderValue::from_str(&content_type)
            .map_err(|e| RequestFailure::building(&self.attempting, e))?;
        Ok(self.raw(content_type, body))
    }

    /// It is the same when it is taken twice, whatever its method says.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotency = Idempotency::Idempotent;
        self
    }

    /// It creates something: see [`Idempotency::Creates`].
    #[must_use]
    pub const fn creates(mut self) -> Self {
        self.idempotency = Idempotency::Creates;
        self
    }

    /// Says which answers are a success for this request besides those of 2xx, such as a redirect whose `Location` is the
    /// answer. Redirects are never followed.
    #[must_use]
    pub fn success_when(mut self, success: fn(&Self, StatusCode, &HeaderMap) -> bool) -> Self {
        self.success = success;
        self
    }

    /// Its body or its query holds secrets: neither is shown, not even by `Debug`.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The rate-limited family it counts against; without one it is never held back.
    #[must_use]
    pub const fn family(mut self, family: &'static str) -> Self {
        self.family = family;
        self
    }

    /// A time limit for each attempt, in place of the client's.
    #[must_use]
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What it is for.
    pub fn attempting(&self) -> &str {
        &self.attempting
    }

    /// Its method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Its path below the client's base address, encoded, without a slash in front.
    pub fn encoded_path(&self) -> String {
        let Ok(mut url) = Url::parse("http://localhost/") else { return self.segments.join("/") };
        push(&mut url, &self.segments);
        url.path().trim_start_matches('/').to_owned()
    }

    /// Its query parameters, in order.
    pub fn query_pairs(&self) -> &[(String, String)] {
        &self.query
    }

    /// Its own headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub const fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// What happens when it is taken twice.
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// Its rate-limited family; empty without one.
    pub const fn family_name(&self) -> &'static str {
        self.family
    }

    /// Whether an answer with this status and these headers is a success.
    pub fn is_success(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        status.is_success() || (self.success)(self, status, headers)
    }

    pub(crate) const fn own_limit(&self) -> Option<Duration> {
        self.limit
    }

    /// The request for the wire, below `base`.
    ///
    /// # Errors
    /// At stage building: a path segment that would name another resource (it is empty or only dots, or has a tab or a line
    /// end, which URLs leave out), or a base that cannot carry a path.
    pub fn to_http(&self, base: &Url) -> Result<http::Request<Bytes>, RequestFailure> {
        if let Some(bad) = self.segments.iter().find(|segment| !can_stand(segment)) {
            return Err(RequestFailure::building(
                &self.attempting,
                format!("{bad:?} cannot stand in a path"),
            ));
        }
        let mut url = base.clone();
        if !push(&mut url, &self.segments) {
            return Err(RequestFailure::building(
                &self.attempting,
                format!("{base} is not an http or https address"),
            ));
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(url.as_str())
            .body(self.body.clone().unwrap_or_default())
            .map_err(|e| RequestFailure::building(&self.attempting, e))?;
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }
}

/// Whether a URL with this segment names what the segment does.
fn can_stand(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && !segment.contains(['\t', '\n', '\r'])
}

fn push(url: &mut Url, segments: &[String]) -> bool {
    match url.path_segments_mut() {
        Ok(mut path) => {
            path.pop_if_empty().extend(segments);
            true
        }
        Err(()) => false,
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self
            .body
            .as_ref()
            .map(|body| if self.sensitive { "(not shown)".into() } else { String::from_utf8_lossy(body) });
        f.debug_struct("Request")
            .field("attempting", &self.attempting)
            .field("method", &self.method)
            .field("path", &self.encoded_path())
            .field(
                "query",
                &self
                    .query
                    .iter()
                    .map(|(name, value)| (name, if self.sensitive { "(not shown)" } else { value }))
                    .collect::<Vec<_>>(),
            )
            .field("headers", &self.headers)
            .field("body", &body)
            .field("idempotency", &self.idempotency)
            .field("family", &self.family)
            .finish_non_exhaustive()
    }
}
