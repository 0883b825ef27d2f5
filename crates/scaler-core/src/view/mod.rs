//! What people and programs are shown: serde types, both ways.

mod event;
mod history;
mod status;

pub use event::{Event, Moment, Waiting, What};
pub(crate) use history::HistoryBuilder;
pub use history::{Activity, ActivityEnd, ActivityStep};
pub use status::{MemberStatus, OperationStatus, Status};
