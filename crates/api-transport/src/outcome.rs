//! The words for how an exchange ended.

use std::error::Error;

/// Any error that can be sent between tasks.
pub type BoxError = Box<dyn Error + Send + Sync + 'static>;

/// What happens when a request is taken twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// The same as when it is taken once: reads, replacements, deletes.
    Idempotent,
    /// Something else: actions.
    NotIdempotent,
    /// A second thing: like `NotIdempotent`, and failures advise to look for the first.
    Creates,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// It could not be expressed; nothing was sent.
    Building,
    /// The rate budget held it back for longer than the caller's patience; nothing was sent.
    Held,
    /// No connection; surely not taken.
    Connecting,
    /// Sent, at least in part, and no answer; may have been taken.
    Sending,
    /// The answer began and broke off; may have been taken.
    Reading,
    /// The server answered with an error.
    Refused,
    /// The server answered with success, and the answer could not be understood; it was taken.
    Decoding,
}

impl Stage {
    /// What went wrong at this stage, in words that fit behind "attempting …:".
    pub const fn what_failed(self) -> &'static str {
        match self {
            Self::Building => "the request could not be built",
            Self::Held => "the rate budget is spent, so that nothing was sent",
            Self::Connecting => "no connection could be made",
            Self::Sending => "the request was sent and no answer came",
            Self::Reading => "the answer broke off",
            Self::Refused => "the server refused",
            Self::Decoding => "the server agreed and its answer could not be understood",
        }
    }
}

/// What one failed attempt means: whether the same again may succeed, and whether this one may have been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The same request may succeed later.
    pub again: bool,
    /// The server may have done what was asked.
    pub may_have_happened: bool,
}

impl Verdict {
    /// The same again brings the same, and nothing was done.
    pub const FINAL: Self = Self { again: false, may_have_happened: false };
    /// Turned away before anything was done, for now: even a create may be sent again.
    pub const TURNED_AWAY: Self = Self { again: true, may_have_happened: false };
    /// Broken on the way: again, if twice is the same as once.
    pub const DOUBTFUL: Self = Self { again: true, may_have_happened: true };

    /// What an exchange without a whole answer means.
    pub const fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Connecting | Stage::Held => Self::TURNED_AWAY,
            Stage::Sending | Stage::Reading => Self::DOUBTFUL,
            Stage::Building | Stage::Refused => Self::FINAL,
            Stage::Decoding => Self { again: false, may_have_happened: true },
        }
    }
}
