//! The table of alerts: level-triggered, the last word of each fingerprint counts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{after, elapsed};

/// The label that names an alert.
pub(crate) const ALERTNAME: &str = "alertname";

/// The label that says which group an alert belongs to.
pub const GROUP_LABEL: &str = "autoscale_group";

/// An alert that is absent from the polls for so long is resolved.
pub const ABSENT: Duration = Duration::from_secs(300);

/// Resolved alerts are kept for so long: what is resolved argues for a removal, and a floor may hold that up over a weekend.
pub const KEEP: Duration = Duration::from_secs(7 * 86_400);

/// What was last said of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertState {
    /// It fires.
    Firing,
    /// It fires, and is silenced or inhibited: nobody vouches for it.
    Suppressed,
    /// It is over.
    Resolved,
}

/// One alert as it was told, by a notification or a poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// Identifies its label set.
    pub fingerprint: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// When it began, by its sender; it may lie in the future.
    pub starts_at: Timestamp,
    /// What is said of it.
    pub state: AlertState,
}

impl Alert {
    /// An alert in `state`.
    #[must_use]
    pub const fn new(
        fingerprint: String,
        labels: BTreeMap<String, String>,
        annotations: BTreeMap<String, String>,
        starts_at: Timestamp,
        state: AlertState,
    ) -> Self {
        Self { fingerprint, labels, annotations, starts_at, state }
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlertRow {
    /// What was last said.
    #[serde(flatten)]
    pub alert: Alert,
    /// Since when the state is what it is, by our clock.
    pub since: Timestamp,
    /// When it was last heard of, by our clock.
    pub heard: Timestamp,
}

impl AlertRow {
    /// What `alert` says since `since`, `heard` of last.
    #[must_use]
    pub const fn new(alert: Alert, since: Timestamp, heard: Timestamp) -> Self {
        Self { alert, since, heard }
    }
}

/// The table of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertTable {
    rows: BTreeMap<String, AlertRow>,
    /// Fingerprints by `alertname` and by the group that they speak of, empty where there is none: thousands of alerts are of
    /// no concern to a group.
    index: BTreeMap<(String, String), BTreeSet<String>>,
    /// When the polls last succeeded; none where nobody polls.
    pub polled: Option<Timestamp>,
    /// Since when they have succeeded without a gap, where there was one.
    pub unbroken: Option<Timestamp>,
}

impl AlertTable {
    /// Its rows, in the order of their fingerprints.
    pub fn rows(&self) -> impl Iterator<Item = &AlertRow> {
        self.rows.values()
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of an alert.
    #[must_use]
    pub fn row(&self, fingerprint: &str) -> Option<&AlertRow> {
        self.rows.get(fingerprint)
    }

    /// Puts a row in, in place of the one with its fingerprint.
    pub fn put(&mut self, row: AlertRow) {
        let (fingerprint, place) = (row.alert.fingerprint.clone(), key(&row.alert));
        if let Some(before) = self.rows.insert(fingerprint.clone(), row) {
            let was = key(&before.alert);
            if was == place {
                return;
            }
            self.unplace(&was, &fingerprint);
        }
        self.index.entry(place).or_default().insert(fingerprint);
    }

    /// Takes a row out.
    pub fn remove(&mut self, fingerprint: &str) {
        if let Some(row) = self.rows.remove(fingerprint) {
            self.unplace(&key(&row.alert), fingerprint);
        }
    }

    fn unplace(&mut self, key: &(String, String), fingerprint: &str) {
        if let Some(same) = self.index.get_mut(key) {
            same.remove(fingerprint);
            if same.is_empty() {
                self.index.remove(key);
            }
        }
    }

    /// The rows that may match `on`, of `group` and of no group; all rows where `on` names no `alertname`.
    pub(crate) fn candidates(
        &self,
        group: &str,
        on: &BTreeMap<String, String>,
    ) -> Box<dyn Iterator<Item = &AlertRow> + '_> {
        let Some(name) = on.get(ALERTNAME).filter(|name| !name.is_empty()) else {
            return Box::new(self.rows.values());
        };
        let of = |group: &str| self.index.get(&(name.clone(), group.to_owned())).into_iter().flatten();
        Box::new(of(group).chain(of("")).filter_map(|fingerprint| self.rows.get(fingerprint)))
    }

    /// The rows with that `alertname`, whatever group they speak of.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &AlertRow> + use<'_> {
        let name = name.to_owned();
        let of_name = self.index.range((name.clone(), String::new())..);
        let of_name = of_name.take_while(move |((of, _), _)| *of == name).flat_map(|(_, same)| same);
        of_name.filter_map(|fingerprint| self.rows.get(fingerprint))
    }

    /// Takes in what a notification says at `now`, and returns the rows that changed, to be stored. What was not heard of for
    /// longer than `gap` begins anew.
    #[must_use = "the changed rows must be stored before the notification is answered"]
    pub fn notified(&mut self, alerts: Vec<Alert>, now: Timestamp, gap: Duration) -> Vec<AlertRow> {
        alerts.into_iter().map(|alert| self.hear(alert, now, gap)).collect()
    }

    /// Takes in a whole, successful poll that was begun at `asked`: what it leaves out for [`ABSENT`] is resolved, and what
    /// a notification said since then is newer. What was not heard of for longer than `gap` begins anew. Returns the rows that
    /// changed, to be stored.
    #[must_use = "the changed rows must be stored"]
    pub fn polled(&mut self, alerts: Vec<Alert>, asked: Timestamp, gap: Duration) -> Vec<AlertRow> {
        if self.polled.is_some_and(|before| elapsed(before, asked) > gap) {
            self.unbroken = Some(asked);
        }
        self.polled = Some(asked);
        let newer = |row: &AlertRow| row.heard > asked;
        let told: Vec<Alert> = alerts
            .into_iter()
            .filter(|alert| !self.rows.get(&alert.fingerprint).is_some_and(newer))
            .collect();
        let mut changed: Vec<AlertRow> = told.into_iter().map(|alert| self.hear(alert, asked, gap)).collect();
        for row in self.rows.values_mut() {
            if row.alert.state != AlertState::Resolved
                && row.heard < asked
                && asked >= after(row.heard, ABSENT)
            {
                row.alert.state = AlertState::Resolved;
                row.since = asked;
                changed.push(row.clone());
            }
        }
        changed
    }

    /// The wall clock was set by so many seconds: what was heard was heard as long ago as before.
    pub(crate) fn clock_set(&mut self, by: i64) {
        let rows = self.rows.values_mut().flat_map(|row| [&mut row.since, &mut row.heard]);
        for at in rows.chain(&mut self.polled).chain(&mut self.unbroken) {
            *at = at.checked_add(jiff::SignedDuration::from_secs(by)).unwrap_or(*at);
        }
    }

    /// The fingerprints of what was resolved so long ago that nobody needs it.
    #[must_use]
    pub fn outdated(&self, now: Timestamp) -> Vec<String> {
        let old = |row: &&AlertRow| row.alert.state == AlertState::Resolved && elapsed(row.heard, now) > KEEP;
        self.rows.values().filter(old).map(|row| row.alert.fingerprint.clone()).collect()
    }

    fn hear(&mut self, alert: Alert, now: Timestamp, gap: Duration) -> AlertRow {
        let since = match self.rows.get(&alert.fingerprint) {
            Some(row) if row.alert.state == alert.state && elapsed(row.heard, now) <= gap => row.since,
            _ => now,
        };
        let row = AlertRow { alert, since, heard: now };
        self.put(row.clone());
        row
    }
}

impl FromIterator<AlertRow> for AlertTable {
    fn from_iter<I: IntoIterator<Item = AlertRow>>(rows: I) -> Self {
        let mut table = Self::default();
        rows.into_iter().for_each(|row| table.put(row));
        table
    }
}

fn key(alert: &Alert) -> (String, String) {
    let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
    (label(ALERTNAME), label(GROUP_LABEL))
}
