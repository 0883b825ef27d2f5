//! What can befall a request of any API.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{millis, time};

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestFault {
    /// Answers this status with an error body, and does nothing.
    Status {
        /// The status code.
        status: u16,
        /// `Retry-After` in seconds; real ones were seen to be negative.
        #[serde(default)]
        retry_after: Option<i64>,
    },
    /// A gateway's HTML page with this status, and nothing done.
    Html {
        /// The status code, usually 502 or 503.
        status: u16,
    },
    /// No answer, and nothing done: for a time, or never.
    Hang {
        /// After this the request is answered as usual; without it, never.
        #[serde(default)]
        millis: Option<u64>,
    },
    /// The connection fails before anything was done.
    Reset,
    /// The request is carried out, then the connection fails.
    Lost,
    /// The request is carried out, then a gateway answers with this status, such as 408 or 502.
    LostAs {
        /// The status code.
        status: u16,
    },
    /// The request is carried out, and the answer comes only after a time, or never.
    Late {
        /// Milliseconds of simulated time; without it, never.
        #[serde(default)]
        millis: Option<u64>,
    },
    /// A body that is not what it should be, with status 200.
    Nonsense,
}

impl RequestFault {
    /// What can be written, for error messages.
    pub const FORMS: &'static str = "a status such as 500 or 429=30, html, html=503, hang, hang=30s, reset, lost, \
                                     lost=502, late, late=30s, nonsense";

    /// Reads one.
    #[must_use]
    pub fn read(name: &str, value: Option<&str>) -> Option<Self> {
        let span = |value: Option<&str>| value.map_or(Some(None), |value| Some(Some(millis(time(value)?))));
        Some(match name {
            "html" => Self::Html { status: value.map_or(Some(502), status)? },
            "hang" => Self::Hang { millis: span(value)? },
            "reset" => Self::Reset,
            "lost" => match value {
                None => Self::Lost,
                Some(value) => Self::LostAs { status: status(value)? },
            },
            "late" => Self::Late { millis: span(value)? },
            "nonsense" => Self::Nonsense,
            name => {
                let retry_after = match value {
                    None => None,
                    Some(seconds) => Some(seconds.parse().ok()?),
                };
                Self::Status { status: status(name)?, retry_after }
            }
        })
    }

    /// How long a hang or a late answer lasts; `None` is for ever.
    #[must_use]
    pub fn span(&self) -> Option<Duration> {
        match self {
            Self::Hang { millis } | Self::Late { millis } => millis.map(Duration::from_millis),
            _ => Some(Duration::ZERO),
        }
    }
}

fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (100..=599).contains(status))
}

/// A method (or `*`) and a path, in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PathPattern {
    /// The method in capitals, or `*`.
    pub method: String,
    /// The path, such as `/job/*/build`.
    pub path: String,
}

impl PathPattern {
    /// What can be written, for error messages.
    pub const FORMS: &'static str = "a method and a path such as `GET /job/*`";

    /// Reads one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let known = matches!(method, "*" | "GET" | "HEAD" | "POST" | "PUT" | "DELETE");
        let path = path.trim();
        (known && path.starts_with('/')).then(|| Self { method: method.to_owned(), path: path.to_owned() })
    }

    /// Whether a request is meant.
    #[must_use]
    pub fn matches(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method == method) && glob(&self.path, path)
    }
}

/// Whether `text` has the form of `pattern`, in which `*` stands for anything.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let tail: Vec<&str> = parts.collect();
    let Some((last, middle)) = tail.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}
