//! What a handle stands for.

use std::fmt;

use api_transport::http::Method;
use api_transport::{Request, RequestFailure, Response};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::Client;
use crate::list::List;
use crate::operation::Operation;

/// A thing or a collection of the API: the client that reaches it, the ids in its path, and what it is called in messages.
#[derive(Debug, Clone)]
pub(super) struct Target {
    client: Client,
    ids: Vec<String>,
    name: String,
}

impl Target {
    /// A collection, or a thing of which there is one.
    pub(super) fn new(client: &Client, name: impl Into<String>) -> Self {
        Self { client: client.clone(), ids: Vec::new(), name: name.into() }
    }

    /// A thing below this one, or in this collection.
    pub(super) fn child(&self, id: impl fmt::Display, name: impl Into<String>) -> Self {
        let ids = self.ids.iter().cloned().chain([id.to_string()]).collect();
        Self { client: self.client.clone(), ids, name: name.into() }
    }

    /// A call whose answer is read as JSON.
    pub(super) fn json<T: DeserializeOwned>(
        &self,
        operation: Operation,
        attempting: impl Into<String>,
    ) -> Call<T> {
        self.decoded_by(operation, attempting, |response, attempting| response.json(attempting))
    }

    /// A call of whose answer only the status counts.
    pub(super) fn empty(&self, operation: Operation, attempting: impl Into<String>) -> Call<()> {
        self.decoded_by(operation, attempting, |_, _| Ok(()))
    }

    pub(super) fn decoded_by<T>(
        &self,
        operation: Operation,
        attempting: impl Into<String>,
        decode: fn(Response, &str) -> Result<T, RequestFailure>,
    ) -> Call<T> {
        let request = self.request(operation, attempting);
        Call::new(self.client.http(), request, decode)
    }

    pub(super) fn list<T>(&self, operation: Operation, what: impl fmt::Display) -> List<T> {
        let request = self.request(operation, format!("listing {what}"));
        List::new(self.client.http(), request)
    }

    /// The request of `operation`: the ids take the places of `{id}` in its path, in order.
    fn request(&self, operation: Operation, attempting: impl Into<String>) -> Request {
        let endpoint = operation.endpoint();
        let (method, path) = endpoint.split_once(" /").unwrap_or(("GET", endpoint));
        let method = match method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        };
        let version = match operation {
            // Only this version has them, whatever version the client speaks.
            Operation::ListLocks | Operation::GetLock => "v4beta",
            _ => self.client.version(),
        };
        let mut ids = self.ids.iter();
        let request = Request::new(method, attempting).family(endpoint).segment(version);
        path.split('/').fold(request, |request, segment| match segment {
            "{id}" => request.segment(ids.next().map_or("", String::as_str)),
            word => request.segment(word),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
