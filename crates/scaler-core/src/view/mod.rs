//! What people and programs are shown: serde types, both ways.

mod alert;
mod event;
mod history;
mod preview;
mod shown;
mod status;

pub use alert::HeldAlert;
pub use event::{Event, Moment, What};
pub(crate) use history::HistoryBuilder;
pub use history::{Activity, ActivityStep, Finished};
pub use preview::{PlannedStep, Preview};
pub use shown::Shown;
pub(crate) use status::Live;
pub use status::{MemberStatus, OperationStatus, Status};
