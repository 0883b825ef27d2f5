//! Why something did not happen, by what cures it.

use serde::{Deserialize, Serialize};

/// Why a step did not happen, by what cures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// Time: busy, out of order.
    Transient,
    /// Time: the rate of requests.
    RateLimited,
    /// Another type.
    SoldOut,
    /// A person: a limit of the account, its standing, the token.
    Account,
    /// A person: this request will never be accepted (a bad image, a wrong region).
    Request,
    /// The instance is locked, protected, or not the one that the log means.
    Guarded,
    /// It was never sent: the cloud could not be reached, the actor stopped, or another outcome made it moot.
    NotSent,
}
