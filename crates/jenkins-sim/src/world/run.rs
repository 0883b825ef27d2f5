//! Where a build is in its program.

use std::collections::BTreeMap;

use super::command::Shell;
use super::errand::ErrandId;
use super::failure::Failure;
use super::groovy::Value;
use super::outcome::Outcome;
use crate::script::{Program, Scope};

/// Where a build is in its program.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(super) program: Program,
    pub(super) at: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) variables: BTreeMap<String, Value>,
    pub(super) wait: Wait,
    /// Counts up with every wait, so that one that is over wakes nothing.
    pub(super) epoch: u64,
    /// The worst so far.
    pub(super) result: Option<Outcome>,
    /// What the build before came to.
    pub(super) before: Option<Outcome>,
    last_id: u64,
}

/// What a build waits for.
#[derive(Debug, Clone)]
pub(super) enum Wait {
    Nothing,
    Sleep,
    Executor,
    Input,
    /// A modelled command.
    Shell(Box<Shell>),
    /// Work on a real machine.
    Errand(ErrandId, Box<Shell>),
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) id: u64,
    pub(super) kind: FrameKind,
    pub(super) scope: Scope,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) environment: Vec<(String, String)>,
    /// Which of the build's stages it is.
    pub(super) stage: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum FrameKind {
    Scope,
    /// The section of a `finally` or `post`, and what was thrown before it.
    Section {
        pending: Option<Failure>,
    },
}

impl Frame {
    pub(super) fn section(id: u64, pending: Option<Failure>) -> Self {
        let scope = Scope::Plain(String::new());
        let kind = FrameKind::Section { pending };
        Self { id, kind, scope, start: 0, end: 0, environment: Vec::new(), stage: None }
    }
}

/// How hard a build is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Its steps are interrupted, its `post` runs.
    Stop,
    /// Also what does not answer an interruption.
    Term,
    /// It is over at once.
    Kill,
}

/// Whether a build goes on by itself.
pub(super) enum Flow {
    On,
    Wait,
}

impl Run {
    pub(super) fn new(program: Program, before: Option<Outcome>) -> Self {
        Self {
            program,
            at: 0,
            frames: Vec::new(),
            variables: BTreeMap::new(),
            wait: Wait::Nothing,
            epoch: 0,
            result: None,
            before,
            last_id: 1,
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn wants_executor(&self) -> bool {
        matches!(self.wait, Wait::Executor)
    }

    /// A variable that a scope sets.
    pub(super) fn scoped(&self, name: &str) -> Option<&str> {
        let in_frame = |frame: &'_ Frame| frame.environment.iter().rev().position(|(known, _)| known == name);
        self.frames.iter().rev().find_map(|frame| {
            let at = in_frame(frame)?;
            frame.environment.iter().rev().nth(at).map(|(_, value)| value.as_str())
        })
    }
}
