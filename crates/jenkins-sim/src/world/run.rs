//! Where a build is in its program.

use std::collections::{BTreeMap, VecDeque};

use super::command::Shell;
use super::errand::ErrandId;
use super::failure::Failure;
use super::groovy::Value;
use super::outcome::Outcome;
use crate::script::{Program, Scope};

/// Where a build is in its program: in several places at once while `parallel` runs.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(super) program: Program,
    /// The branch that is carried out, or was last.
    pub(super) now: Branch,
    /// The others, by their numbers.
    others: BTreeMap<u64, Branch>,
    /// Branches that go on, each with what is thrown into it.
    ready: VecDeque<(u64, Option<Failure>)>,
    /// Whether somebody is carrying it out, who will see to what is ready.
    pub(super) active: bool,
    pub(super) variables: BTreeMap<String, Value>,
    /// The worst so far.
    pub(super) result: Option<Outcome>,
    /// What the build before came to.
    pub(super) before: Option<Outcome>,
    /// Counts up with every wait, so that one that is over wakes nothing.
    epoch: u64,
    last_id: u64,
}

/// One of the places where a build is. The first has no parent.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) id: u64,
    parent: Option<u64>,
    name: String,
    pub(super) at: usize,
    pub(super) frames: Vec<Frame>,
    /// The frames around it, which it sees and does not leave.
    outer: Vec<Frame>,
    pub(super) wait: Wait,
    /// That of its wait.
    pub(super) epoch: u64,
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
    /// For the branches of a `parallel`.
    Branches {
        left: usize,
        join: usize,
        fail_fast: bool,
        /// What the first of them that failed threw.
        failure: Option<Failure>,
    },
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

impl Branch {
    fn new(id: u64, parent: Option<u64>, name: String, at: usize, outer: Vec<Frame>) -> Self {
        Self { id, parent, name, at, frames: Vec::new(), outer, wait: Wait::Nothing, epoch: 0 }
    }

    /// The frames that it is in, the innermost first.
    pub(super) fn around(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().rev().chain(self.outer.iter().rev())
    }

    /// Whether an executor is taken around its innermost frame.
    pub(super) fn has_node(&self) -> bool {
        self.around().skip(1).any(|frame| matches!(frame.scope, Scope::Node))
    }

    /// Whether it is one of several.
    pub(super) fn is_inner(&self) -> bool {
        self.parent.is_some()
    }

    pub(super) fn wants_executor(&self) -> bool {
        matches!(self.wait, Wait::Executor)
    }

    /// A variable that a scope sets.
    pub(super) fn scoped(&self, name: &str) -> Option<&str> {
        self.around().find_map(|frame| {
            frame.environment.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        })
    }
}

impl Run {
    pub(super) fn new(program: Program, before: Option<Outcome>) -> Self {
        Self {
            program,
            now: Branch::new(0, None, String::new(), 0, Vec::new()),
            others: BTreeMap::new(),
            ready: VecDeque::new(),
            active: false,
            variables: BTreeMap::new(),
            result: None,
            before,
            epoch: 0,
            last_id: 1,
        }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The branch that is carried out waits.
    pub(super) fn wait(&mut self, wait: Wait) -> u64 {
        self.epoch += 1;
        self.now.wait = wait;
        self.now.epoch = self.epoch;
        self.epoch
    }

    /// All branches.
    pub(super) fn branches(&self) -> impl Iterator<Item = &Branch> {
        [&self.now].into_iter().chain(self.others.values())
    }

    pub(super) fn find(&self, is: impl Fn(&Branch) -> bool) -> Option<u64> {
        self.branches().find(|branch| is(branch)).map(|branch| branch.id)
    }

    /// A branch that waited for an executor has one.
    pub(super) fn has_executor(&mut self, branch: u64) {
        let waiting = if self.now.id == branch { Some(&mut self.now) } else { self.others.get_mut(&branch) };
        if let Some(waiting) = waiting {
            waiting.wait = Wait::Nothing;
            self.is_ready(branch, None);
        }
    }

    /// Carries this one out from now on; `false` when it has ended.
    pub(super) fn turn_to(&mut self, id: u64) -> bool {
        if self.now.id == id {
            return true;
        }
        let Some(branch) = self.others.remove(&id) else { return false };
        let before = std::mem::replace(&mut self.now, branch);
        self.others.insert(before.id, before);
        true
    }

    /// What is below a branch, or the branch itself, and does not wait for branches in turn.
    pub(super) fn leaves(&self, below: u64) -> Vec<u64> {
        let is_below = |branch: &Branch| {
            let mut up = Some(branch.id);
            while let Some(id) = up.filter(|id| *id != below) {
                up = self.branches().find(|branch| branch.id == id).and_then(|branch| branch.parent);
            }
            up.is_some()
        };
        let waits = |branch: &&Branch| !matches!(branch.wait, Wait::Branches { .. });
        self.branches().filter(waits).filter(|branch| is_below(branch)).map(|branch| branch.id).collect()
    }

    /// A branch goes on, with something thrown into it or not. The first word counts.
    pub(super) fn is_ready(&mut self, branch: u64, failure: Option<Failure>) {
        if !self.ready.iter().any(|(known, _)| *known == branch) {
            self.ready.push_back((branch, failure));
        }
    }

    /// Turns to what is to go on next, and says what is thrown into it.
    pub(super) fn turn_to_ready(&mut self) -> Option<Option<Failure>> {
        loop {
            let (branch, failure) = self.ready.pop_front()?;
            if self.turn_to(branch) {
                return Some(failure);
            }
        }
    }

    /// The branch that is carried out begins others, and waits for them.
    pub(super) fn fork(&mut self, begun: Vec<(String, usize)>, join: usize, fail_fast: bool) {
        let outer: Vec<Frame> = self.now.outer.iter().chain(&self.now.frames).cloned().collect();
        let left = begun.len();
        self.wait(Wait::Branches { left, join, fail_fast, failure: None });
        for (name, at) in begun {
            let id = self.new_id();
            self.others.insert(id, Branch::new(id, Some(self.now.id), name, at, outer.clone()));
            self.is_ready(id, None);
        }
        if left == 0 {
            self.join();
        }
    }

    /// The branch that is carried out ends. Its name, if it failed, and those that end with it.
    pub(super) fn end_branch(&mut self, failure: Option<Failure>) -> Option<(String, Vec<u64>)> {
        let parent = self.now.parent.and_then(|parent| self.others.remove(&parent))?;
        let ended = std::mem::replace(&mut self.now, parent);
        let failed = failure.is_some();
        let Wait::Branches { left, fail_fast, failure: first, .. } = &mut self.now.wait else { return None };
        *left -= 1;
        *first = first.take().or(failure);
        let (over, ends_others) = (*left == 0, *fail_fast && failed);
        let others = if ends_others { self.leaves(self.now.id) } else { Vec::new() };
        if over {
            self.join();
        }
        failed.then_some((ended.name, others))
    }

    /// Nothing in the program handles what is thrown from now on.
    pub(super) fn forget_handlers(&mut self) {
        for branch in [&mut self.now].into_iter().chain(self.others.values_mut()) {
            branch.frames.retain(|frame| frame.stage.is_some());
        }
    }

    /// All branches are at their end: the one that waited for them goes on.
    fn join(&mut self) {
        if let Wait::Branches { join, failure, .. } = std::mem::replace(&mut self.now.wait, Wait::Nothing) {
            self.now.at = join;
            self.is_ready(self.now.id, failure);
        }
    }
}
