//! The daemon, as it is watched from outside: by its own HTTP API.

use std::time::Duration;

use autoscale_daemon::api::{Event, GroupStatus};
use autoscale_daemon::client::Client;
use scaler_core::model::Phase;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::alerts::rules::GROUP;
use crate::happening::{Diary, What};

/// Between looks at how the group stands.
const LOOK: Duration = Duration::from_millis(200);
/// How long one request for events waits for one.
const WAIT: Duration = Duration::from_secs(5);

/// Keeps `status` up to date until it is dropped.
pub(crate) async fn look(client: Client, status: watch::Sender<Option<GroupStatus>>) {
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
    let mut after = 0;
    let mut held = String::new();
    loop {
        match client.events(GROUP, Some(after), WAIT).await {
            Ok(events) => {
                for event in &events.events {
                    if let Some(what) = told(event, &mut held) {
                        diary.note_at(event.at, what);
                    }
                }
                after = events.next;
            }
            Err(error) => {
                tracing::warn!(%error, "the events could not be read");
                sleep(LOOK).await;
            }
        }
    }
}

/// What an event says, where it is worth noting. `held` is what was held back last, without its numbers, which count.
fn told(event: &Event, held: &mut String) -> Option<What> {
    let label = || event.label.clone();
    let text = || event.text.strip_prefix(&format!("{}: ", event.group)).unwrap_or(&event.text).to_owned();
    match event.kind.as_str() {
        "decided" => Some(What::Decided {
            previous: field(event, "previous"),
            desired: field(event, "desired")?,
            reason: field(event, "reason").unwrap_or_default(),
        }),
        "seen" => Some(What::Phase { label: label()?, phase: field::<Phase>(event, "phase")? }),
        "drawn" => Some(What::Rationed { label: label()? }),
        "held" => {
            let now: Vec<String> = field(event, "held")?;
            let shape: String = now.join("; ").chars().filter(|c| !c.is_ascii_digit()).collect();
            let news = shape != *held;
            *held = shape;
            news.then_some(What::Held(now))
        }
        "done" => {
            let outcome = event.more.get("outcome").map(Value::to_string).unwrap_or_default();
            let bad = outcome.contains("refused") || outcome.contains("unanswered");
            bad.then(|| What::Said(text()))
        }
        "began" | "intended" | "waiting" | "gone" => None,
        _ => Some(What::Said(text())),
    }
}

fn field<T: DeserializeOwned>(event: &Event, name: &str) -> Option<T> {
    serde_json::from_value(event.more.get(name)?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, more: &Value) -> Event {
        let mut event = json!({
            "seq": 1, "text": "web: in words", "at": "2026-01-05T08:00:00Z", "group": "web", "kind": kind,
            "generation": 1, "operation": 3, "label": "web-abcde-1",
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn events_of_the_api_are_understood() {
        let tell = |kind, more: Value| told(&event(kind, &more), &mut String::new());
        let decided =
            tell("decided", json!({ "previous": 2, "desired": 4, "reason": "it fires", "held": [] }));
        assert_eq!(decided.unwrap().to_string(), "desired size 2 → 4: it fires");
        let seen = tell("seen", json!({ "slot": 1, "phase": "in_service" }));
        assert_eq!(seen, Some(What::Phase { label: "web-abcde-1".to_owned(), phase: Phase::InService }));
        assert_eq!(tell("done", json!({ "outcome": "ok" })), None);
        assert!(tell("done", json!({ "outcome": { "refused": { "why": "busy" } } })).is_some());
        assert_eq!(tell("turned", json!({})), Some(What::Said("in words".to_owned())));
    }

    #[test]
    fn what_is_held_back_is_told_again_only_when_more_than_its_numbers_changed() {
        let mut held = String::new();
        let mut tell = |text: &str| told(&event("held", &json!({ "held": [text] })), &mut held).is_some();
        assert!(tell("removal: low for 10 s of 120 s"));
        assert!(!tell("removal: low for 14 s of 120 s"));
        assert!(tell("removal: the ration is used up"));
    }
}
