//! Who may change something.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use crate::ApiCredential;
use crate::metrics::Fate;
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

/// Refuses what a web page may have sent: a browser adds an Origin to whatever a page posts, and names the page's own host
/// where that host's name was made to mean this machine.
pub(super) async fn pages(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let named = [host.as_deref(), request.uri().authority().map(Authority::as_str)];
    let stranger = named.into_iter().flatten().find(|host| !is_ours(&state, host));
    let refusal = match (headers.get(header::ORIGIN), stranger) {
        (Some(origin), _) => Refusal::new(
            StatusCode::FORBIDDEN,
            format!("a web page sent this: it has the origin {origin:?}"),
            "call it from a program, which sends no header Origin",
        ),
        (None, Some(host)) if !is_known(&state, headers) => Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!("{host:?} is not a name of this daemon"),
            "call it by its address, add the name to daemon.hosts, or show a credential",
        ),
        _ => return next.run(request).await,
    };
    if request.method() == Method::POST {
        if is_notification(request.uri().path()) {
            state.metrics.notification(Fate::Unauthorized);
        }
        tracing::warn!(status = refusal.status().as_u16(), "a request was refused: {refusal}");
    }
    refusal.into_response()
}

/// Whether notifications are posted there.
pub(super) fn is_notification(path: &str) -> bool {
    matches!(path, "/webhook" | "/")
}

/// Whether a Host, with or without a port, can't be the name of a page's server: an address, `localhost`, or one that is
/// configured.
fn is_ours(state: &State, host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let name = plain(name);
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
    name == "localhost" || bare.parse::<IpAddr>().is_ok() || state.hosts.contains(&name)
}

/// A host's name in the one way in which names are compared: lower case, and without the dot of the root.
pub(crate) fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Whether a notification may be taken in.
pub(super) fn notification(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    match &state.webhook_credential {
        Some(credential) => check(credential, headers, "daemon.webhook_credentials"),
        None => Ok(()),
    }
}

/// Whether a request shows a credential that is set here.
pub(super) fn is_known(state: &State, headers: &HeaderMap) -> bool {
    let set = [&state.credential, &state.webhook_credential];
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|shown| set.into_iter().flatten().any(|credential| shows(shown.as_bytes(), credential)))
}

fn check(credential: &ApiCredential, headers: &HeaderMap, setting: &str) -> Result<(), Refusal> {
    let what = match headers.get(header::AUTHORIZATION) {
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
