//! Who may change something.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use crate::ApiCredential;
use crate::credential::Shown;
use crate::state::State;

/// Lets through what shows the credential.
pub(super) async fn changes(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let allowed = match &state.credential {
        Some(credential) => check(credential, request.headers(), "daemon.credentials"),
        None => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "changes are off: no credential is set",
            "set daemon.credentials in the configuration, restart, and show it as a bearer token",
        )),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Whether a notification may be taken in.
pub(super) fn notification(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    // A page in a browser on this machine could otherwise post here; Alertmanager sends no such header.
    if headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin") {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "a web page of another site tried to send a notification",
            "send notifications from Alertmanager",
        ));
    }
    match &state.webhook_credential {
        Some(credential) => check(credential, headers, "daemon.webhook_credentials"),
        None => Ok(()),
    }
}

fn check(credential: &ApiCredential, headers: &HeaderMap, setting: &str) -> Result<(), Refusal> {
    let what = match credential.shown_by(headers) {
        Shown::Right => return Ok(()),
        Shown::Missing => "no credential was shown",
        Shown::Wrong => "the credential that was shown is not the right one",
    };
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        what,
        format!(
            "send the value of {setting} as `Authorization: Bearer …` (Alertmanager: http_config.authorization.credentials), or as the password of basic authentication"
        ),
    ))
}
