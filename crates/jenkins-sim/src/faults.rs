//! What can go wrong with a Jenkins.

use api_sim::{PathPattern, RequestFault, glob};
use serde::{Deserialize, Serialize};

/// A fault: for which requests, what it does, how often and when.
///
/// As text it is `TARGET:EFFECT`, for example `trigger:lost=502*1` (see [`Target`] and [`Effect`]).
pub type Fault = api_sim::Fault<Target, Effect>;

/// A fault in force, and how often it struck.
pub type ActiveFault = api_sim::ActiveFault<Target, Effect>;

/// What a fault is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// Every request: `any`.
    Any,
    /// `POST …/build` and `…/buildWithParameters`: `trigger`.
    Trigger,
    /// Reads of a queue item: `item`.
    Item,
    /// Reads of the queue and its items, and cancelling: `queue`.
    Queue,
    /// Reads of a build: `build`.
    Build,
    /// Reads of console text, whole and progressive: `console`.
    Console,
    /// The crumb issuer: `crumb`.
    Crumb,
    /// A method and a path without the context path, such as `GET /job/*/config.xml`.
    Request(PathPattern),
    /// The queue's maintenance: `executors`.
    Executors,
    /// Builds as they start: `start`.
    Start,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// The request is carried out and answered, then Jenkins restarts: `restart`.
    Restart,
    /// The request is carried out, its answer is lost, and Jenkins crashes: `crash`.
    Crash,
    /// 200 with the login page of a proxy in front of Jenkins: `login`.
    Login,
    /// 302 to the login page of a proxy in front of Jenkins: `redirect`.
    Redirect,
    /// Nothing leaves the queue, as if every executor were busy: `executors:full`.
    Full,
    /// A build starts this much later: `start:slow=30s`.
    Slow {
        /// Milliseconds of simulated time.
        millis: u64,
    },
    /// What can befall a request of any API.
    #[serde(untagged)]
    Request(RequestFault),
}

impl api_sim::Target for Target {
    const FORMS: &'static str = "any, trigger, item, queue, build, console, crumb, executors, start, or a method and a \
                                 path such as `GET /job/*/config.xml`";

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "any" | "*" => Self::Any,
            "trigger" => Self::Trigger,
            "item" => Self::Item,
            "queue" => Self::Queue,
            "build" => Self::Build,
            "console" => Self::Console,
            "crumb" => Self::Crumb,
            "executors" => Self::Executors,
            "start" => Self::Start,
            text => Self::Request(PathPattern::read(text)?),
        })
    }
}

impl api_sim::Effect<Target> for Effect {
    const FORMS: &'static str = "a status such as 500 or 503=30, html, html=503, hang, hang=30s, reset, lost, lost=502, \
                                 late=30s, nonsense, login, redirect, restart, crash; for executors: full; for start: \
                                 slow=30s";

    fn read(target: &Target, name: &str, value: Option<&str>) -> Option<Self> {
        match (target, name, value) {
            (Target::Executors, "full", None) => Some(Self::Full),
            (Target::Start, "slow", Some(value)) => {
                let millis = u64::try_from(api_sim::time(value)?.as_millis()).ok()?;
                Some(Self::Slow { millis })
            }
            (Target::Executors | Target::Start, ..) => None,
            (_, "restart", None) => Some(Self::Restart),
            (_, "crash", None) => Some(Self::Crash),
            (_, "login", None) => Some(Self::Login),
            (_, "redirect", None) => Some(Self::Redirect),
            (_, name, value) => RequestFault::read(name, value).map(Self::Request),
        }
    }
}

impl Target {
    /// Whether a request, by its path below the context path, is meant.
    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        let build = || glob("/job/*/*/api/*", path) && path.split('/').any(is_build);
        match self {
            Self::Any => true,
            Self::Trigger => {
                method == "POST" && (path.ends_with("/build") || path.ends_with("/buildWithParameters"))
            }
            Self::Item => method == "GET" && path.starts_with("/queue/item/"),
            Self::Queue => path.starts_with("/queue/"),
            Self::Build => method == "GET" && build(),
            Self::Console => {
                method == "GET" && (path.ends_with("/consoleText") || path.contains("/logText/"))
            }
            Self::Crumb => path.starts_with("/crumbIssuer"),
            Self::Request(pattern) => pattern.matches(method, path),
            Self::Executors | Self::Start => false,
        }
    }
}

/// Whether a part of a path names a build: a number or a permalink.
fn is_build(part: &str) -> bool {
    let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    number || (part.starts_with("last") && part.ends_with("Build"))
}
