//! What steps throw.

use super::outcome::Outcome;

/// What a step throws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(super) message: String,
    pub(super) outcome: Outcome,
    /// Somebody, or a time-out, stopped it: nothing tries again.
    pub(super) interrupted: bool,
}

/// Steps that exist, for the message about one that doesn't.
const STEPS: &str = "archiveArtifacts, catchError, checkout, deleteDir, dir, echo, error, fileExists, input, junit, node, \
                     parallel, print, println, properties, pwd, readFile, retry, sh, sleep, stage, timeout, timestamps, \
                     unstable, warnError, withCredentials, withEnv, writeFile";

impl Failure {
    pub(super) fn error(message: &str) -> Self {
        Self { message: message.to_owned(), outcome: Outcome::Failure, interrupted: false }
    }

    pub(super) fn interrupted() -> Self {
        Self { message: String::new(), outcome: Outcome::Aborted, interrupted: true }
    }

    pub(super) fn no_such_step(name: &str) -> Self {
        Self::error(&format!(
            "java.lang.NoSuchMethodError: No such DSL method '{name}' found among steps [{STEPS}]"
        ))
    }

    /// What the log says at the end.
    pub(super) fn line(&self) -> Option<String> {
        let java =
            self.message.split(':').next().is_some_and(|class| class.contains('.') && !class.contains(' '));
        match (self.interrupted, java) {
            (true, _) => None,
            (false, true) => Some(self.message.clone()),
            (false, false) => Some(format!("ERROR: {}", self.message)),
        }
    }
}
