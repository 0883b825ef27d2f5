//! What is being waited for, until when.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Awaited, Group};
use crate::state::GroupState;

/// Something that is being waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Wait {
    /// The label of the member that it is about; none where it is about the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// For what.
    pub what: Awaited,
    /// Until when.
    pub until: Timestamp,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.member {
            Some(member) => write!(f, "{member} {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

/// The deadlines of the members, and of the next launch.
pub(in crate::reconcile) fn waits(group: &Group, state: &GroupState, now: Timestamp) -> Vec<Wait> {
    let members = state.members.values().filter(|member| !member.standby);
    let mut waits: Vec<Wait> = members
        .filter_map(|member| {
            let (what, until) = member.deadline(group)?;
            Some(Wait { member: Some(member.label.clone()), what, until })
        })
        .collect();
    let backoff = state.launches.next(state.serving() < group.size.min);
    let postponed = state.launches.postponed.map(|(_, until)| until);
    if let Some(until) = backoff.max(postponed)
        && until > now
        && state.desired.is_some_and(|desired| desired > state.expected())
    {
        waits.push(Wait { member: None, what: Awaited::NextLaunch, until });
    }
    waits
}
