//! What came of a step, before it is known when.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::after;
use crate::ports::{Failure, FailureKind, chain};
use crate::reconcile::timing::{TOLD_AT_LEAST, TOLD_AT_MOST};
use crate::state::{Refusal, StepOutcome, StepReason};

/// What came of a step.
#[derive(Debug)]
pub(super) struct Ended {
    outcome: StepOutcome,
    request: Option<String>,
    retry_after: Option<Duration>,
}

impl From<StepOutcome> for Ended {
    fn from(outcome: StepOutcome) -> Self {
        Self { outcome, request: None, retry_after: None }
    }
}

impl Ended {
    /// Its outcome as of `now`, and the cloud's id of the request.
    pub(super) fn at(mut self, now: Timestamp) -> (StepOutcome, Option<String>) {
        if let StepOutcome::Refused { retry_at, .. } = &mut self.outcome {
            *retry_at = self.retry_after.map(|wait| after(now, wait.clamp(TOLD_AT_LEAST, TOLD_AT_MOST)));
        }
        (self.outcome, self.request)
    }

    /// What was rate limited or could not be sent waits so long where the cloud told no time.
    pub(super) fn again_in(mut self, wait: Duration) -> Self {
        if let StepOutcome::Refused { refusal: Refusal::RateLimited | Refusal::NotSent, .. } = self.outcome {
            self.retry_after.get_or_insert(wait);
        }
        self
    }

    fn refused(refusal: Refusal, failure: Failure) -> Self {
        Self {
            outcome: StepOutcome::Refused { refusal, why: StepReason::said(chain(&failure)), retry_at: None },
            request: failure.request,
            retry_after: failure.retry_after,
        }
    }
}

pub(super) fn done(result: Result<(), Failure>) -> Ended {
    result.map_or_else(failed, |()| StepOutcome::Ok.into())
}

pub(super) fn guarded(why: StepReason) -> Ended {
    StepOutcome::Refused { refusal: Refusal::Guarded, why, retry_at: None }.into()
}

pub(super) fn not_sent(why: StepReason) -> Ended {
    StepOutcome::Refused { refusal: Refusal::NotSent, why, retry_at: None }.into()
}

/// What had to be read before the step could not be, so the step was not sent.
pub(super) fn unread(failure: Failure) -> Ended {
    Ended::refused(refusal_of_reading(failure.kind), failure)
}

/// Why something could not be read, by what cures it.
pub(super) const fn refusal_of_reading(kind: FailureKind) -> Refusal {
    match kind {
        FailureKind::Account => Refusal::Account,
        FailureKind::RateLimited => Refusal::RateLimited,
        FailureKind::NotSent => Refusal::NotSent,
        _ => Refusal::Transient,
    }
}

pub(super) fn unanswered(failure: Failure) -> Ended {
    Ended {
        outcome: StepOutcome::Unanswered { why: StepReason::said(chain(&failure)) },
        request: failure.request,
        retry_after: None,
    }
}

pub(super) fn failed(failure: Failure) -> Ended {
    let refusal = match failure.kind {
        FailureKind::MayHaveHappened => return unanswered(failure),
        FailureKind::Transient => Refusal::Transient,
        FailureKind::RateLimited => Refusal::RateLimited,
        FailureKind::NotSent => Refusal::NotSent,
        FailureKind::SoldOut => Refusal::SoldOut,
        FailureKind::Account => Refusal::Account,
        FailureKind::Request | FailureKind::LabelTaken => Refusal::Request,
        FailureKind::Guarded => Refusal::Guarded,
    };
    Ended::refused(refusal, failure)
}
