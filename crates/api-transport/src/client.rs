use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, debug, debug_span};
use url::Url;

use crate::budget::{Budget, Ticket};
use crate::failure::RequestFailure;
use crate::outcome::{Stage, Verdict};
use crate::request::Request;
use crate::response::{Response, StreamedResponse};
use crate::retry::{HttpRefusals, Refusals, Retry, retry_after};
use crate::secret::{Basic, Token, TokenError};
use crate::service::{Body, Service, ServiceError};

/// The most of an answer that is kept in memory: a server gone wrong must not fill it.
const LARGEST_ANSWER: usize = 64 << 20;

/// The most of a refusal that is read. Its status says what it is, whatever page comes with it, whole or not.
const LARGEST_REFUSAL: usize = 1 << 20;

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

    /// Sends `request` until it succeeds, or until another attempt is useless or unsafe; reads the whole answer.
    ///
    /// # Errors
    /// See [`Stage`] for what can go wrong where. An answer of more than 64 MiB fails at stage reading: see
    /// [`stream`](Self::stream).
    pub async fn send(&self, request: &Request) -> Result<Response, RequestFailure> {
        let (answer, attempts) = self.succeed(request, Reading::Whole).await?;
        let (head, body) = answer.into_parts();
        let body = body.collect(LARGEST_ANSWER).await.map_err(|error| {
            RequestFailure::of_service(request.attempting(), request.idempotency(), error)
                .after(attempts, false)
                .asked(request.method(), request.encoded_path())
        })?;
        Ok(Response::of(head.status, head.headers, body, attempts))
    }

    /// Sends `request` as [`send`](Self::send) does, and leaves the body of the success to be read chunk by chunk, in flat
    /// memory. The time limit of an attempt ends with the head of the answer; it then bounds the wait for each chunk.
    ///
    /// # Errors
    /// As those of [`send`](Self::send), up to the head; later ones end the stream.
    pub async fn stream(&self, request: &Request) -> Result<StreamedResponse, RequestFailure> {
        let (answer, attempts) = self.succeed(request, Reading::Chunks).await?;
        let (head, body) = answer.into_parts();
        let idle = self.limit_of(request);
        let (attempting, idempotency) = (request.attempting().to_owned(), request.idempotency());
        let (method, path) = (request.method().clone(), request.encoded_path());
        let chunks = stream::unfold(Some(body), move |body| {
            let (attempting, method, path) = (attempting.clone(), method.clone(), path.clone());
            async move {
                let mut body = body?;
                let broken = match timeout(idle, body.next()).await {
                    Ok(None) => return None,
                    Ok(Some(Ok(chunk))) => return Some((Ok(chunk), Some(body))),
                    Ok(Some(Err(error))) => error,
                    Err(elapsed) => ServiceError::reading(elapsed).timed_out(true),
                };
                let failure = RequestFailure::of_service(&attempting, idempotency, broken)
                    .after(attempts, false)
                    .asked(&method, path);
                Some((Err(failure), None))
            }
        });
        Ok(StreamedResponse::new(head.status, head.headers, attempts, chunks))
    }

    async fn succeed(
        &self,
        request: &Request,
        reading: Reading,
    ) -> Result<(http::Response<Body>, u32), RequestFailure> {
        let span = debug_span!("request", attempting = request.attempting(), method = %request.method(), path = request.encoded_path());
        let answer = self.send_again_and_again(request, reading).instrument(span).await;
        answer.map_err(|failure| failure.asked(request.method(), request.encoded_path()))
    }

    async fn send_again_and_again(
        &self,
        request: &Request,
        reading: Reading,
    ) -> Result<(http::Response<Body>, u32), RequestFailure> {
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
            let (failure, verdict) = match self.attempt(request, &wire, ticket, reading).await {
                Ok(Answer::Success(answer)) => {
                    debug!(attempt, status = answer.status().as_u16(), took = ?sent.elapsed(), "answered");
                    return Ok((answer, attempt));
                }
                Ok(Answer::Refusal(answer)) => {
                    let (head, body) = answer.into_parts();
                    let verdict = shared.refusals.judge(head.status, &head.headers, &body);
                    let failure = RequestFailure::new(
                        request.attempting(),
                        Stage::Refused,
                        verdict,
                        request.idempotency(),
                    )
                    .answered(head.status, head.headers, body);
                    (failure, verdict)
                }
                Err(error) => {
                    let verdict = Verdict::of_stage(error.stage());
                    (RequestFailure::of_service(request.attempting(), request.idempotency(), error), verdict)
                }
            };
            let failure = failure.after(attempt, doubted_before);
            let wait = shared.retry.next(
                request.idempotency(),
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

    async fn wait_for_budget(&self, request: &Request, began: Instant) -> Result<Ticket, RequestFailure> {
        let shared = &*self.0;
        loop {
            let wait = match shared.budget.take(request.family_name()) {
                Ok(ticket) => return Ok(ticket),
                Err(wait) => wait,
            };
            // With a single attempt there is still a first one to wait for, as long as the time allows.
            if began.elapsed() + wait > shared.retry.total {
                let held = Verdict::of_stage(Stage::Held);
                return Err(RequestFailure::new(
                    request.attempting(),
                    Stage::Held,
                    held,
                    request.idempotency(),
                )
                .held_for(wait));
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
        reading: Reading,
    ) -> Result<Answer, ServiceError> {
        let shared = &*self.0;
        let mut wire = wire.clone();
        for (name, value) in &shared.headers {
            wire.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        let family = request.family_name();
        let mut under_way = UnderWay { budget: &shared.budget, family, answered: false };
        let exchange = async {
            let answer = shared.service.call(wire).await?;
            if !request.is_success(answer.status(), answer.headers()) {
                let (head, body) = answer.into_parts();
                let body = body.beginning(LARGEST_REFUSAL).await;
                return Ok(Answer::Refusal(http::Response::from_parts(head, body)));
            }
            match reading {
                Reading::Chunks => Ok(Answer::Success(answer)),
                Reading::Whole => {
                    let (head, body) = answer.into_parts();
                    let body = body.collect(LARGEST_ANSWER).await?.into();
                    Ok(Answer::Success(http::Response::from_parts(head, body)))
                }
            }
        };
        let answer = timeout(self.limit_of(request), exchange)
            .await
            .map_err(|elapsed| ServiceError::sending(elapsed).timed_out(true))??;
        under_way.answered = true;
        let (status, headers) = match &answer {
            Answer::Success(answer) => (answer.status(), answer.headers()),
            Answer::Refusal(answer) => (answer.status(), answer.headers()),
        };
        let refused_for = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| retry_after(headers).unwrap_or(Duration::from_secs(1)));
        shared.budget.answered(family, ticket, headers, refused_for);
        Ok(answer)
    }

    fn limit_of(&self, request: &Request) -> Duration {
        request.own_limit().unwrap_or(self.0.attempt_limit)
    }
}

/// How much of a success belongs to the attempt.
#[derive(Debug, Clone, Copy)]
enum Reading {
    Whole,
    Chunks,
}

/// An answer to one attempt.
enum Answer {
    Success(http::Response<Body>),
    Refusal(http::Response<Bytes>),
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
