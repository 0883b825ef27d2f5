//! Builds by name, and what they come to.

/// Names a build, also after its job was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BuildId {
    pub(crate) job: u64,
    pub(crate) number: u64,
}

/// A build's result; the later one is the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Success,
    Unstable,
    Failure,
    NotBuilt,
    Aborted,
}

impl Outcome {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Unstable => "UNSTABLE",
            Self::Failure => "FAILURE",
            Self::NotBuilt => "NOT_BUILT",
            Self::Aborted => "ABORTED",
        }
    }

    pub(crate) fn read(name: &str) -> Option<Self> {
        [Self::Success, Self::Unstable, Self::Failure, Self::NotBuilt, Self::Aborted]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}
