//! How the API says no.

use serde::Serialize;

/// One reason, and the field that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Reason {
    pub(crate) reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) errors: Vec<Reason>,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: impl Into<String>) -> Self {
        Self { status, errors: vec![Reason { reason: reason.into(), field: None }] }
    }

    pub(crate) fn bad(reason: impl Into<String>) -> Self {
        Self::new(400, reason)
    }

    pub(crate) fn field(field: &str, reason: impl Into<String>) -> Self {
        Self { status: 400, errors: vec![Reason { reason: reason.into(), field: Some(field.to_owned()) }] }
    }

    /// The refusal of a part, as that of the whole: its fields are fields of `outer`.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        for error in &mut self.errors {
            error.field = Some(match error.field.take() {
                Some(field) => format!("{outer}.{field}"),
                None => outer.to_owned(),
            });
        }
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not found")
    }

    pub(crate) fn busy() -> Self {
        Self::bad("Linode busy.")
    }
}

/// The reasons that the API gives with a status when nothing better is known.
pub(crate) fn usual_reason(status: u16) -> &'static str {
    match status {
        400 => "Bad request",
        401 => "Invalid Token",
        403 => "Unauthorized",
        404 => "Not found",
        408 => "Please try again",
        429 => "Too many requests",
        502 => "Bad gateway",
        503 => "Service unavailable",
        504 => "Gateway timeout",
        _ => "Internal Server Error",
    }
}
