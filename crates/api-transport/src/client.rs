use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, debug, debug_span};
use url::Url;

use crate::budget::{Budget, Ticket};
use crate::failure::{Failure, Stage};
use crate::request::Request;
use crate::retry::{HttpRefusals, Refusals, Retry, Verdict, retry_after};
use crate::secret::{Basic, Token, TokenError};
use crate::service::{Service, ServiceError};

/// Sends requests: again where that is safe and useful, within the rate budget, within time limits.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    service: Arc<dyn Service>,
    base: Url,
    headers: HeaderMap,
    retry: Retry,
    refusals: Arc<dyn Refusals>,
    budget: Budget,
    attempt_limit: Duration,
    jitter: Mutex<fastrand::Rng>,
}

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    shared: Shared,
}

/// A success, whole.
#[derive(Debug, Clone)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

impl Client {
    /// Settings to begin with: [`Retry::default`], [`HttpRefusals`], no assumed limits, 30 s an attempt.
    pub fn builder(base: Url, service: Arc<dyn Service>) -> ClientBuilder {
        ClientBuilder {
            shared: Shared {
                service,
                base,
                headers: HeaderMap::new(),
                retry: Retry::default(),
                refusals: Arc::new(HttpRefusals),
                budget: Budget::new(),
                attempt_limit: Duration::from_secs(30),
                jitter: Mutex::default(),
            },
        }
    }

    /// The address that paths are below.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    /// The rate budget.
    pub fn budget(&self) -> &Budget {
        &self.0.budget
    }

    /// Sends `request` until it succeeds or there is no use or no safety in another attempt.
    ///
    /// # Errors
    /// See [`Stage`] for what can go wrong where.
    pub async fn send(&self, request: &Request) -> Result<Response, Failure> {
        let span = debug_span!("request", attempting = request.attempting(), method = %request.method(), path = request.encoded_path());
        self.send_again_and_again(request).instrument(span).await
    }

    async fn send_again_and_again(&self, request: &Request) -> Result<Response, Failure> {
        let shared = &*self.0;
        let began = Instant::now();
        let mut doubted_before = false;
        let mut attempt = 0;
        let wire = request.to_http(&shared.base)?;
        loop {
            let ticket =
                self.wait_for_budget(request, began).await.map_err(|f| f.after(attempt, doubted_before))?;
            attempt += 1;
            let sent = Instant::now();
            let (failure, verdict) = match self.attempt(request, &wire, ticket).await {
                Ok(answer) if answer.status().is_success() => {
                    debug!(attempt, status = answer.status().as_u16(), took = ?sent.elapsed(), "answered");
                    let (head, body) = answer.into_parts();
                    return Ok(Response {
                        status: head.status,
                        headers: head.headers,
                        body,
                        attempts: attempt,
                    });
                }
                Ok(answer) => {
                    let (head, body) = answer.into_parts();
                    let verdict = shared.refusals.judge(head.status, &head.headers, &body);
                    let failure = Failure::new(request.attempting(), Stage::Refused, verdict, request.is())
                        .answered(head.status, head.headers, body);
                    (failure, verdict)
                }
                Err(error) => {
                    let verdict = Verdict::of_stage(error.stage());
                    let timed_out = error.is_timeout();
                    let failure = Failure::new(request.attempting(), error.stage(), verdict, request.is())
                        .timed_out(timed_out);
                    // The failure says itself at which stage it broke: its source is what lies below.
                    (failure.caused_by(error.into_source()), verdict)
                }
            };
            let failure = failure.after(attempt, doubted_before);
            let wait = shared.retry.next(
                request.is(),
                verdict,
                attempt,
                began.elapsed(),
                failure.retry_after(),
                shared.jitter.lock().unwrap_or_else(PoisonError::into_inner).f64(),
            );
            debug!(attempt, status = failure.status().map(|s| s.as_u16()), stage = ?failure.stage(),
                took = ?sent.elapsed(), again_in = ?wait, "attempt failed");
            let Some(wait) = wait else { return Err(failure) };
            doubted_before |= verdict.may_have_happened;
            sleep(wait).await;
        }
    }

    async fn wait_for_budget(&self, request: &Request, began: Instant) -> Result<Ticket, Failure> {
        let shared = &*self.0;
        loop {
            let wait = match shared.budget.take(request.family_name()) {
                Ok(ticket) => return Ok(ticket),
                Err(wait) => wait,
            };
            // With a single attempt there is still a first one to wait for, as long as the time allows.
            if began.elapsed() + wait > shared.retry.total {
                let held = Verdict::of_stage(Stage::Held);
                return Err(
                    Failure::new(request.attempting(), Stage::Held, held, request.is()).held_for(wait)
                );
            }
            debug!(family = request.family_name(), ?wait, "held back by the rate budget");
            sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        wire: &http::Request<Bytes>,
        ticket: Ticket,
    ) -> Result<http::Response<Bytes>, ServiceError> {
        let shared = &*self.0;
        let mut wire = wire.clone();
        for (name, value) in &shared.headers {
            wire.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        let family = request.family_name();
        let mut under_way = UnderWay { budget: &shared.budget, family, answered: false };
        let limit = request.own_limit().unwrap_or(shared.attempt_limit);
        let answer = timeout(limit, shared.service.call(wire))
            .await
            .map_err(|elapsed| ServiceError::sending(elapsed).timed_out(true))??;
        under_way.answered = true;
        let refused_for = (answer.status() == StatusCode::TOO_MANY_REQUESTS)
            .then(|| retry_after(answer.headers()).unwrap_or(Duration::from_secs(1)));
        shared.budget.answered(family, ticket, answer.headers(), refused_for);
        Ok(answer)
    }
}

/// Tells the budget when a request ends without an answer, also when its future is dropped.
struct UnderWay<'a> {
    budget: &'a Budget,
    family: &'static str,
    answered: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.budget.lost(self.family);
        }
    }
}

impl ClientBuilder {
    /// Sends `Authorization: Bearer` with every request.
    ///
    /// # Errors
    /// Never for a token that [`Token::new`] took.
    pub fn token(self, token: &Token) -> Result<Self, TokenError> {
        let value = token.bearer()?;
        Ok(self.header(AUTHORIZATION, value))
    }

    /// Sends `Authorization: Basic` with every request.
    #[must_use]
    pub fn basic(self, basic: &Basic) -> Self {
        self.header(AUTHORIZATION, basic.header())
    }

    /// Sends a header with every request that does not have its own of this name.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.shared.headers.insert(name, value);
        self
    }

    /// Sends `User-Agent`.
    #[must_use]
    pub fn user_agent(self, value: HeaderValue) -> Self {
        self.header(USER_AGENT, value)
    }

    /// When to send again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.shared.retry = retry;
        self
    }

    /// What the API means by its refusals.
    #[must_use]
    pub fn refusals(mut self, refusals: impl Refusals + 'static) -> Self {
        self.shared.refusals = Arc::new(refusals);
        self
    }

    /// Known rate limits.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.shared.budget = budget;
        self
    }

    /// The longest time one attempt may take, from connecting to the last byte of the answer.
    #[must_use]
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.shared.attempt_limit = limit;
        self
    }

    /// Makes the client.
    pub fn build(mut self) -> Client {
        self.shared.jitter =
            Mutex::new(self.shared.retry.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed));
        Client(Arc::new(self.shared))
    }
}

impl Response {
    /// A success of the caller's own making: what is known without asking, or a test's.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), attempts: 0 }
    }

    /// Its status, a success.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many times the request was sent.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }

    /// Reads the body as JSON; `attempting` begins the failure's text.
    ///
    /// # Errors
    /// At stage decoding; the source names the path in the document.
    pub fn json<T: DeserializeOwned>(self, attempting: &str) -> Result<T, Failure> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        match serde_path_to_error::deserialize(&mut json) {
            Ok(value) => Ok(value),
            Err(error) => Err(Failure::decoding(attempting, self, error)),
        }
    }
}
