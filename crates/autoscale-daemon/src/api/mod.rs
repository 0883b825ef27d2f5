//! What the JSON API says, both ways: the daemon writes what its [client](crate::client) reads.
//!
//! Times are RFC 3339 in UTC, durations are written as in the configuration (`90s`, `10m`), prices are US dollars an hour.

mod change;
mod error;
mod event;
mod group;
mod history;
mod plan;
mod span;
mod stored;

pub use change::{Accepted, Done, Ending, MemberAction, MemberRequest, SetDesired, SetMode, UnknownAction};
pub use error::{ErrorBody, Problem};
pub use event::{Event, Events};
pub use group::{GroupStatus, Groups, Member, Operation, Waiting};
pub use history::{Activity, Ended, History, Step};
pub use plan::{Plan, PlannedStep};
pub use span::Span;
pub use stored::Stored;
