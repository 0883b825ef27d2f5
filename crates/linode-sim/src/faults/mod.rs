//! What can go wrong, dialled in by the library, from a command line, or at run time.

mod parse;
mod request;

use api_sim::{PathPattern, RequestFault};
use serde::{Deserialize, Serialize};

pub(crate) use request::Request;

/// A fault: for which requests, what it does, how often and when.
pub type Fault = api_sim::Fault<Target, Effect>;

/// A fault in force, and how often it struck.
pub type ActiveFault = api_sim::ActiveFault<Target, Effect>;

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
    /// A method (or `*`) and a path without its version, such as `GET /linode/instances/*`.
    Request(PathPattern),
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
    /// 503 with `X-Maintenance-Mode`, which must not be retried.
    Maintenance,
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
    /// What can befall a request of any API.
    #[serde(untagged)]
    Request(RequestFault),
}
