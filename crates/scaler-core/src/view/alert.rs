//! The alerts that are held.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{AlertFreshness, AlertRow, AlertStanding, AlertTable, GROUP_LABEL, Group, concerned};

/// An alert of the table, and who goes by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldAlert {
    /// Identifies its label set.
    pub fingerprint: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What it counts for.
    pub standing: AlertStanding,
    /// Since when its state is what it is.
    pub since: Timestamp,
    /// When it was last told of.
    pub heard: Timestamp,
    /// It is the heartbeat.
    pub heartbeat: bool,
    /// The policies that it concerns, by group.
    pub policies: BTreeMap<String, Vec<String>>,
}

impl HeldAlert {
    /// All of `table` at `now`: what argues for something before what is over.
    pub(crate) fn all(
        groups: &[Arc<Group>],
        table: &AlertTable,
        freshness: &AlertFreshness,
        now: Timestamp,
    ) -> Vec<Self> {
        let of = |(row, standing): (AlertRow, AlertStanding)| {
            let named = row.label(GROUP_LABEL);
            let groups = groups.iter().filter(|group| named.is_none_or(|name| name == group.name.as_str()));
            let policies = groups.map(|group| (group.name.to_string(), concerned(group, &row)));
            Self {
                standing,
                since: row.since,
                heard: row.heard,
                heartbeat: freshness.is_heartbeat(&row),
                policies: policies.filter(|(_, policies)| !policies.is_empty()).collect(),
                fingerprint: row.alert.fingerprint,
                labels: row.alert.labels,
            }
        };
        let mut all: Vec<Self> = freshness.standings(table, now).map(of).collect();
        all.sort_by(|one, other| one.order().cmp(&other.order()));
        all
    }

    fn order(&self) -> (bool, bool, Option<&String>, &String) {
        let over = matches!(self.standing, AlertStanding::Resolved | AlertStanding::GivenUp);
        (over, self.policies.is_empty(), self.labels.get("alertname"), &self.fingerprint)
    }
}
