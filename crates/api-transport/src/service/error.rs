use crate::outcome::{BoxError, Stage};

/// An exchange that brought no whole answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", stage.what_failed())]
pub struct ServiceError {
    stage: Stage,
    timed_out: bool,
    #[source]
    source: BoxError,
}

impl ServiceError {
    /// The request cannot be expressed for this service; nothing was sent.
    pub fn building(source: impl Into<BoxError>) -> Self {
        Self::at(Stage::Building, source)
    }

    /// No connection: the server surely did not take the request.
    pub fn connecting(source: impl Into<BoxError>) -> Self {
        Self::at(Stage::Connecting, source)
    }

    /// Lost while sending, or while waiting for the answer: the server may have taken the request.
    pub fn sending(source: impl Into<BoxError>) -> Self {
        Self::at(Stage::Sending, source)
    }

    /// The answer began and broke off.
    pub fn reading(source: impl Into<BoxError>) -> Self {
        Self::at(Stage::Reading, source)
    }

    fn at(stage: Stage, source: impl Into<BoxError>) -> Self {
        Self { stage, timed_out: false, source: source.into() }
    }

    /// Marks the error as the end of a time limit rather than a broken connection.
    #[must_use]
    pub const fn timed_out(mut self, timed_out: bool) -> Self {
        self.timed_out = timed_out;
        self
    }

    /// What lies below.
    pub fn into_source(self) -> BoxError {
        self.source
    }

    /// How far the request came.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether a time limit ended the exchange.
    pub const fn is_timeout(&self) -> bool {
        self.timed_out
    }
}
