//! A request, taken apart.

use serde_json::Value;

use super::page::{ListFault, Page};
use crate::body::Body;
use crate::refusal::Refusal;

/// A request to the API, without transport.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// Without the version, such as `/linode/instances/123`.
    pub(super) path: String,
    pub(super) segments: Vec<String>,
    pub(super) beta: bool,
    pub(super) query: String,
    pub(super) filter: Option<String>,
    pub(super) token: Option<String>,
    pub(super) body: Vec<u8>,
    /// What a fault does to the list that this asks for.
    pub(super) list_fault: Option<ListFault>,
}

impl Call {
    /// The body as JSON; an empty one is an empty object.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        let value: Value = serde_json::from_slice(&self.body).map_err(|_| Refusal::bad("Invalid JSON"))?;
        Body::of(&value)?;
        Ok(value)
    }

    pub(super) fn page(&self) -> Result<Page, Refusal> {
        Page::of_query(&self.query)
    }

    /// The path with `{id}` for each id, which names the operation.
    pub(super) fn operation(&self) -> String {
        let mut text = String::with_capacity(self.path.len() + self.method.len() + 1);
        text.push_str(&self.method);
        text.push(' ');
        let tag = self.segments.first().is_some_and(|first| first == "tags");
        for (at, segment) in self.segments.iter().enumerate() {
            text.push('/');
            let is_id = segment.bytes().all(|c| c.is_ascii_digit())
                || segment.parse::<std::net::IpAddr>().is_ok()
                || (tag && at == 1);
            text.push_str(if is_id { "{id}" } else { segment });
        }
        text
    }
}
