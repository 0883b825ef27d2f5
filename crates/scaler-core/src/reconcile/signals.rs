//! What the policies of a group say, read from the table of alerts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{
    AlertFreshness, AlertRow, AlertState, AlertTable, Amount, GROUP_LABEL, Group, PolicySignal, Signal,
    SignalReason, Signals, StepPolicy, elapsed,
};

impl AlertFreshness {
    /// Whether `row` is still vouched for at `now`: also where the polls are alive they must show it.
    fn confirmed(&self, table: &AlertTable, row: &AlertRow, now: Timestamp) -> bool {
        match self.poll {
            Some(every) => self.polls_alive(table, now) && elapsed(row.heard, now) <= every * 3,
            None => elapsed(row.heard, now) < self.confirm,
        }
    }

    fn polls_alive(&self, table: &AlertTable, now: Timestamp) -> bool {
        self.poll.is_none_or(|every| table.polled.is_some_and(|at| elapsed(at, now) <= every * 3))
    }

    fn heartbeat_alive(&self, table: &AlertTable, now: Timestamp) -> bool {
        self.heartbeat.as_ref().is_none_or(|name| {
            table.rows.values().any(|row| {
                row.alert.labels.get("alertname") == Some(name)
                    && row.alert.state == AlertState::Firing
                    && self.confirmed(table, row, now)
            })
        })
    }
}

impl Signals {
    /// Reads the table for `group` at `now`.
    #[must_use]
    pub fn read(group: &Group, table: &AlertTable, freshness: &AlertFreshness, now: Timestamp) -> Self {
        let mut signals = Self::default();
        let deaf = if !freshness.polls_alive(table, now) {
            Some(SignalReason::PollsUnanswered)
        } else if !freshness.heartbeat_alive(table, now) {
            Some(SignalReason::HeartbeatUnconfirmed)
        } else {
            None
        };
        for policy in &group.policies {
            let rows = || table.rows.values().filter(|row| concerns(group, policy, row));
            let spoken = match &deaf {
                Some(why) => PolicySignal::of(policy, Signal::Unknown, None, None, why.clone()),
                None => speak(policy, rows, table, freshness, now),
            };
            if spoken.signal == Signal::Low {
                let live = rows().filter(|row| {
                    row.alert.state == AlertState::Firing
                        && speaks_for_group(row)
                        && freshness.confirmed(table, row, now)
                });
                for value in
                    live.filter_map(|row| row.alert.annotations.get("value")?.trim().parse::<f64>().ok())
                {
                    signals.value = Some(signals.value.map_or(value, |known| known.max(value)));
                }
            }
            signals.policies.push(spoken);
        }
        signals
    }
}

impl PolicySignal {
    fn of(
        policy: &StepPolicy,
        signal: Signal,
        step: Option<Amount>,
        since: Option<Timestamp>,
        why: SignalReason,
    ) -> Self {
        Self { policy: name(&policy.on), signal, step, can_remove: policy.can_remove(), since, why }
    }
}

fn name(on: &BTreeMap<String, String>) -> String {
    let others: Vec<String> = on
        .iter()
        .filter(|(label, _)| *label != "alertname")
        .map(|(label, value)| format!("{label}={value}"))
        .collect();
    let alert = on.get("alertname").map_or("any alert", String::as_str);
    if others.is_empty() { alert.to_owned() } else { format!("{alert} ({})", others.join(", ")) }
}

fn concerns(group: &Group, policy: &StepPolicy, row: &AlertRow) -> bool {
    let labels = &row.alert.labels;
    labels.get(GROUP_LABEL).is_none_or(|owner| owner == group.name.as_str())
        && policy.on.iter().all(|(label, value)| labels.get(label).map_or("", String::as_str) == value)
}

/// An alert of one instance does not speak for the group, so it can't argue for fewer.
fn speaks_for_group(row: &AlertRow) -> bool {
    !row.alert.labels.contains_key("instance")
}

fn speak<'a, I: Iterator<Item = &'a AlertRow>>(
    policy: &StepPolicy,
    rows: impl Fn() -> I,
    table: &AlertTable,
    freshness: &AlertFreshness,
    now: Timestamp,
) -> PolicySignal {
    let say = |signal, step, since, why| PolicySignal::of(policy, signal, step, since, why);
    let name = || name(&policy.on);
    let live =
        |row: &&AlertRow| row.alert.state == AlertState::Firing && freshness.confirmed(table, row, now);
    let doubtful = |row: &&AlertRow| match row.alert.state {
        AlertState::Suppressed => true,
        AlertState::Firing => !freshness.confirmed(table, row, now),
        AlertState::Resolved => false,
    };
    if policy.add.is_some()
        && let Some(row) = rows().find(live)
    {
        return say(Signal::High, policy.add, Some(row.since), SignalReason::Fires { policy: name() });
    }
    if policy.remove.is_some()
        && let Some(since) =
            rows().filter(live).filter(|row| speaks_for_group(row)).map(|row| row.since).min()
    {
        return say(Signal::Low, policy.remove, Some(since), SignalReason::Fires { policy: name() });
    }
    if let Some(row) = rows().find(doubtful) {
        let why = match row.alert.state {
            AlertState::Suppressed => SignalReason::Suppressed { policy: name() },
            _ => SignalReason::Unconfirmed { policy: name() },
        };
        return say(Signal::Unknown, None, None, why);
    }
    let resolved = rows().filter(|row| row.alert.state == AlertState::Resolved && speaks_for_group(row));
    if policy.when_resolved.is_some()
        && let Some(since) = resolved.map(|row| row.since).max()
    {
        return say(
            Signal::Low,
            policy.when_resolved,
            Some(since),
            SignalReason::Resolved { policy: name() },
        );
    }
    say(Signal::Neutral, None, None, SignalReason::Silent { policy: name() })
}
