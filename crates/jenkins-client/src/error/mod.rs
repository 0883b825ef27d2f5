//! What can go wrong with a call.

mod kind;
mod page;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use api_transport::http::{Method, StatusCode};
use api_transport::{BoxError, RequestFailure, Stage};

pub use self::kind::ErrorKind;
use self::kind::is_page;
pub(crate) use self::page::says_html;
use crate::address::redirect_target;

/// A call that failed for good: what was attempted, what came back, what to do.
///
/// Its `Display` is one line and never repeats its source; the chain does. Secrets are in no text.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Option<String>,
    failure: RequestFailure,
}

impl Error {
    /// A request that was not sent because it cannot be right.
    pub(crate) fn unsent(kind: ErrorKind, attempting: &str, source: impl Into<BoxError>) -> Self {
        Self(Box::new(Inner { kind, message: None, failure: RequestFailure::building(attempting, source) }))
    }

    /// What kind of failure it is: decides what to do about it.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::ErrorKind;
    ///
    /// match client.job("web")?.build().await {
    ///     Err(error) if error.kind() == ErrorKind::NotBuildable => println!("enable the job first"),
    ///     other => drop(other?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was attempted, in words.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// assert!(error.attempting().starts_with("triggering"));
    /// # }
    /// ```
    pub fn attempting(&self) -> &str {
        self.0.failure.attempting()
    }

    /// The method of the request; none when it was never made.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// println!("{:?} {:?}", error.method(), error.path());
    /// # }
    /// ```
    pub fn method(&self) -> Option<&Method> {
        self.0.failure.asked_for().map(|(method, _)| method)
    }

    /// The path of the request below the root, without its query; none when it was never made.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// assert_eq!(error.path(), Some("job/web/build"));
    /// # }
    /// ```
    pub fn path(&self) -> Option<&str> {
        self.0.failure.asked_for().map(|(_, path)| path)
    }

    /// How far the last attempt came.
    ///
    /// ```no_run
    /// use jenkins_client::Stage;
    ///
    /// # fn handle(error: &jenkins_client::Error) {
    /// if error.stage() == Stage::Connecting {
    ///     println!("nothing was sent");
    /// }
    /// # }
    /// ```
    pub fn stage(&self) -> Stage {
        self.0.failure.stage()
    }

    /// The status of the last answer, if there was one.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// println!("{:?}", error.status().map(|status| status.as_u16()));
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.0.failure.status()
    }

    /// Jenkins' own words, dug out of the page that it answered with, on one line.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// println!("Jenkins says: {}", error.message().unwrap_or("nothing"));
    /// # }
    /// ```
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// How many times the request was sent.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// println!("sent {} times", error.attempts());
    /// # }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.failure.attempts()
    }

    /// How long to wait before asking again, if Jenkins or a proxy said so.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     println!("again in {} s", wait.as_secs());
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.failure.retry_after()
    }

    /// The permission that the user lacks, such as `hudson.model.Item.Build` or `Job/Build`, if Jenkins said so.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// if let Some(permission) = error.missing_permission() {
    ///     println!("ask for {permission}");
    /// }
    /// # }
    /// ```
    pub fn missing_permission(&self) -> Option<&str> {
        self.header("x-required-permission").or_else(|| {
            let (_, rest) = self.message()?.split_once("is missing the ")?;
            rest.split_once(" permission").map(|(permission, _)| permission)
        })
    }

    /// The user that Jenkins took the caller for, if it said so.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// println!("logged in as {}", error.authenticated_as().unwrap_or("nobody"));
    /// # }
    /// ```
    pub fn authenticated_as(&self) -> Option<&str> {
        self.header("x-you-are-authenticated-as")
    }

    /// Whether the same call may succeed later without any change on either side. The client has already sent again what was
    /// safe. It says nothing about safety: see [`may_have_happened`](Self::may_have_happened).
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// if error.is_retryable() && !error.may_have_happened() {
    ///     println!("later");
    /// }
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.0.failure.is_retryable()
    }

    /// Whether Jenkins may have done what was asked. A trigger for which this holds is never sent again by this crate:
    /// [`Trigger::identified_by`](crate::api::Trigger::identified_by) finds out whether it was taken.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// match client.job("web")?.build().await {
    ///     Err(error) if error.may_have_happened() => println!("look at the queue before triggering again"),
    ///     other => drop(other?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn may_have_happened(&self) -> bool {
        // What only reads does nothing, whatever became of it: the parameters that a trigger looks up before it is sent.
        let reads = self.method().is_some_and(Method::is_safe);
        !reads && self.0.failure.may_have_happened()
    }

    /// Whether the thing does not exist. Jenkins says the same of what the user may not see.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let exists = match client.job("infra/scale-web")?.get().await {
    ///     Err(error) if error.is_not_found() => false,
    ///     other => other.map(|_| true)?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether a time limit ended it.
    ///
    /// ```no_run
    /// # fn handle(error: &jenkins_client::Error) {
    /// if error.is_timeout() {
    ///     println!("give it more time with Call::attempt_limit");
    /// }
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        self.0.failure.is_timeout()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.failure.headers()?.get(name)?.to_str().ok()
    }

    fn advice(&self) -> String {
        let fixed = match self.kind() {
            ErrorKind::Login
                if self.authenticated_as() == Some("anonymous") || self.stage() != Stage::Refused =>
            {
                "log in: give a user and an API token"
            }
            ErrorKind::Login => {
                "give a user and an API token that are valid; a proxy in front may want its own login"
            }
            ErrorKind::Crumb => {
                "use an API token, which needs no crumb, or let the proxy in front pass cookies on"
            }
            ErrorKind::Permission => match (self.authenticated_as(), self.missing_permission()) {
                (Some("anonymous"), _) => "log in: an anonymous caller lacks the permission",
                (_, Some(permission)) => return format!("grant the user {permission} on it"),
                _ => "grant the user the permission",
            },
            ErrorKind::Forbidden => "grant the user the permission, or ask who runs the proxy in front",
            ErrorKind::NotFound => {
                "check the name with its folders; Jenkins also answers so where the user may not see it"
            }
            ErrorKind::AlreadyExists => "choose another name, or change the one that exists",
            ErrorKind::Parameters => "give the parameters that the job defines",
            ErrorKind::NotBuildable => "enable the job, or save its configuration once",
            ErrorKind::NotScheduled => {
                "look at Jenkins: it may be about to shut down, or a plugin refused the build"
            }
            ErrorKind::Redirected => {
                let fixed = "give the address that Jenkins is really at, with its context path";
                let target = self.0.failure.headers().and_then(redirect_target);
                return target
                    .map_or_else(|| fixed.to_owned(), |to| format!("{fixed}; the redirect leads to {to}"));
            }
            ErrorKind::Starting => "wait until Jenkins has started",
            ErrorKind::Unavailable if !self.may_have_happened() => "check that Jenkins runs behind its proxy",
            ErrorKind::Decode if is_page(&self.0.failure) => {
                "check the address: it answers with a web page where Jenkins' API would answer with data"
            }
            ErrorKind::RateLimited => match self.retry_after() {
                Some(wait) => return format!("try again in {} s", wait.as_secs_f64().ceil()),
                None => "try again later",
            },
            _ => self.0.failure.advice(),
        };
        fixed.to_owned()
    }

    fn came_back(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = &self.0.failure;
        match (self.status(), self.stage()) {
            (Some(status), Stage::Refused) => write!(f, "refused with {}", status.as_u16())?,
            (Some(status), stage) => write!(f, "{} ({})", stage.what_failed(), status.as_u16())?,
            (None, Stage::Building) if self.kind() == ErrorKind::Parameters => {
                f.write_str("the parameters do not fit the job, so that nothing was sent")?;
            }
            (None, stage) => f.write_str(stage.what_failed())?,
        }
        if self.is_timeout() {
            f.write_str(" within the time limit")?;
        }
        if failure.attempts() > 1 {
            write!(f, " after {} attempts", failure.attempts())?;
        }
        if let Some((method, path)) = failure.asked_for() {
            write!(f, " ({method} {path})")?;
        }
        match self.message() {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.attempting())?;
        self.came_back(f)?;
        write!(f, "; {}", self.advice())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &self.message())
            .field("failure", &self.0.failure)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The failure says the same in other words; what lies below it is the cause.
        self.0.failure.source()
    }
}

impl From<RequestFailure> for Error {
    fn from(failure: RequestFailure) -> Self {
        let message = match (failure.stage(), failure.headers()) {
            (Stage::Refused, Some(headers)) => page::message(headers, failure.body()),
            _ => None,
        };
        let kind = ErrorKind::of(&failure, message.as_deref());
        Self(Box::new(Inner { kind, message, failure }))
    }
}
