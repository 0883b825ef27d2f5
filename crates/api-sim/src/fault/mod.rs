//! What can go wrong, dialled in by the library, from a command line, or at run time.

mod parse;
mod request;
mod table;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use parse::{ParseFaultError, time};
pub use request::{PathPattern, RequestFault, glob};
pub use table::Faults;

/// What a simulator's faults are for: requests of some kind, or something that happens by itself.
pub trait Target: Sized {
    /// What can be written, for error messages.
    const FORMS: &'static str;

    /// Reads one.
    fn read(text: &str) -> Option<Self>;
}

/// What a simulator's faults do.
pub trait Effect<T>: Sized {
    /// What can be written, for error messages.
    const FORMS: &'static str;

    /// Reads `name` or `name=value` for a target.
    fn read(target: &T, name: &str, value: Option<&str>) -> Option<Self>;
}

/// Names a fault that was added, so that it can be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultId(pub u64);

/// A fault: what it is for, what it does, how often and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fault<T, E> {
    /// What it is for.
    pub target: T,
    /// What it does.
    pub effect: E,
    /// How many times at most; without it, always.
    #[serde(default)]
    pub count: Option<u32>,
    /// How likely each time, from 0 to 1, drawn from the simulator's seed.
    #[serde(default = "always")]
    pub probability: f64,
    /// How many matches it lets pass first.
    #[serde(default)]
    pub skip: u32,
    /// From when on after it was added, in milliseconds of simulated time.
    #[serde(default)]
    pub after_millis: u64,
    /// For how long from then on; without it, for ever.
    #[serde(default)]
    pub for_millis: Option<u64>,
}

fn always() -> f64 {
    1.0
}

impl<T, E> Fault<T, E> {
    /// A fault that strikes every time, until it is removed.
    #[must_use]
    pub fn new(target: T, effect: E) -> Self {
        Self { target, effect, count: None, probability: 1.0, skip: 0, after_millis: 0, for_millis: None }
    }

    /// At most so many times.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// Only this likely each time, from 0 to 1.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// Lets so many matches pass first.
    #[must_use]
    pub fn skipping(mut self, matches: u32) -> Self {
        self.skip = matches;
        self
    }

    /// Begins only after a while.
    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        self.after_millis = millis(time);
        self
    }

    /// Ends after a while.
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Self {
        self.for_millis = Some(millis(time));
        self
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A fault in force, and how often it struck.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ActiveFault<T, E> {
    /// Its name.
    pub id: FaultId,
    /// What was added.
    #[serde(flatten)]
    pub fault: Fault<T, E>,
    /// How many times it struck.
    pub struck: u32,
}
