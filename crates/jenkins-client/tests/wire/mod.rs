//! Scripted answers over sockets: what is on the wire, and the traps of Jenkins one by one.

mod console;
mod refusals;
mod requests;

use std::time::Duration;

use jenkins_client::{Client, ClientBuilder, Retry};
use wiremock::MockServer;

pub(crate) fn builder(address: &str) -> ClientBuilder {
    Client::builder(address).retry(Retry::never()).attempt_limit(Duration::from_secs(5))
}

pub(crate) fn client(server: &MockServer) -> Client {
    builder(&server.uri()).api_token("ann", "t0ken").build().unwrap()
}

/// Jenkins' page for a 403 about the crumb.
pub(crate) const NO_CRUMB: &str =
    "<html><body><h2>HTTP ERROR 403 No valid crumb was included in the request</h2></body></html>";
