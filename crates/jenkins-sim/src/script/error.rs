//! What is wrong with a Jenkinsfile.

/// Why a Jenkinsfile can't be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptError {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl ScriptError {
    pub(super) fn new(line: usize, column: usize, message: &str) -> Self {
        Self { line, column, message: message.to_owned() }
    }
}

impl std::fmt::Display for ScriptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, column, message } = self;
        write!(f, "WorkflowScript: {line}: {message} @ line {line}, column {column}.")
    }
}
