//! What can go wrong with a call.

mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use api_transport::http::StatusCode;
use api_transport::{RequestFailure, Stage};

use crate::models::{ErrorBody, Reason};
use crate::scopes::Scopes;

pub use kind::ErrorKind;
pub(crate) use kind::Subject;

/// The most of one reason that is repeated in a text: a server gone mad must not fill a log.
const LONGEST_REASON: usize = 400;

/// A call that failed for good: what was attempted, what came back, what to do.
///
/// Its `Display` is one line and never repeats its source; the chain does.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    reasons: Vec<Reason>,
    failure: RequestFailure,
}

impl Error {
    pub(crate) fn from_failure(failure: RequestFailure, subject: Subject) -> Self {
        let reasons = match failure.stage() {
            Stage::Refused => serde_json::from_slice(failure.body()).unwrap_or(ErrorBody::default()).errors,
            _ => Vec::new(),
        };
        let kind = ErrorKind::of(&failure, &reasons, subject);
        Self(Box::new(Inner { kind, reasons, failure }))
    }

    /// What kind of failure it is: decides what to do about it.
    ///
    /// ```no_run
    /// use linode_api::ErrorKind;
    ///
    /// # fn handle(error: &linode_api::Error) {
    /// match error.kind() {
    ///     ErrorKind::AccountLimit => println!("ask for a higher limit"),
    ///     ErrorKind::Unavailable => println!("try another type"),
    ///     _ => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was attempted, in words.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// assert!(error.attempting().starts_with("creating instance"));
    /// # }
    /// ```
    pub fn attempting(&self) -> &str {
        self.0.failure.attempting()
    }

    /// How far the last attempt came.
    ///
    /// ```no_run
    /// use linode_api::Stage;
    ///
    /// # fn handle(error: &linode_api::Error) {
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
    /// # fn handle(error: &linode_api::Error) {
    /// println!("{:?}", error.status().map(|status| status.as_u16()));
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.0.failure.status()
    }

    /// The API's reasons, each with the field that it is about; empty when a gateway answered, or nothing did.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// for reason in error.reasons() {
    ///     println!("{:?}: {}", reason.field, reason.reason);
    /// }
    /// # }
    /// ```
    pub fn reasons(&self) -> &[Reason] {
        &self.0.reasons
    }

    /// How many times the request was sent.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// println!("given up after {} attempts", error.attempts());
    /// # }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.failure.attempts()
    }

    /// How long to wait before asking again, if the API said so or the rate budget knows.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     println!("again in {wait:?}");
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.failure.retry_after()
    }

    /// Whether the same call may succeed later with nothing changed. The client has already sent again what
    /// was safe. It says nothing about safety: see [`may_have_happened`](Self::may_have_happened).
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if error.is_retryable() && !error.may_have_happened() {
    ///     println!("the same call is safe later");
    /// }
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.0.failure.is_retryable() || self.kind() == ErrorKind::Maintenance
    }

    /// Whether the API may have done what was asked. Of a create: look for it by its label, and again after half a minute,
    /// before creating it a second time.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if error.may_have_happened() {
    ///     println!("look for its label before it is created again");
    /// }
    /// # }
    /// ```
    pub fn may_have_happened(&self) -> bool {
        self.0.failure.may_have_happened()
    }

    /// Whether the thing does not exist, or does not exist for this token. Only this about an id proves absence.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// match client.instance(instance).delete().await {
    ///     Err(error) if !error.is_not_found() => return Err(error),
    ///     _ => println!("it is gone"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether something with this label exists already: perhaps from an earlier attempt of this program, so look.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if error.is_label_taken() {
    ///     println!("look whether the one that has the label is ours");
    /// }
    /// # }
    /// ```
    pub fn is_label_taken(&self) -> bool {
        self.kind() == ErrorKind::LabelTaken
    }

    /// Whether only an operator can cure it: an account's limit, a token, a permission.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if error.requires_operator() {
    ///     println!("stop, and page someone: {error}");
    /// }
    /// # }
    /// ```
    pub fn requires_operator(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::AccountLimit | ErrorKind::Token | ErrorKind::Scope | ErrorKind::Forbidden
        )
    }

    /// Whether a time limit ended it.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if error.is_timeout() && error.may_have_happened() {
    ///     println!("the answer may still be on its way");
    /// }
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        self.0.failure.is_timeout()
    }

    /// The scopes of which the call needed one, if the API said so.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// if let Some(scopes) = error.accepted_scopes() {
    ///     println!("the token needs one of: {scopes}");
    /// }
    /// # }
    /// ```
    pub fn accepted_scopes(&self) -> Option<Scopes> {
        self.header("x-accepted-oauth-scopes").map(Scopes::parse)
    }

    /// The id that the API gave the request, for a support ticket.
    ///
    /// ```no_run
    /// # fn handle(error: &linode_api::Error) {
    /// println!("request {:?}", error.request_id());
    /// # }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.failure.headers()?.get(name)?.to_str().ok()
    }

    fn advice(&self) -> String {
        let fixed = match self.kind() {
            _ if self.may_have_happened() => self.0.failure.advice(),
            ErrorKind::Token => "give a token that is valid and has not expired",
            ErrorKind::Scope => match self.accepted_scopes() {
                Some(scopes) => {
                    return format!("give a token with the scope {scopes}; scopes of a token never change");
                }
                None => "give a token with the scope that this call needs; scopes of a token never change",
            },
            ErrorKind::Forbidden => {
                "let an unrestricted user of the account grant the token's user this permission"
            }
            ErrorKind::AccountLimit => {
                "ask Linode's support to raise the account's limit, or remove something"
            }
            ErrorKind::PlanLimit => "try another type, or ask Linode's support for this plan",
            ErrorKind::LabelTaken => {
                "look whether the one that has the label is yours, or choose another label"
            }
            ErrorKind::Unavailable => "try another type or region",
            ErrorKind::NotFound => "check the id, and that it belongs to the token's account",
            ErrorKind::Busy => "try again when the job that runs on it has ended",
            ErrorKind::RateLimited => match self.retry_after() {
                Some(wait) => return format!("try again in {} s", wait.as_secs_f64().ceil()),
                None => "try again later",
            },
            ErrorKind::Maintenance => "wait until the API's maintenance is over",
            ErrorKind::Invalid => "correct the request",
            _ => self.0.failure.advice(),
        };
        fixed.to_owned()
    }

    fn came_back(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = &self.0.failure;
        match (self.status(), self.stage()) {
            (Some(status), Stage::Refused) => write!(f, "refused with {}", status.as_u16())?,
            (Some(status), stage) => write!(f, "{} ({})", stage.what_failed(), status.as_u16())?,
            (None, stage) => f.write_str(stage.what_failed())?,
        }
        if self.is_timeout() {
            f.write_str(" within the time limit")?;
        }
        if failure.attempts() > 1 {
            write!(f, " after {} attempts", failure.attempts())?;
        }
        for (i, reason) in self.reasons().iter().enumerate() {
            write!(f, "{} {}", if i == 0 { ":" } else { "," }, Plain(&reason.to_string()))?;
        }
        if self.reasons().is_empty() && self.stage() == Stage::Refused && !failure.body().is_empty() {
            f.write_str(", in words that are not the API's (a gateway's page?)")?;
        }
        Ok(())
    }
}

/// Text of the server on one line, without control characters, not too long.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars().take(LONGEST_REASON) {
            write!(f, "{}", if c.is_control() { ' ' } else { c })?;
        }
        if self.0.chars().nth(LONGEST_REASON).is_some() { f.write_str("…") } else { Ok(()) }
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
            .field("reasons", &self.reasons())
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
