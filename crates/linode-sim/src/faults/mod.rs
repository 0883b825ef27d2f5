//! What can go wrong, dialled in by the library, from a command line, or at run time.

mod parse;
mod table;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use parse::ParseFaultError;
pub(crate) use table::{FaultTable, Request};

/// Names a fault that was added, so that it can be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultId(pub u64);

/// Which requests, or instances, a fault is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// Every request.
    Any,
    /// `POST /linode/instances`.
    Create,
    /// `DELETE /linode/instances/{id}`.
    Delete,
    /// GETs of collections.
    List,
    /// GETs of `/linode/instances`, the collection.
    Instances,
    /// Anything about NodeBalancer nodes.
    Nodes,
    /// Anything about NodeBalancers, their configs and nodes.
    Balancers,
    /// `GET /account/events`.
    Events,
    /// A method (or `*`) and a path without its version, in which `*` stands for anything.
    Request {
        /// The method in capitals, or `*`.
        method: String,
        /// The path, such as `/linode/instances/*`.
        path: String,
    },
    /// Instances as they are created.
    Boot,
    /// Instances as they reach `running`.
    Health,
    /// Changes of node modes.
    Mode,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// Answers this status with an error body, and does nothing.
    Status {
        /// The status code.
        status: u16,
        /// The reason in the error body; a usual one for the status when absent.
        #[serde(default)]
        reason: Option<String>,
        /// `Retry-After` in seconds; real ones were seen to be negative.
        #[serde(default)]
        retry_after: Option<i64>,
    },
    /// A gateway's HTML page with this status.
    Html {
        /// The status code, usually 502 or 503.
        status: u16,
    },
    /// 503 with `X-Maintenance-Mode`, which must not be retried.
    Maintenance,
    /// No answer, and nothing done: for a time, or never.
    Hang {
        /// After this the request is answered as usual; without it, never.
        #[serde(default)]
        millis: Option<u64>,
    },
    /// The connection fails before anything was done.
    Reset,
    /// The request is carried out, then the connection fails.
    Lost,
    /// The request is carried out, then answered with this status, such as 408.
    LostAs {
        /// The status code.
        status: u16,
    },
    /// The request is carried out, and the answer comes only after a time, or never.
    LateAnswer {
        /// Milliseconds of simulated time; without it, never.
        #[serde(default)]
        millis: Option<u64>,
    },
    /// A body that is not what it should be, with status 200.
    Nonsense,
    /// Each page of a list lacks every second item, while `results` counts them all.
    HalfList,
    /// A list without its second half that looks complete.
    ShortList,
    /// A list without items.
    EmptyList,
    /// A filter with tags in it matches everything.
    TagsMatchAll,
    /// A list that shows what was before the writes of this long.
    Lag {
        /// Milliseconds of simulated time.
        millis: u64,
    },
    /// `booting` takes this much longer.
    SlowBoot {
        /// Milliseconds of simulated time.
        millis: u64,
    },
    /// The instance never leaves `booting`.
    NeverBoots,
    /// The instance runs, but its service never answers.
    NeverHealthy,
    /// The instance's service stops answering a while after it reached `running`.
    TurnsUnhealthy {
        /// Milliseconds of simulated time.
        millis: u64,
    },
    /// The type can't be had.
    SoldOut {
        /// The type, such as `g6-standard-2`; all when absent.
        #[serde(default)]
        plan: Option<String>,
    },
    /// The account may have no more.
    AccountLimit,
    /// A change of mode takes this long to be acted on.
    ModeDelay {
        /// Milliseconds of simulated time.
        millis: u64,
    },
}

/// A fault: for which requests, what it does, how often and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fault {
    /// Which requests or instances it is for.
    pub target: Target,
    /// What it does to them.
    pub effect: Effect,
    /// How many times at most; without it, always.
    #[serde(default)]
    pub count: Option<u32>,
    /// How likely each time, from 0 to 1, drawn from the simulator's seed.
    #[serde(default = "always")]
    pub probability: f64,
    /// How many matching requests it lets pass first.
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

impl Fault {
    /// A fault that strikes every time, until it is removed.
    #[must_use]
    pub fn new(target: Target, effect: Effect) -> Self {
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

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn skipping(mut self, requests: u32) -> Self {
        self.skip = requests;
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

/// A fault in force, as [`Faults::list`](crate::Faults::list) shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ActiveFault {
    /// Its name.
    pub id: FaultId,
    /// What was added.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many times it struck.
    pub struck: u32,
}
