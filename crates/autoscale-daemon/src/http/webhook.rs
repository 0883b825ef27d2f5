//! Alertmanager's notifications.

use std::collections::BTreeSet;
use std::sync::Arc;

use alertmanager_types::webhook::{Message, MessageError};
use autoscale_api::Stored;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use scaler_alertmanager::notified;
use scaler_core::model::GROUP_LABEL;
use scaler_core::ports::chain;
use tokio::time::Instant;

use super::refusal::Refusal;
use super::{body, guard};
use crate::metrics::Fate;
use crate::state::State;

/// Beyond this size a body is read on a thread that may be kept busy.
const LONG: usize = 256 << 10;

/// Takes a notification in. Answered once what it says is stored; it waits for nothing else.
pub(super) async fn notify(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Stored>, Refusal> {
    let began = Instant::now();
    let stored = take_in(&state, &headers, body).await;
    let fate = match &stored {
        Ok(_) => {
            state.metrics.stored_within(began.elapsed());
            Fate::Stored
        }
        Err((fate, refusal)) => {
            tracing::warn!(status = refusal.status().as_u16(), "a notification was not taken in: {refusal}");
            *fate
        }
    };
    state.metrics.notification(fate);
    stored.map(Json).map_err(|(_, refusal)| refusal)
}

async fn take_in(state: &State, headers: &HeaderMap, body: Body) -> Result<Stored, (Fate, Refusal)> {
    guard::notification(state, headers).map_err(|refusal| (Fate::Unauthorized, refusal))?;
    let bytes = body::read(state, headers, body, body::NOTIFICATION).await.map_err(|refusal| {
        let fate =
            if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE { Fate::TooLarge } else { Fate::BrokenOff };
        (fate, refusal)
    })?;
    let message = read(bytes).await.map_err(|refusal| (Fate::Refused, refusal))?;
    let mut answer = Stored::default();
    answer.stored = message.alerts.len();
    answer.left_out = message.truncated_alerts;
    answer.unknown_groups = strays(state, &message);
    answer.unreadable = message.unreadable.iter().map(ToString::to_string).collect();
    answer.unreadable_alerts = message.unreadable_alerts;
    for why in &answer.unreadable {
        tracing::warn!(
            receiver = message.receiver,
            alerts = message.unreadable_alerts,
            "an alert was left out, the others of its message count: {why}"
        );
    }
    if message.is_truncated() {
        tracing::warn!(
            receiver = message.receiver,
            left_out = message.truncated_alerts,
            "a notification is truncated: take max_alerts out of its webhook_config, or have Alertmanager polled"
        );
    }
    tracing::debug!(
        receiver = message.receiver,
        group_key = message.group_key,
        firing = message.firing().count(),
        resolved = message.resolved().count(),
        "a notification arrived"
    );
    state.scaler.alerts().notified(notified(message)).await.map_err(|not_kept| {
        (
            Fate::NotStored,
            Refusal::unavailable(
                chain(&not_kept),
                "nothing of it counts: send it again, as Alertmanager does",
            ),
        )
    })?;
    Ok(answer)
}

async fn read(bytes: Bytes) -> Result<Message, Refusal> {
    let read = if bytes.len() > LONG {
        let read = tokio::task::spawn_blocking(move || Message::from_json(&bytes)).await;
        read.map_err(|_| Refusal::unavailable("the daemon is stopping", "send it again once it runs"))?
    } else {
        Message::from_json(&bytes)
    };
    read.map_err(|error| refuse(&error))
}

fn refuse(error: &MessageError) -> Refusal {
    let refusal = Refusal::bad_request(
        error.to_string(),
        "send what Alertmanager's webhook_config sends by itself, without a payload of your own",
    );
    match error.field() {
        Some(field) => refusal.at(field),
        None => refusal,
    }
}

/// Groups that alerts name and nobody configured: said, and not refused, for the alerts may be somebody else's.
fn strays(state: &State, message: &Message) -> Vec<String> {
    let named = message.alerts.iter().filter_map(|alert| alert.labels.get(GROUP_LABEL));
    let mut alerts = 0;
    let mut groups = BTreeSet::new();
    for name in named.filter(|name| !state.group_names().any(|known| known == *name)) {
        alerts += 1;
        groups.insert(name);
    }
    if alerts > 0 {
        state.metrics.strayed(alerts);
        tracing::warn!(
            receiver = message.receiver,
            groups = ?groups,
            "alerts name groups by {GROUP_LABEL} that are not configured: correct the label in the rule, or add the group"
        );
    }
    groups.into_iter().map(str::to_owned).collect()
}
