//! How many there should be, and why.

use std::fmt;

use jiff::Timestamp;

use super::{
    Group, Observation, Position, Signal, Signals,
    log::{Cause, Memory},
};

/// Signals, observation and limits → the desired size, with the reason and what held it back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// The desired size, absolute; none where nothing is known yet.
    pub desired: Option<u32>,
    /// The desired size before.
    pub previous: Option<u32>,
    /// What the policies say together.
    pub signal: Signal,
    /// The request of an operator that this decision answers.
    pub asked: Option<Position>,
    /// Why, as it is written to the log.
    pub cause: Cause,
    /// Why, in words.
    pub reason: String,
    /// What held it back, in words.
    pub held: Vec<String>,
}

impl Decision {
    /// Whether it changes the desired size or answers a request, so that a new generation begins.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.desired.is_some() && (self.desired != self.previous || self.asked.is_some())
    }
}

/// How many there should be. Pure and total; deciding again changes nothing.
#[must_use]
pub fn decide(group: &Group, observation: &Observation, signals: &Signals, memory: &Memory, now: Timestamp) -> Decision {
    let _ = (group, observation, now);
    Decision { desired: memory.desired, previous: memory.desired, signal: signals.together(), asked: None, cause: Cause::Converge, reason: String::new(), held: Vec::new() }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.previous, self.desired) {
            (Some(before), Some(desired)) if before != desired => write!(f, "desired size {before} → {desired}")?,
            (_, Some(desired)) => write!(f, "desired size {desired}")?,
            (_, None) => f.write_str("no desired size")?,
        }
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        for held in &self.held {
            write!(f, "; held back: {held}")?;
        }
        Ok(())
    }
}
