//! Why it ends, for people and for programs.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use autoscale_config::Problems;
use autoscale_daemon::{AssembleError, ServeError};
use scaler_sqlite::OpenError;

/// The configuration can't be used.
const CONFIG: u8 = 2;
/// Another process holds the store.
const LOCKED: u8 = 3;
/// Anything else.
const OTHER: u8 = 1;

/// Why it ends, with the code that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    error: Box<dyn Error>,
}

impl Failure {
    /// Says it on stderr, with everything beneath.
    pub(crate) fn tell(&self) -> ExitCode {
        let mut text = self.error.to_string();
        let mut next = self.error.source();
        while let Some(source) = next {
            text.push_str("\n  because: ");
            text.push_str(&source.to_string());
            next = source.source();
        }
        // Without a stderr the code says enough.
        let _ = writeln!(io::stderr(), "{text}");
        ExitCode::from(self.code)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self { code: CONFIG, error: problems.into() }
    }
}

impl From<AssembleError> for Failure {
    fn from(error: AssembleError) -> Self {
        let code = match &error {
            AssembleError::Store(OpenError::Locked { .. }) => LOCKED,
            AssembleError::Store(_) | AssembleError::Key { .. } => OTHER,
            AssembleError::Ownership(scaler_core::runtime::Error::Store { .. }) => OTHER,
            _ => CONFIG,
        };
        Self { code, error: error.into() }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let code = if matches!(error, ServeError::Exposed { .. }) { CONFIG } else { OTHER };
        Self { code, error: error.into() }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { code: OTHER, error: error.into() }
    }
}
