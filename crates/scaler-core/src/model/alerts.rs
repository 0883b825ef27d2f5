//! The table of alerts: level-triggered, the last word of each fingerprint counts.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{after, elapsed};

/// The label that names an alert.
pub(crate) const ALERTNAME: &str = "alertname";

/// The label that says which group an alert belongs to.
pub const GROUP_LABEL: &str = "autoscale_group";

/// The annotation that tells the load, the only one that is read.
pub(crate) const VALUE: &str = "value";

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

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.alert.labels.get(name).map(String::as_str)
    }
}

/// The table of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertTable {
    rows: BTreeMap<Arc<str>, HeldRow>,
    /// Fingerprints by the hashes of `alertname` and of the group that they speak of, empty where there is none: thousands of
    /// alerts are of no concern to a group. Who reads looks at the labels, for others may have the same hash.
    index: BTreeSet<(u32, u32, Arc<str>)>,
    /// When the polls last succeeded; none where nobody polls.
    pub polled: Option<Timestamp>,
    /// Since when they have succeeded without a gap, where there was one.
    pub unbroken: Option<Timestamp>,
}

/// A row as the table holds it: a map of labels for each of thousands of rows would be most of its memory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HeldRow {
    labels: Box<str>,
    annotations: Box<str>,
    starts_at: Timestamp,
    state: AlertState,
    since: Timestamp,
    heard: Timestamp,
}

impl AlertTable {
    /// Its rows, in the order of their fingerprints.
    pub fn rows(&self) -> impl Iterator<Item = AlertRow> {
        self.rows.iter().map(|(fingerprint, held)| held.row(fingerprint))
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
    pub fn row(&self, fingerprint: &str) -> Option<AlertRow> {
        self.rows.get(fingerprint).map(|held| held.row(fingerprint))
    }

    /// Puts a row in, in place of the one with its fingerprint, whose state it returns.
    pub fn put(&mut self, row: AlertRow) -> Option<AlertState> {
        let held = HeldRow::of(&row);
        let place = held.place();
        match self.rows.entry(row.alert.fingerprint.into()) {
            Entry::Vacant(free) => {
                self.index.insert((place.0, place.1, Arc::clone(free.key())));
                free.insert(held);
                None
            }
            Entry::Occupied(mut known) => {
                let fingerprint = Arc::clone(known.key());
                let before = known.insert(held);
                if before.place() != place {
                    let (name, group) = before.place();
                    self.index.remove(&(name, group, Arc::clone(&fingerprint)));
                    self.index.insert((place.0, place.1, fingerprint));
                }
                Some(before.state)
            }
        }
    }

    /// Takes a row out, and returns its state.
    pub fn remove(&mut self, fingerprint: &str) -> Option<AlertState> {
        let (fingerprint, held) = self.rows.remove_entry(fingerprint)?;
        let (name, group) = held.place();
        self.index.remove(&(name, group, fingerprint));
        Some(held.state)
    }

    /// The rows that have the labels `on`, of `group` and of no group.
    pub(crate) fn concerning(&self, group: &str, on: &BTreeMap<String, String>) -> Vec<AlertRow> {
        let rows: Box<dyn Iterator<Item = _>> = match on.get(ALERTNAME).filter(|name| !name.is_empty()) {
            Some(name) => Box::new([group, ""].into_iter().flat_map(move |group| {
                let place = (hash(name), hash(group));
                let from = self.index.range((place.0, place.1, "".into())..);
                from.take_while(move |(name, group, _)| (*name, *group) == place)
                    .filter_map(|(.., fingerprint)| self.rows.get_key_value(fingerprint))
            })),
            None => Box::new(self.rows.iter()),
        };
        rows.filter(|(_, held)| concerns(group, on, |label| held.label(label)))
            .map(|(fingerprint, held)| held.row(fingerprint))
            .collect()
    }

    /// The rows with that `alertname`, whatever group they speak of; there may be others among them.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = AlertRow> + use<'_> {
        let name = hash(name);
        let of_name = self.index.range((name, 0, "".into())..).take_while(move |(of, ..)| *of == name);
        of_name.filter_map(|(.., fingerprint)| self.row(fingerprint))
    }

    /// What the rows of a notification's alerts become at `now`, to be stored and then put in. What was not heard of for longer
    /// than `gap` begins anew.
    #[must_use = "the changed rows must be stored before the notification is answered"]
    pub fn notified(&self, alerts: Vec<Alert>, now: Timestamp, gap: Duration) -> Vec<AlertRow> {
        self.hear(alerts, now, gap).into_values().collect()
    }

    /// What rows become by a whole, successful poll that was begun at `asked`, to be stored and then put in: what it leaves out for
    /// [`ABSENT`] is resolved, and what a notification said since then is newer. What was not heard of for longer than `gap`
    /// begins anew.
    #[must_use = "the changed rows must be stored"]
    pub fn polled(&self, mut alerts: Vec<Alert>, asked: Timestamp, gap: Duration) -> Vec<AlertRow> {
        alerts
            .retain(|alert| self.rows.get(alert.fingerprint.as_str()).is_none_or(|held| held.heard <= asked));
        let mut changed = self.hear(alerts, asked, gap);
        for (fingerprint, held) in &self.rows {
            if held.state != AlertState::Resolved
                && asked >= after(held.heard, ABSENT)
                && !changed.contains_key(&**fingerprint)
            {
                let mut row = held.row(fingerprint);
                row.alert.state = AlertState::Resolved;
                row.since = asked;
                changed.insert(row.alert.fingerprint.clone(), row);
            }
        }
        changed.into_values().collect()
    }

    /// Remembers that a poll succeeded that was begun at `asked`, a gap where the one before was longer ago than `gap`.
    pub fn keep_poll(&mut self, asked: Timestamp, gap: Duration) {
        if self.polled.is_some_and(|before| elapsed(before, asked) > gap) {
            self.unbroken = Some(asked);
        }
        self.polled = Some(asked);
    }

    /// The wall clock was set by so many seconds: what was heard was heard as long ago as before.
    pub(crate) fn clock_set(&mut self, by: i64) {
        let rows = self.rows.values_mut().flat_map(|held| [&mut held.since, &mut held.heard]);
        for at in rows.chain(&mut self.polled).chain(&mut self.unbroken) {
            *at = at.checked_add(jiff::SignedDuration::from_secs(by)).unwrap_or(*at);
        }
    }

    /// The fingerprints of what was resolved so long ago that nobody needs it.
    #[must_use]
    pub fn outdated(&self, now: Timestamp) -> Vec<String> {
        let old = |held: &HeldRow| held.state == AlertState::Resolved && elapsed(held.heard, now) > KEEP;
        self.rows
            .iter()
            .filter(|(_, held)| old(held))
            .map(|(fingerprint, _)| (**fingerprint).to_owned())
            .collect()
    }

    /// The rows of `alerts`, which are heard of at `now`, the last word of each; of annotations only what is read.
    fn hear(&self, alerts: Vec<Alert>, now: Timestamp, gap: Duration) -> BTreeMap<String, AlertRow> {
        let mut rows: BTreeMap<String, AlertRow> = BTreeMap::new();
        for mut alert in alerts {
            alert.annotations.retain(|name, _| name == VALUE);
            let said = rows.get(&alert.fingerprint).map(|row| (row.alert.state, row.since, row.heard));
            let held = || self.rows.get(alert.fingerprint.as_str());
            let since = match said.or_else(|| held().map(|held| (held.state, held.since, held.heard))) {
                Some((state, since, heard)) if state == alert.state && elapsed(heard, now) <= gap => since,
                _ => now,
            };
            rows.insert(alert.fingerprint.clone(), AlertRow { alert, since, heard: now });
        }
        rows
    }
}

impl Extend<AlertRow> for AlertTable {
    fn extend<I: IntoIterator<Item = AlertRow>>(&mut self, rows: I) {
        for row in rows {
            self.put(row);
        }
    }
}

impl FromIterator<AlertRow> for AlertTable {
    fn from_iter<I: IntoIterator<Item = AlertRow>>(rows: I) -> Self {
        let mut table = Self::default();
        table.extend(rows);
        table
    }
}

impl HeldRow {
    fn of(row: &AlertRow) -> Self {
        Self {
            labels: packed(&row.alert.labels),
            annotations: packed(&row.alert.annotations),
            starts_at: row.alert.starts_at,
            state: row.alert.state,
            since: row.since,
            heard: row.heard,
        }
    }

    fn row(&self, fingerprint: &str) -> AlertRow {
        let map = |text| pairs(text).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (labels, annotations) = (map(&self.labels), map(&self.annotations));
        let alert = Alert::new(fingerprint.to_owned(), labels, annotations, self.starts_at, self.state);
        AlertRow::new(alert, self.since, self.heard)
    }

    fn label(&self, name: &str) -> Option<&str> {
        pairs(&self.labels).find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// Where it is in the index.
    fn place(&self) -> (u32, u32) {
        let of = |name| hash(self.label(name).unwrap_or_default());
        (of(ALERTNAME), of(GROUP_LABEL))
    }
}

/// Whether a policy `on` these labels of `group` goes by an alert whose labels are told by `label`.
pub(crate) fn concerns<'a>(
    group: &str,
    on: &BTreeMap<String, String>,
    label: impl Fn(&str) -> Option<&'a str>,
) -> bool {
    label(GROUP_LABEL).is_none_or(|owner| owner == group) && matches(on, label)
}

/// Whether an alert has the labels `on`; one that is missing is empty, as in Alertmanager.
pub(crate) fn matches<'a>(on: &BTreeMap<String, String>, label: impl Fn(&str) -> Option<&'a str>) -> bool {
    on.iter().all(|(name, value)| label(name).unwrap_or_default() == value)
}

/// Names and values as one text, each behind its length.
fn packed(texts: &BTreeMap<String, String>) -> Box<str> {
    let mut packed = String::new();
    for text in texts.iter().flat_map(|(name, value)| [name, value]) {
        // Writing to a String can't fail.
        let _ = write!(packed, "{}:{text}", text.len());
    }
    packed.into_boxed_str()
}

/// What was [`packed`].
fn pairs(packed: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = packed;
    let mut text = move || {
        let (length, texts) = rest.split_once(':')?;
        let (text, others) = texts.split_at_checked(length.parse().ok()?)?;
        rest = others;
        Some(text)
    };
    std::iter::from_fn(move || Some((text()?, text()?)))
}

fn hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() as u32
}
