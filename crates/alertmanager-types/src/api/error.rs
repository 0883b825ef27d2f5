use std::fmt;

use serde::{Deserialize, Serialize};

const LONGEST: usize = 400;

/// What the API says when it refuses: a JSON string from its own code, an object from the framework below it, or
/// nothing (an unknown silence is a 404 with an empty body).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ErrorBody {
    /// A malformed body (400), a parameter that fails validation (422, codes from 600) or an unknown path (404).
    Coded {
        /// The HTTP status, or a code of the validation.
        code: i64,
        /// What is wrong.
        message: String,
    },
    /// What Alertmanager itself refuses (400, 404, 500).
    Text(String),
}

impl ErrorBody {
    /// Reads the body of a response that reports a failure. `None` when it says nothing. A body that is not JSON, as a
    /// proxy in between may send, is kept as text; at most its first 400 characters.
    ///
    /// ```
    /// use alertmanager_types::api::ErrorBody;
    ///
    /// let error = ErrorBody::from_body(br#"{"code": 612, "message": "matchers in body should have at least 1 items"}"#);
    /// assert_eq!(error.unwrap().to_string(), "matchers in body should have at least 1 items (code 612)");
    /// ```
    #[must_use]
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let body = body.trim_ascii();
        if body.is_empty() {
            return None;
        }
        Some(
            serde_json::from_slice(body).unwrap_or_else(|_| {
                Self::Text(String::from_utf8_lossy(body).chars().take(LONGEST).collect())
            }),
        )
        .filter(|error| !error.message().is_empty())
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Coded { message, .. } => message,
            Self::Text(text) => text,
        }
    }
}

impl fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coded { code, message } => write!(f, "{message} (code {code})"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
