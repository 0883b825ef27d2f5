//! What a build carries out: operations in a row, with scopes that an error unwinds.

use super::ast::{Call, Expr};

/// A compiled pipeline, or the steps of a freestyle job.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Program {
    pub(crate) ops: Vec<Op>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    /// A step of the pipeline, and the variable that takes its value.
    Step {
        call: Call,
        into: Option<Vec<String>>,
    },
    Assign {
        to: Vec<String>,
        value: Expr,
    },
    /// Begins a scope; `end` is where its [`Op::Leave`] stands.
    Enter {
        scope: Scope,
        end: usize,
    },
    Leave,
    /// Goes on elsewhere when the condition is false.
    Unless {
        condition: Condition,
        to: usize,
    },
    Jump(usize),
    /// Goes on in several places at the same time, and at `join` when all of them have come to their [`Op::Join`].
    Fork {
        branches: Vec<(String, usize)>,
        join: usize,
        /// The first branch that fails ends the others.
        fail_fast: bool,
    },
    /// Ends a branch.
    Join,
    /// Puts the files that came as parameters into the workspace, of a freestyle job.
    Files,
    /// Ends the section of a [`Scope::Finally`]: what was thrown before goes on.
    Rethrow,
    /// A line of the log.
    Print(String),
    /// A command of a freestyle job.
    Shell(String),
    /// Files of the workspace to keep, of a freestyle job.
    Archive(String),
    /// Test results, of a freestyle job.
    Junit(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Is(Expr),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A section of `post`, such as `always`.
    Post(String),
    /// `when { environment name: …, value: … }`.
    Environment(Expr, Expr),
    Equal(Expr, Expr),
    Branch(Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scope {
    /// `stage('name')`; what it does on an error is to fail.
    Stage(Expr),
    /// Takes an executor.
    Node,
    Timeout(Box<Call>),
    /// `environment { … }` and `withEnv([…])`.
    Environment(Vec<(String, Expr)>),
    WithEnv(Expr),
    WithCredentials(Expr),
    Dir(Expr),
    Retry {
        times: Expr,
        left: Option<u32>,
    },
    CatchError(Box<Call>),
    /// Goes on at `handler` with the message in a variable.
    Catch {
        handler: usize,
        variable: String,
    },
    /// Goes on at `section` whatever happens.
    Finally {
        section: usize,
    },
    /// A block step that only shows in the log, such as `timestamps`.
    Plain(String),
    /// `parallel`, around its branches.
    Parallel,
    /// One of its branches.
    Branch(String),
}

impl Scope {
    /// The lines of the log that begin it; what the compiler made for itself is not shown.
    pub(crate) fn opening(&self, name: &str) -> Vec<String> {
        match (self, self.title()) {
            (Self::Parallel, _) => vec!["[Pipeline] parallel".to_owned()],
            (Self::Branch(branch), _) => vec![format!("[Pipeline] {{ (Branch: {branch})")],
            (Self::Stage(_), _) => vec!["[Pipeline] stage".to_owned(), format!("[Pipeline] {{ ({name})")],
            (_, Some(title)) => vec![format!("[Pipeline] {title}"), "[Pipeline] {".to_owned()],
            (_, None) => Vec::new(),
        }
    }

    /// The lines that end it.
    pub(crate) fn closing(&self) -> Vec<String> {
        match (self, self.title()) {
            (Self::Parallel, _) => vec!["[Pipeline] // parallel".to_owned()],
            (Self::Branch(_), _) => vec!["[Pipeline] }".to_owned()],
            (_, Some(title)) => vec!["[Pipeline] }".to_owned(), format!("[Pipeline] // {title}")],
            (_, None) => Vec::new(),
        }
    }

    /// What the log calls a block.
    pub(crate) fn title(&self) -> Option<&str> {
        Some(match self {
            Self::Stage(_) => "stage",
            Self::Node => "node",
            Self::Timeout(_) => "timeout",
            Self::Environment(_) | Self::WithEnv(_) => "withEnv",
            Self::WithCredentials(_) => "withCredentials",
            Self::Dir(_) => "dir",
            Self::Retry { .. } => "retry",
            Self::CatchError(_) => "catchError",
            Self::Plain(name) => name,
            Self::Catch { .. } | Self::Finally { .. } | Self::Parallel | Self::Branch(_) => return None,
        })
    }
}
