//! The check of a Jenkinsfile.

/// What Jenkins says about a declarative Jenkinsfile. It checks the structure and not the names of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validation {
    /// The structure is right.
    Valid,
    /// It is not: the errors, one a line.
    Invalid {
        /// Jenkins' words, such as `WorkflowScript: 3: Missing required section "stages" @ line 3, column 1.`
        errors: Vec<String>,
    },
}

impl Validation {
    /// Reads the text that Jenkins answers with; none where it is not one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("Jenkinsfile successfully validated") {
            return Some(Self::Valid);
        }
        let errors = text.strip_prefix("Errors encountered validating Jenkinsfile:")?;
        let lines = errors.lines().map(str::trim).filter(|line| !line.is_empty());
        Some(Self::Invalid { errors: lines.map(str::to_owned).collect() })
    }

    /// Whether the structure is right.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        matches!(self, Self::Valid)
    }
}
