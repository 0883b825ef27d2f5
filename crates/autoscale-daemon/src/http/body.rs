//! Reading bodies: never more than a limit, never for ever.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use crate::state::State;

/// The largest notification: some 8,000 alerts.
pub(super) const NOTIFICATION: usize = 8 << 20;
/// The largest request of the JSON API.
const REQUEST: usize = 64 << 10;
/// Bodies up to this size are read without counting them.
const SMALL: usize = 64 << 10;
/// A body that is too large is read to its end, so that its sender reads the answer, but no further than this.
const PATIENCE: usize = 64 << 20;
/// A body that takes longer has broken off.
const ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(
    state: &State,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Bytes, Refusal> {
    if headers.contains_key(header::EXPECT) && body.size_hint().lower() > limit as u64 {
        // Its sender waits for leave to send it.
        return Err(too_large(limit));
    }
    tokio::time::timeout(ARRIVES_WITHIN, gather(state, body, limit)).await.unwrap_or_else(|_| {
        Err(Refusal::unavailable(
            format!("the body did not arrive within {} s", ARRIVES_WITHIN.as_secs()),
            "look at the network between, then send it again",
        ))
    })
}

async fn gather(state: &State, body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut whole = BytesMut::new();
    let mut permit = None;
    let mut read = 0usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk
            .map_err(|error| Refusal::bad_request(format!("the body broke off: {error}"), "send it again"))?;
        read = read.saturating_add(chunk.len());
        if read > limit {
            // Nothing of it is kept.
            whole = BytesMut::new();
            if read > PATIENCE {
                break;
            }
            continue;
        }
        if read > SMALL && permit.is_none() {
            permit = Some(state.large_bodies.try_acquire().map_err(|_| {
                Refusal::unavailable(
                    "too many large bodies arrive at once",
                    "send it again; smaller groups of alerts (group_by, max_alerts) make smaller notifications",
                )
            })?);
        }
        whole.extend_from_slice(&chunk);
    }
    if read > limit { Err(too_large(limit)) } else { Ok(whole.freeze()) }
}

fn too_large(limit: usize) -> Refusal {
    let (limit, unit) = if limit >= 1 << 20 { (limit >> 20, "MiB") } else { (limit >> 10, "KiB") };
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is larger than {limit} {unit}"),
        "for a notification: set max_alerts in the webhook_config, or group by more labels; else correct the request",
    )
}

/// Reads the JSON of a request; an empty body is `{}`.
pub(super) async fn json<T: DeserializeOwned>(
    state: &State,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Refusal> {
    let bytes = read(state, headers, body, REQUEST).await?;
    let text: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let refusal = Refusal::bad_request(
            format!("the body can't be read: {}", error.inner()),
            "send a JSON object with the fields that this call has",
        );
        if path == "." { refusal } else { refusal.at(path) }
    })?;
    reader.end().map_err(|error| {
        Refusal::bad_request(format!("the body goes on behind its end: {error}"), "send one JSON object")
    })?;
    Ok(value)
}
