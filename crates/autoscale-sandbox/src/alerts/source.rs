//! A small Prometheus and Alertmanager in one: evaluates the rules, notifies, repeats, resolves, and answers
//! `GET /api/v2/alerts`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alertmanager_types::api::{GettableAlert, Receiver};
use alertmanager_types::webhook::{Alert, Message};
use axum::extract::State as Shared;
use axum::routing::get;
use axum::{Json, Router};
use tokio::time::{Instant, MissedTickBehavior};

use super::messenger::Messenger;
use super::rules::{self, Change, RULES, State, Test, Watcher};
use super::scrape::Gauges;
use crate::happening::{Diary, What};
use crate::pace::Pace;

/// Its name as a receiver of notifications.
const RECEIVER: &str = "autoscaler";

/// The source. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pace: Pace,
    diary: Diary,
    messenger: Messenger,
    authorization: String,
    watchers: Arc<Mutex<Vec<Watcher>>>,
}

/// A notification that the daemon has to get.
struct Due {
    body: Vec<u8>,
    /// Of which rule.
    rule: usize,
}

impl Source {
    /// Evaluates nothing yet. `authorization` is shown to the webhook.
    pub(crate) fn new(pace: Pace, diary: Diary, messenger: Messenger, authorization: String) -> Self {
        let watchers = RULES.into_iter().map(Watcher::new).collect();
        Self { pace, diary, messenger, authorization, watchers: Arc::new(Mutex::new(watchers)) }
    }

    /// What an Alertmanager serves.
    pub(crate) fn router(&self) -> Router {
        Router::new().route("/api/v2/alerts", get(alerts)).with_state(self.clone())
    }

    /// Evaluates the rules at every interval until it is dropped.
    pub(crate) async fn run(self, gauges: Gauges) {
        let mut ticks = tokio::time::interval(rules::interval(self.pace));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sent: Vec<Option<Instant>> = vec![None; RULES.len()];
        let mut unsent: Vec<Due> = Vec::new();
        loop {
            ticks.tick().await;
            self.evaluate(gauges.group(), &mut sent, &mut unsent);
            for due in std::mem::take(&mut unsent) {
                match self.messenger.deliver(due.body.clone().into(), Some(&self.authorization)).await {
                    Ok(200..=299) => sent[due.rule] = Some(Instant::now()),
                    // As Alertmanager does: a 4xx is not sent again before it repeats.
                    Ok(400..=499) => {}
                    _ => unsent.push(due),
                }
            }
        }
    }

    fn evaluate(&self, cpu: Option<f64>, sent: &mut [Option<Instant>], unsent: &mut Vec<Due>) {
        let now = self.pace.now();
        let repeat = rules::repeat(self.pace);
        let mut watchers = self.watchers();
        for (n, watcher) in watchers.iter_mut().enumerate() {
            let before = watcher.state;
            let change = watcher.evaluate(cpu, now);
            let alert = || watcher.rule.alert.to_owned();
            match change {
                // It always fires: no news.
                _ if watcher.rule.test == Test::Always => {}
                Some(Change::Pending(v)) => self.diary.note(What::Pending { alert: alert(), value: Some(v) }),
                Some(Change::Firing(v)) => self.diary.note(What::Firing { alert: alert(), value: Some(v) }),
                Some(Change::Resolved) => self.diary.note(What::Resolved { alert: alert() }),
                None => {}
            }
            let due = match change {
                Some(Change::Firing(_) | Change::Resolved) => true,
                Some(Change::Pending(_)) => false,
                None => {
                    matches!(watcher.state, State::Firing { .. })
                        && sent[n].is_some_and(|at| at.elapsed() >= repeat)
                }
            };
            if due && let Some(message) = self.message(watcher, before) {
                // What was not delivered yet is overtaken by what is so now.
                unsent.retain(|due| due.rule != n);
                unsent.extend(serde_json::to_vec(&message).ok().map(|body| Due { body, rule: n }));
            }
        }
    }

    /// The notification about a rule's alert: as it is, or resolved where it fired before.
    fn message(&self, watcher: &Watcher, before: State) -> Option<Message> {
        let rule = &watcher.rule;
        let alert = match (watcher.state, before) {
            (State::Firing { since, value }, _) => {
                Alert::new(rule.labels(), since).annotations(rule.annotations(value))
            }
            (_, State::Firing { since, value }) => {
                let alert = Alert::new(rule.labels(), since).annotations(rule.annotations(value));
                alert.resolved_at(self.pace.now())
            }
            _ => return None,
        };
        let mut by = rule.labels();
        by.remove("severity");
        let labels: Vec<String> = by.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let key = format!("{{}}:{{{}}}", labels.join(", "));
        Some(Message::new(RECEIVER, key, vec![alert]).group_labels(by))
    }

    fn watchers(&self) -> MutexGuard<'_, Vec<Watcher>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn alerts(Shared(source): Shared<Source>) -> Json<Vec<GettableAlert>> {
    let now = source.pace.now();
    let watchers = source.watchers();
    let firing = watchers.iter().filter_map(|watcher| match watcher.state {
        State::Firing { since, value } => {
            let rule = &watcher.rule;
            let alert = GettableAlert::new(rule.labels(), since, now).annotations(rule.annotations(value));
            Some(alert.receivers([Receiver::new(RECEIVER)]))
        }
        State::Inactive | State::Pending { .. } => None,
    });
    Json(firing.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Web;

    #[tokio::test(start_paused = true)]
    async fn what_fires_is_told_once_repeated_resolved_and_shown() {
        let pace = Pace::new(10.0);
        let (diary, _told) = Diary::new(pace);
        let messenger = Messenger::new(Web::new().unwrap(), pace, diary.clone());
        let source = Source::new(pace, diary, messenger, "Bearer x".to_owned());
        let (mut sent, mut unsent) = (vec![None; RULES.len()], Vec::new());
        source.evaluate(Some(90.0), &mut sent, &mut unsent);
        let bodies = |unsent: &[Due]| -> Vec<Message> {
            unsent.iter().map(|due| Message::from_json(&due.body).unwrap()).collect()
        };
        assert_eq!(bodies(&unsent)[0].alerts[0].alertname(), Some(rules::WATCHDOG));
        unsent.clear();
        tokio::time::advance(std::time::Duration::from_secs(3)).await;
        source.evaluate(Some(90.0), &mut sent, &mut unsent);
        let message = &bodies(&unsent)[0];
        assert!(message.alerts[0].is_firing());
        assert_eq!(message.alerts[0].alertname(), Some(rules::HIGH));
        assert_eq!(message.alerts[0].annotations.get("value"), Some("90.0"));
        assert_eq!(message.group_key, r#"{}:{alertname="WebCpuHigh", autoscale_group="web"}"#);
        assert_eq!(alerts(Shared(source.clone())).await.0.len(), 2);

        unsent.clear();
        sent[0] = Some(Instant::now());
        source.evaluate(Some(90.0), &mut sent, &mut unsent);
        assert!(unsent.is_empty());
        tokio::time::advance(rules::repeat(pace)).await;
        source.evaluate(Some(90.0), &mut sent, &mut unsent);
        assert_eq!(unsent.len(), 1, "an unchanged alert repeats");
        source.evaluate(Some(50.0), &mut sent, &mut unsent);
        assert_eq!(unsent.len(), 1, "the last word counts");
        assert!(bodies(&unsent)[0].alerts[0].is_resolved());
        assert_eq!(alerts(Shared(source)).await.0.len(), 1);
    }
}
