//! An answer before it is put on the wire.

use serde::Serialize;

use crate::refusal::{Refusal, usual_reason};

/// A status, headers and a body.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) html: bool,
}

impl Answer {
    pub(super) fn json(value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self { status: 200, headers: Vec::new(), body, html: false }
    }

    /// What DELETE and actions answer: `{}`.
    pub(super) fn done() -> Self {
        Self { status: 200, headers: Vec::new(), body: b"{}".to_vec(), html: false }
    }

    pub(super) fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new(), html: false }
    }

    pub(super) fn of_status(status: u16, reason: Option<String>) -> Self {
        Refusal::new(status, reason.unwrap_or_else(|| usual_reason(status).to_owned())).into()
    }

    /// What a gateway in front of the API answers.
    pub(super) fn html(status: u16) -> Self {
        let title = usual_reason(status);
        let body = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1>\
             </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self { status, headers: Vec::new(), body: body.into_bytes(), html: true }
    }

    pub(super) fn nonsense() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: b"{\"data\": [{\"id\": \"\xef\xbf\xbd".to_vec(),
            html: false,
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut answer = Self::json(&serde_json::json!({"errors": refusal.errors}));
        answer.status = refusal.status;
        answer
    }
}
