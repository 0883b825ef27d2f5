//! How the program ends: the codes, and what is said when something fails.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use autoscale_api::ErrorDetail;
use autoscale_api::client::{self, ErrorKind};
use autoscale_config::Problems;
use scaler_core::runtime;
use scaler_sqlite::OpenError;

/// The exit codes. They are documented in the help and the README: never change the meaning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or reached.
    Ok,
    /// It failed.
    Failed,
    /// The command line or the configuration is wrong, or names what is not there.
    Usage,
    /// The store is in use, or the daemon can't be reached.
    Unreachable,
    /// A newer decision took its place.
    Superseded,
    /// It was not reached within `--timeout`.
    TimedOut,
    /// It was refused as things are: another generation, a mode, a member that can't be adopted.
    Refused,
    /// A signal ended the waiting.
    Interrupted,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Superseded => 4,
            Self::TimedOut => 5,
            Self::Refused => 6,
            Self::Interrupted => 130,
        }
    }

    /// As programs read it in the JSON of an error.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::Superseded => "superseded",
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// A command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Error(Box<dyn Error + Send + Sync>),
    Problems(Problems),
}

impl Failure {
    /// With an error whose chain says what was attempted, what came back and what to do.
    pub(crate) fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit, why: Why::Error(error.into()) }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Problems(problems) => problems.fmt(f),
            Why::Error(error) => {
                write!(f, "error: {error}")?;
                let mut beneath = error.source();
                while let Some(source) = beneath {
                    write!(f, ": {source}")?;
                    beneath = source.source();
                }
                Ok(())
            }
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self { exit: Exit::Usage, why: Why::Problems(problems) }
    }
}

impl From<runtime::Error> for Failure {
    fn from(error: runtime::Error) -> Self {
        use runtime::Error as E;
        let exit = match &error {
            E::UnknownGroup { .. } | E::NoMember { .. } => Exit::Usage,
            E::Overtaken { .. } => Exit::Unreachable,
            E::Generation { .. } | E::Asleep { .. } | E::Refused { .. } => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Connect | ErrorKind::NoAnswer => Exit::Unreachable,
            ErrorKind::Invalid | ErrorKind::Credential | ErrorKind::NotFound => Exit::Usage,
            ErrorKind::Conflict => Exit::Refused,
            _ => Exit::Failed,
        };
        if error.kind() == ErrorKind::Credential {
            return Self::new(exit, format!("{error}: set AUTOSCALE_CREDENTIAL to the daemon's credential"));
        }
        Self::new(exit, error)
    }
}

impl From<ErrorDetail> for Failure {
    fn from(detail: ErrorDetail) -> Self {
        Self::new(Exit::Usage, detail)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match &error {
            OpenError::Locked { .. } => Exit::Unreachable,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}
