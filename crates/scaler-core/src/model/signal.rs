//! What argues for a size. No alert is not the same as "all clear".

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    ALERTNAME, AlertRow, AlertState, AlertTable, Amount, Group, StepPolicy, VALUE, concerns, elapsed, matches,
};

/// What makes Alertmanager repeat an alert in time.
const REPEAT: &str = "set the repeat_interval of its route (4h by default) to half of `confirm` at most";

/// What a signal says. There is no fifth answer, so programs may match on all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// More is needed.
    High,
    /// Less would do.
    Low,
    /// Neither.
    Neutral,
    /// Nobody confirms anything.
    Unknown,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Low => "low",
            Self::Neutral => "neutral",
            Self::Unknown => "unknown",
        })
    }
}

/// What one policy says, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PolicySignal {
    /// The policy, by the labels that it matches.
    pub policy: String,
    /// What it says.
    pub signal: Signal,
    /// The step that it asks for, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Amount>,
    /// It can ask for removals.
    pub can_remove: bool,
    /// Since when it says so, where an alert tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why.
    pub why: SignalReason,
}

impl PolicySignal {
    /// What `policy` says, without a step.
    #[must_use]
    pub fn new(policy: impl Into<String>, signal: Signal, why: SignalReason) -> Self {
        Self { policy: policy.into(), signal, step: None, can_remove: false, since: None, why }
    }
}

/// Why a policy says what it says. `policy` is the one that says it, by the labels that it matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalReason {
    /// Its alert fires.
    Fires {
        /// The policy.
        policy: String,
    },
    /// Its alert is resolved.
    Resolved {
        /// The policy.
        policy: String,
    },
    /// Its alert does not fire.
    Silent {
        /// The policy.
        policy: String,
    },
    /// Its alert is silenced or inhibited.
    Suppressed {
        /// The policy.
        policy: String,
    },
    /// Its alert fired, and nobody has confirmed it since.
    Unconfirmed {
        /// The policy.
        policy: String,
        /// The alert.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
        /// Within so many seconds it had to be repeated; none where Alertmanager is polled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<u64>,
    },
    /// Alertmanager has not answered three polls.
    PollsUnanswered,
    /// The heartbeat alert is not confirmed.
    HeartbeatUnconfirmed {
        /// Within so many seconds it has to be repeated; none where Alertmanager is polled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<u64>,
    },
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl SignalReason {
    /// Several reasons as one text.
    pub(crate) fn list(reasons: &[Self]) -> String {
        reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for SignalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fires { policy } => write!(f, "{policy} fires"),
            Self::Resolved { policy } => write!(f, "{policy} is resolved"),
            Self::Silent { policy } => write!(f, "{policy} does not fire"),
            Self::Suppressed { policy } => write!(f, "{policy} is silenced or inhibited"),
            Self::Unconfirmed { policy, fingerprint, within } => {
                match within {
                    Some(within) => {
                        write!(f, "{policy} fired and was not repeated within {within} s: {REPEAT}")?
                    }
                    None => write!(f, "{policy} fired and has not been confirmed since")?,
                }
                let Some(fingerprint) = fingerprint else { return Ok(()) };
                let or = if within.is_some() { ", or" } else { ":" };
                write!(f, "{or} drop it by `autoscale alerts forget {fingerprint}` if its end was lost")
            }
            Self::PollsUnanswered => f.write_str("Alertmanager has not answered three polls"),
            Self::HeartbeatUnconfirmed { within } => match within {
                Some(within) => write!(f, "the heartbeat alert was not repeated within {within} s: {REPEAT}"),
                None => f.write_str("the heartbeat alert is not confirmed"),
            },
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// What all policies of a group say at one time.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Signals {
    /// By policy, in the group's order.
    pub policies: Vec<PolicySignal>,
    /// The largest load that the low alerts tell by their annotation `value`.
    pub value: Option<f64>,
    /// Since when somebody would have told of a change, where there was a gap.
    pub told_since: Option<Timestamp>,
    /// They may be unknown for so long without what they said before beginning anew.
    pub gap: Duration,
}

/// What an alert of the table counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertStanding {
    /// It fires, and that is confirmed.
    Firing,
    /// It fired, and nobody has confirmed it since: unknown.
    Unconfirmed,
    /// It is silenced or inhibited: unknown.
    Suppressed,
    /// It was not confirmed for so long that it counts no more, while its sender was heard.
    GivenUp,
    /// It is over.
    Resolved,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for AlertStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Firing => "firing",
            Self::Unconfirmed => "unknown: not confirmed",
            Self::Suppressed => "unknown: silenced or inhibited",
            Self::GivenUp => "given up",
            Self::Resolved => "resolved",
            Self::Other => "a state that this version does not know",
        })
    }
}

/// How the table of alerts is to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertFreshness {
    /// Where Alertmanager is polled: how often. Its answers are then the truth.
    pub poll: Option<Duration>,
    /// Where it is not: a firing alert must repeat within this.
    pub confirm: Duration,
    /// The labels of an alert that always fires while alerting works, its `alertname` among them; none of them: no heartbeat is
    /// expected.
    pub heartbeat: BTreeMap<String, String>,
}

impl Default for AlertFreshness {
    fn default() -> Self {
        Self { poll: None, confirm: Duration::from_secs(600), heartbeat: BTreeMap::new() }
    }
}

impl AlertFreshness {
    /// Alertmanager is polled so often.
    #[must_use]
    pub fn polled(every: Duration) -> Self {
        Self { poll: Some(every), ..Self::default() }
    }

    /// Nobody is polled: a firing alert must repeat within `confirm`.
    #[must_use]
    pub fn pushed(confirm: Duration) -> Self {
        Self { confirm, ..Self::default() }
    }

    /// What each alert of the table counts for at `now`.
    pub(crate) fn standings(
        &self,
        table: &AlertTable,
        now: Timestamp,
    ) -> impl Iterator<Item = (AlertRow, AlertStanding)> {
        let beat = self.heartbeat(table, now);
        table.rows().map(move |row| {
            let standing = self.standing(table, beat.as_ref(), &row, now);
            (row, standing)
        })
    }

    fn standing(
        &self,
        table: &AlertTable,
        beat: Option<&AlertRow>,
        row: &AlertRow,
        now: Timestamp,
    ) -> AlertStanding {
        match row.alert.state {
            AlertState::Resolved => AlertStanding::Resolved,
            AlertState::Suppressed => AlertStanding::Suppressed,
            AlertState::Firing if self.confirmed(table, row, now) => AlertStanding::Firing,
            AlertState::Firing if self.given_up(beat, row, now) => AlertStanding::GivenUp,
            AlertState::Firing => AlertStanding::Unconfirmed,
        }
    }

    /// Seconds within which alerts have to be repeated, where nobody polls.
    fn within(&self) -> Option<u64> {
        self.poll.is_none().then_some(self.confirm.as_secs())
    }

    /// Whether `row` is still vouched for at `now`: also where the polls are alive they must show it.
    fn confirmed(&self, table: &AlertTable, row: &AlertRow, now: Timestamp) -> bool {
        match self.poll {
            Some(every) => self.polls_alive(table, now) && elapsed(row.heard, now) <= every * 3,
            None => elapsed(row.heard, now) < self.confirm,
        }
    }

    /// What is not heard of for longer begins anew: `confirm`, or three polls.
    pub(crate) fn gap(&self) -> Duration {
        self.poll.map_or(self.confirm, |every| every * 3)
    }

    fn polls_alive(&self, table: &AlertTable, now: Timestamp) -> bool {
        self.poll.is_none_or(|every| table.polled.is_some_and(|at| elapsed(at, now) <= every * 3))
    }

    /// Whether an alert is the heartbeat: one of the same name from elsewhere has other labels.
    pub(crate) fn is_heartbeat(&self, row: &AlertRow) -> bool {
        !self.heartbeat.is_empty() && matches(&self.heartbeat, |label| row.label(label))
    }

    /// The heartbeat's row that is vouched for, where one is.
    fn heartbeat(&self, table: &AlertTable, now: Timestamp) -> Option<AlertRow> {
        let name = self.heartbeat.get(ALERTNAME)?;
        table.named(name).find(|row| {
            row.alert.state == AlertState::Firing && self.is_heartbeat(row) && self.confirmed(table, row, now)
        })
    }

    /// Whether a firing alert is given up that nobody has confirmed for three times `confirm`, while its sender was heard all the
    /// time: its end was lost, or its sender tells no ends. Where no heartbeat says so, it stays in doubt, and so does one that was
    /// never repeated in time: its route may repeat more slowly than that of the heartbeat.
    fn given_up(&self, beat: Option<&AlertRow>, row: &AlertRow, now: Timestamp) -> bool {
        let waited =
            |beat: &AlertRow| elapsed(row.heard.max(beat.since), now) >= self.confirm.saturating_mul(3);
        self.poll.is_none() && row.heard > row.since && beat.is_some_and(waited)
    }

    /// Since when somebody would have told of a change, where there was a gap: nobody knows what happened before.
    fn told_since(&self, table: &AlertTable, beat: Option<&AlertRow>) -> Option<Timestamp> {
        table.unbroken.filter(|_| self.poll.is_some()).max(beat.map(|beat| beat.since))
    }
}

impl Signals {
    /// Reads the table for `group` at `now`.
    #[must_use]
    pub fn read(group: &Group, table: &AlertTable, freshness: &AlertFreshness, now: Timestamp) -> Self {
        let beat = freshness.heartbeat(table, now);
        let told_since = freshness.told_since(table, beat.as_ref());
        let mut signals = Self { gap: freshness.gap(), told_since, ..Self::default() };
        let deaf = if !freshness.polls_alive(table, now) {
            Some(SignalReason::PollsUnanswered)
        } else if !freshness.heartbeat.is_empty() && beat.is_none() {
            Some(SignalReason::HeartbeatUnconfirmed { within: freshness.within() })
        } else {
            None
        };
        for policy in &group.policies {
            let rows = table.concerning(group.name.as_str(), &policy.on);
            let mut spoken = match &deaf {
                Some(why) => PolicySignal::of(policy, Signal::Unknown, None, None, why.clone()),
                None => speak(policy, &rows, table, freshness, beat.as_ref(), now),
            };
            spoken.since = spoken.since.map(|since| told_since.map_or(since, |told| since.max(told)));
            if spoken.signal == Signal::Low {
                let live = rows.iter().filter(|row| {
                    row.alert.state == AlertState::Firing
                        && speaks_for_group(row)
                        && freshness.confirmed(table, row, now)
                });
                for value in
                    live.filter_map(|row| row.alert.annotations.get(VALUE)?.trim().parse::<f64>().ok())
                {
                    signals.value = Some(signals.value.map_or(value, |known| known.max(value)));
                }
            }
            signals.policies.push(spoken);
        }
        signals
    }

    /// What the policies say together: high if one says so; else unknown if one is; low if all that can remove say so.
    #[must_use]
    pub fn together(&self) -> Signal {
        let any = |signal| self.policies.iter().any(|policy| policy.signal == signal);
        if any(Signal::High) {
            Signal::High
        } else if any(Signal::Unknown) {
            Signal::Unknown
        } else if self.policies.iter().any(|policy| policy.can_remove)
            && self
                .policies
                .iter()
                .filter(|policy| policy.can_remove)
                .all(|policy| policy.signal == Signal::Low)
        {
            Signal::Low
        } else {
            Signal::Neutral
        }
    }

    /// The reasons of the policies that say `signal`.
    #[must_use]
    pub fn why(&self, signal: Signal) -> Vec<SignalReason> {
        let policies = self.policies.iter().filter(|policy| policy.signal == signal);
        let mut whys: Vec<SignalReason> = policies.map(|policy| policy.why.clone()).collect();
        whys.dedup();
        whys
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

/// The policies of `group` that an alert concerns, by name.
pub(crate) fn concerned(group: &Group, row: &AlertRow) -> Vec<String> {
    group
        .policies
        .iter()
        .filter(|policy| concerns(group.name.as_str(), &policy.on, |label| row.label(label)))
        .map(|policy| name(&policy.on))
        .collect()
}

/// An alert of one instance does not speak for the group, so it can't argue for fewer.
fn speaks_for_group(row: &AlertRow) -> bool {
    !row.alert.labels.contains_key("instance")
}

fn speak(
    policy: &StepPolicy,
    rows: &[AlertRow],
    table: &AlertTable,
    freshness: &AlertFreshness,
    beat: Option<&AlertRow>,
    now: Timestamp,
) -> PolicySignal {
    let say = |signal, step, since, why| PolicySignal::of(policy, signal, step, since, why);
    let name = || name(&policy.on);
    let standing = |row: &AlertRow| freshness.standing(table, beat, row, now);
    let live = |row: &&AlertRow| standing(row) == AlertStanding::Firing;
    let doubtful =
        |row: &&AlertRow| matches!(standing(row), AlertStanding::Suppressed | AlertStanding::Unconfirmed);
    if policy.add.is_some()
        && let Some(row) = rows.iter().find(live)
    {
        return say(Signal::High, policy.add, Some(row.since), SignalReason::Fires { policy: name() });
    }
    if policy.remove.is_some()
        && let Some(since) =
            rows.iter().filter(live).filter(|row| speaks_for_group(row)).map(|row| row.since).min()
    {
        return say(Signal::Low, policy.remove, Some(since), SignalReason::Fires { policy: name() });
    }
    if let Some(row) = rows.iter().find(doubtful) {
        let why = match row.alert.state {
            AlertState::Suppressed => SignalReason::Suppressed { policy: name() },
            _ => SignalReason::Unconfirmed {
                policy: name(),
                fingerprint: Some(row.alert.fingerprint.clone()),
                within: freshness.within(),
            },
        };
        return say(Signal::Unknown, None, None, why);
    }
    let resolved = rows.iter().filter(|row| row.alert.state == AlertState::Resolved && speaks_for_group(row));
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
