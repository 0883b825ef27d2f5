//! How the program ends: the codes, and what is said when something fails.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use autoscale_api::ErrorDetail;
use autoscale_api::client::{self, ErrorKind};
use autoscale_config::Problems;
use autoscale_daemon::local::NoHolder;
use scaler_core::runtime;
use scaler_sqlite::OpenError;
use serde::Serialize;

/// The exit codes, and their names as programs read them in the JSON of an error. They are documented in the help and the
/// README: never change the meaning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, or reached.
    Ok = 0,
    /// It failed.
    Failed = 1,
    /// The command line or the configuration is wrong, or names what is not there.
    Usage = 2,
    /// The store is in use, or the daemon can't be reached.
    Unreachable = 3,
    /// A newer decision took its place.
    Superseded = 4,
    /// It was not reached within `--timeout`.
    TimedOut = 5,
    /// It was refused as things are: another generation, a mode, a member that can't be adopted.
    Refused = 6,
    /// A signal ended the waiting.
    Interrupted = 130,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        self as u8
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

    /// What failed, without the word for it.
    pub(crate) fn plain(&self) -> String {
        let text = self.to_string();
        text.strip_prefix("error: ").map_or_else(|| text.clone(), str::to_owned)
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
            E::Generation { .. } | E::Asleep { .. } | E::Refused { .. } | E::Unverified { .. } => {
                Exit::Refused
            }
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

impl From<NoHolder> for Failure {
    fn from(error: NoHolder) -> Self {
        match error {
            NoHolder::Store(error) => error.into(),
            NoHolder::Call(error) => error.into(),
            NoHolder::Unproved { .. } | NoHolder::Silent { .. } => Self::new(Exit::Unreachable, error),
            error => Self::new(Exit::Failed, error),
        }
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
