//! Who may change something.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use crate::ApiCredential;
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
    let what = match headers.get(AUTHORIZATION) {
        None => "no credential was shown",
        Some(header) if shows(header.as_bytes(), credential) => return Ok(()),
        Some(_) => "the credential that was shown is not the right one",
    };
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        what,
        format!(
            "send the value of {setting} as `Authorization: Bearer …` (Alertmanager: http_config.authorization.credentials), or as the password of basic authentication"
        ),
    ))
}

/// Whether a header gives the credential: as a bearer token, or as the password of basic authentication.
fn shows(header: &[u8], credential: &ApiCredential) -> bool {
    let Some(space) = header.iter().position(|byte| *byte == b' ') else { return false };
    let (scheme, rest) = header.split_at(space);
    let rest = rest.trim_ascii();
    if scheme.eq_ignore_ascii_case(b"bearer") {
        credential.is(rest)
    } else if scheme.eq_ignore_ascii_case(b"basic") {
        STANDARD.decode(rest).is_ok_and(|pair| {
            let colon = pair.iter().position(|byte| *byte == b':');
            colon.and_then(|colon| pair.get(colon + 1..)).is_some_and(|password| credential.is(password))
        })
    } else {
        false
    }
}
