//! What the JSON API says, both ways: the daemon writes what its [client](crate::client) reads.
//!
//! Times are RFC 3339 in UTC, durations are written as in the configuration (`90s`, `10m`), prices are US dollars an hour.

mod change;
mod error;
mod event;
mod group;
mod history;
mod span;
mod stored;

pub use change::{Accepted, Done, MemberAction, MemberRequest, SetDesired, SetMode, UnknownAction};
pub use error::{ErrorBody, Problem};
pub use event::{Event, Events};
pub use group::Groups;
pub use history::History;
pub use span::Span;
pub use stored::Stored;

pub use scaler_core::state::Outcome;
pub use scaler_core::view::{Activity, MemberStatus, Preview, Status};
