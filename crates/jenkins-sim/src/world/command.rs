//! What a build has a shell do.

use crate::shell::ModelShell;

/// A command, and what is to be done with what comes of it.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    pub(super) script: String,
    /// The status is the value of the step, rather than an error.
    pub(super) status: bool,
    /// What it prints is the value of the step.
    pub(super) capture: bool,
    pub(super) into: Option<Vec<String>>,
    pub(super) then: Then,
    pub(super) model: Option<ModelShell>,
    pub(super) captured: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// A step of a pipeline goes on.
    Step,
    /// The build step of a freestyle job.
    Freestyle,
    Content,
    Exists,
    Archive {
        allow_empty: bool,
        patterns: String,
    },
    Junit,
}

impl Shell {
    pub(super) fn freestyle(script: String) -> Self {
        Self { then: Then::Freestyle, ..Self::of(script, Then::Step, None) }
    }

    pub(super) fn of(script: String, then: Then, into: Option<Vec<String>>) -> Self {
        Self { script, status: false, capture: false, into, then, model: None, captured: String::new() }
    }
}
