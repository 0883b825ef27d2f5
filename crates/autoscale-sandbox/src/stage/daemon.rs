//! The daemon, as it is watched from outside: by its own HTTP API.

use std::time::Duration;

use autoscale_api::NumberedEvent;
use autoscale_api::client::{Client, Watched};
use autoscale_api::view::Status;
use futures_util::StreamExt as _;
use scaler_core::state::{Fact, StepOutcome};
use scaler_core::view::{Moment, What as Happened};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::alerts::rules::GROUP;
use crate::happening::{Diary, What};

/// Between looks at how the group stands.
const LOOK: Duration = Duration::from_millis(200);

/// Keeps `status` up to date until it is dropped.
pub(crate) async fn look(client: Client, status: watch::Sender<Option<Status>>) {
    loop {
        match client.group(GROUP).await {
            Ok(now) => {
                status.send_replace(Some(now));
            }
            Err(error) => tracing::warn!(%error, "the group's status could not be read"),
        }
        sleep(LOOK).await;
    }
}

/// Notes the daemon's events until it is dropped.
pub(crate) async fn listen(client: Client, diary: Diary) {
    let mut events = client.watch(GROUP, Some(0));
    while let Some(watched) = events.next().await {
        match watched {
            Ok(Watched::Event(event)) => {
                if let Some(what) = told(&event) {
                    diary.note_at(event.event.at, what);
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the events could not be read"),
        }
    }
}

/// What an event says, where it is worth noting.
fn told(event: &NumberedEvent) -> Option<What> {
    let NumberedEvent { event, text, .. } = event;
    let label = || event.label.clone();
    let said = || What::Said(text.strip_prefix(&format!("{}: ", event.group)).unwrap_or(text).to_owned());
    match &event.what {
        Happened::Logged(fact) => match fact {
            Fact::Decided { previous, desired, reason, .. } => {
                let reason = reason.clone();
                Some(What::Decided { previous: *previous, desired: *desired, reason })
            }
            Fact::Seen { phase, .. } => Some(What::Phase { label: label()?, phase: *phase }),
            Fact::PermitDrawn { .. } => Some(What::PermitDrawn { label: label()? }),
            Fact::Done { outcome: StepOutcome::Refused { .. } | StepOutcome::Unanswered { .. } } => {
                Some(said())
            }
            Fact::Done { .. } | Fact::Began { .. } | Fact::Intended { .. } | Fact::Gone { .. } => None,
            _ => Some(said()),
        },
        Happened::Now(Moment::Held { holds }) => Some(What::Held(holds.clone())),
        Happened::Now(Moment::Waiting { .. }) => None,
        Happened::Now(_) => Some(said()),
    }
}

#[cfg(test)]
mod tests {
    use scaler_core::model::Phase;
    use scaler_core::state::Hold;
    use serde_json::{Value, json};

    use super::*;

    fn tell(kind: &str, more: &Value) -> Option<What> {
        let mut event = json!({
            "seq": 1, "text": "web: in words", "at": "2026-01-05T08:00:00Z", "group": "web",
            "generation": 1, "operation": 3, "label": "web-abcde-1", "what": more,
        });
        event["what"]["kind"] = kind.into();
        told(&serde_json::from_value(event).unwrap())
    }

    #[test]
    fn events_of_the_api_are_understood() {
        let decided = json!({
            "previous": 2, "desired": 4, "reason": { "kind": "min", "min": 4 }, "holds": [], "signals": [], "value_milli": null,
            "asked": null,
        });
        assert_eq!(tell("decided", &decided).unwrap().to_string(), "desired size 2 → 4: min is 4");
        let seen = tell("seen", &json!({ "slot": 1, "phase": "in_service" }));
        assert_eq!(seen, Some(What::Phase { label: "web-abcde-1".to_owned(), phase: Phase::InService }));
        assert_eq!(tell("done", &json!({ "outcome": "ok" })), None);
        let why = json!({ "kind": "said", "said": "busy" });
        let refused = json!({ "outcome": { "refused": { "refusal": "transient", "why": why } } });
        assert_eq!(tell("done", &refused), Some(What::Said("in words".to_owned())));
        assert_eq!(
            tell("signal_changed", &json!({ "signal": "high" })),
            Some(What::Said("in words".to_owned()))
        );
        let held = tell("held", &json!({ "holds": [{ "kind": "signal_high", "text": "a signal is high" }] }));
        assert_eq!(held, Some(What::Held(vec![Hold::SignalHigh])));
    }
}
