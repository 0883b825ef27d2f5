use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::outcome::{BoxError, Idempotency, Stage, Verdict};
use crate::retry::retry_after;
use crate::service::ServiceError;

/// A request that failed for good: what was attempted, how far it came, what came back.
///
/// Its `Display` never repeats its source; the chain does.
pub struct RequestFailure(Box<Inner>);

struct Inner {
    attempting: String,
    stage: Stage,
    verdict: Verdict,
    idempotency: Idempotency,
    timed_out: bool,
    attempts: u32,
    doubted_before: bool,
    asked: Option<(Method, String)>,
    answer: Option<Answer>,
    wait: Option<Duration>,
    source: Option<BoxError>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl RequestFailure {
    pub(crate) fn new(attempting: &str, stage: Stage, verdict: Verdict, idempotency: Idempotency) -> Self {
        Self(Box::new(Inner {
            attempting: attempting.to_owned(),
            stage,
            verdict,
            idempotency,
            timed_out: false,
            attempts: 0,
            doubted_before: false,
            asked: None,
            answer: None,
            wait: None,
            source: None,
        }))
    }

    /// A request that cannot be expressed: nothing was sent.
    pub fn building(attempting: &str, source: impl Into<BoxError>) -> Self {
        Self::new(attempting, Stage::Building, Verdict::FINAL, Idempotency::Idempotent)
            .caused_by(source.into())
    }

    /// A success whose body could not be understood.
    pub(crate) fn decoding(attempting: &str, source: impl Into<BoxError>) -> Self {
        let verdict = Verdict::of_stage(Stage::Decoding);
        Self::new(attempting, Stage::Decoding, verdict, Idempotency::Idempotent).caused_by(source.into())
    }

    /// An exchange that brought no whole answer. The failure says at which stage it broke: its source is what lies below.
    pub(crate) fn of_service(attempting: &str, idempotency: Idempotency, error: ServiceError) -> Self {
        let stage = error.stage();
        let timed_out = error.is_timeout();
        Self::new(attempting, stage, Verdict::of_stage(stage), idempotency)
            .timed_out(timed_out)
            .caused_by(error.into_source())
    }

    pub(crate) fn asked(mut self, method: &Method, path: String) -> Self {
        self.0.asked = Some((method.clone(), path));
        self
    }

    pub(crate) fn answered(mut self, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        self.0.answer = Some(Answer { status, headers, body });
        self
    }

    pub(crate) fn caused_by(mut self, source: BoxError) -> Self {
        self.0.source = Some(source);
        self
    }

    pub(crate) fn timed_out(mut self, timed_out: bool) -> Self {
        self.0.timed_out = timed_out;
        self
    }

    pub(crate) fn held_for(mut self, wait: Duration) -> Self {
        self.0.wait = Some(wait);
        self
    }

    pub(crate) fn after(mut self, attempts: u32, doubted_before: bool) -> Self {
        self.0.attempts = attempts;
        self.0.doubted_before = doubted_before;
        self
    }

    /// What was attempted, in words.
    pub fn attempting(&self) -> &str {
        &self.0.attempting
    }

    /// The method of the request and its path below the client's base address, encoded; none for a request that was never
    /// made.
    pub fn asked_for(&self) -> Option<(&Method, &str)> {
        self.0.asked.as_ref().map(|(method, path)| (method, path.as_str()))
    }

    /// How far the last attempt came.
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|a| a.status)
    }

    /// The headers of the last answer, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|a| &a.headers)
    }

    /// The body of the last answer; empty if there was none.
    pub fn body(&self) -> &[u8] {
        self.0.answer.as_ref().map_or(&[], |a| &a.body)
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether a time limit ended it.
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out
    }

    /// Whether the same request may succeed later without any change on either side. It says nothing about safety:
    /// look at [`may_have_happened`](Self::may_have_happened) before repeating what is not idempotent.
    pub fn is_retryable(&self) -> bool {
        self.0.verdict.again
    }

    /// Whether the server may have done what was asked, in this attempt or in an earlier one.
    pub fn may_have_happened(&self) -> bool {
        self.0.verdict.may_have_happened || self.0.doubted_before
    }

    /// Whether an attempt before the last one may have been taken. A delete that ends in 404 then was ours.
    pub fn doubted_before(&self) -> bool {
        self.0.doubted_before
    }

    /// How long to wait before asking again: what the server said, or when the rate budget is whole again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.wait.or_else(|| self.headers().and_then(retry_after))
    }

    /// What the caller should do about it, in words.
    pub fn advice(&self) -> &'static str {
        match (self.may_have_happened(), self.0.idempotency) {
            (true, Idempotency::Creates) => "look whether it exists before creating it again",
            (true, Idempotency::NotIdempotent) => "look whether it was done before asking again",
            _ if self.0.stage == Stage::Building => "correct the request",
            _ if self.0.stage == Stage::Connecting => "check the address and the network, then try again",
            _ if self.is_retryable() => "try again later",
            _ if self.0.stage == Stage::Decoding => {
                "check that the address is the API's and its version the right one"
            }
            _ => "correct the request, asking again brings the same",
        }
    }
}

impl fmt::Display for RequestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.attempting, self.0.stage.what_failed())?;
        if let Some(status) = self.status() {
            write!(f, " ({status})")?;
        }
        if self.is_timeout() {
            f.write_str(" within the time limit")?;
        }
        if self.attempts() > 1 {
            write!(f, " after {} attempts", self.attempts())?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl fmt::Debug for RequestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies stay out: an answer may repeat what the request held.
        f.debug_struct("RequestFailure")
            .field("attempting", &self.0.attempting)
            .field("stage", &self.0.stage)
            .field("status", &self.status())
            .field("timed_out", &self.0.timed_out)
            .field("attempts", &self.0.attempts)
            .field("may_have_happened", &self.may_have_happened())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl Error for RequestFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
