//! What is to be done now, and what is being waited for.

use std::fmt;

use jiff::Timestamp;

use super::{Decision, Group, Observation, Slot, log::{Cause, Memory, Step}};

/// What is to be done now, as short steps, and what is being waited for, until when. It leaves no choice open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Plan {
    /// Steps to begin now, with their cause, in order of importance: additions first.
    pub steps: Vec<(Step, Cause)>,
    /// Members for which a ration is to be drawn before their steps are intended: without it these steps don't begin.
    pub draws: Vec<Slot>,
    /// What is being waited for.
    pub waits: Vec<Wait>,
    /// What is held back, and why, in words.
    pub held: Vec<String>,
    /// When to look again at the latest, where something is on its way.
    pub wake: Option<Timestamp>,
}

/// Something that is being waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// For what, in words.
    pub what: String,
    /// Until when.
    pub until: Timestamp,
}

/// What is to be done now. Pure and total.
#[must_use]
pub fn plan(group: &Group, observation: &Observation, decision: &Decision, memory: &Memory, now: Timestamp) -> Plan {
    let _ = (group, observation, decision, memory, now);
    Plan::default()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            f.write_str("nothing to do now")?;
        }
        for (n, (step, cause)) in self.steps.iter().enumerate() {
            let line = if n == 0 { "" } else { "\n" };
            write!(f, "{line}{step} — {cause}")?;
        }
        for wait in &self.waits {
            write!(f, "\nwaiting for {} until {}", wait.what, wait.until)?;
        }
        for held in &self.held {
            write!(f, "\nheld back: {held}")?;
        }
        Ok(())
    }
}
