//! What happens, for those who ask again and again, and as a stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use autoscale_api::{EventPage, NumberedEvent, Span};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::state::State;

/// The longest wait of one request.
const LONGEST: Duration = Duration::from_secs(60);
/// A stream without events shows so often that it lives.
const ALIVE: Duration = Duration::from_secs(15);

const LINES: &str = "application/x-ndjson";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    after: Option<u64>,
    wait: Option<Span>,
}

pub(super) async fn since(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    since: Result<Query<Since>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Query(since) = since.map_err(|rejection| {
        Refusal::bad_request(rejection.body_text(), "ask with ?after=NUMBER&wait=20s")
    })?;
    state.status(&group).await?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let after = since.after.unwrap_or_else(|| state.events.last());
    if accept.is_some_and(|accept| accept.contains(LINES)) {
        return Ok(lines(state, group, after));
    }
    let wait = since.wait.map_or(Duration::ZERO, |wait| wait.0).min(LONGEST);
    Ok(Json(wait_for(&state, &group, after, wait).await).into_response())
}

async fn wait_for(state: &State, group: &str, after: u64, wait: Duration) -> EventPage {
    let mut changes = state.events.changes();
    let stopped = state.stopped();
    let some = async {
        loop {
            changes.mark_unchanged();
            let found = state.events.after(group, after);
            if !found.events.is_empty() || found.missed || changes.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = timeout(wait, some) => {}
        () = stopped => {}
    }
    state.events.after(group, after)
}

/// One event a line; an empty line shows that the stream lives. It ends with the daemon.
fn lines(state: Arc<State>, group: String, after: u64) -> Response {
    let changes = state.events.changes();
    let stopping = state.stopping.subscribe();
    let begin = Lines { state, group, after, changes, stopping, ready: VecDeque::new() };
    let body = stream::unfold(begin, |mut lines| async move {
        let line = lines.next().await?;
        Some((Ok::<_, Infallible>(line), lines))
    });
    ([(header::CONTENT_TYPE, LINES)], Body::from_stream(body)).into_response()
}

struct Lines {
    state: Arc<State>,
    group: String,
    after: u64,
    changes: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    ready: VecDeque<NumberedEvent>,
}

impl Lines {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                let mut line = serde_json::to_vec(&event).ok()?;
                line.push(b'\n');
                return Some(line.into());
            }
            self.changes.mark_unchanged();
            let found = self.state.events.after(&self.group, self.after);
            self.after = found.next;
            self.ready = found.events.into();
            if !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                biased;
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                changed = timeout(ALIVE, self.changes.changed()) => match changed {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(Bytes::from_static(b"\n")),
                },
            }
        }
    }
}
