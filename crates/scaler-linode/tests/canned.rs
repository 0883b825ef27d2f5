//! A server in the same process with one answer for each call.

use std::collections::BTreeMap;

use api_transport::http::{Request, Response};
use api_transport::service::{Body, ServiceError};
use api_transport::{Bytes, Service};
use async_trait::async_trait;
use serde_json::Value;

/// Answers by method and path; what it has no answer for is a 404 in the API's form.
#[derive(Debug, Default)]
pub struct Canned {
    answers: BTreeMap<String, (u16, String)>,
}

impl Canned {
    pub fn with(mut self, call: &str, status: u16, body: impl Into<Value>) -> Self {
        self.answers.insert(call.to_owned(), (status, text(body.into())));
        self
    }
}

#[async_trait]
impl Service for Canned {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        let call = format!("{} {}", request.method(), request.uri().path());
        let missing = (404, r#"{"errors":[{"reason":"Not found"}]}"#.to_owned());
        let (status, body) = self.answers.get(&call).cloned().unwrap_or(missing);
        let answer = Response::builder().status(status).header("x-oauth-scopes", "*").body(Body::from(body));
        answer.map_err(ServiceError::building)
    }
}

/// A text as it is, so that an answer can be nonsense.
fn text(body: Value) -> String {
    match body {
        Value::String(text) => text,
        json => json.to_string(),
    }
}
