#![doc = include_str!("../README.md")]

mod answer;
#[cfg(feature = "client")]
pub mod client;
mod error;
mod event;
mod request;
mod span;

pub use answer::{
    DesiredAccepted, Done, Forgotten, Groups, HeldAlerts, History, ModeSet, ModesSet, Proof, Stored,
};
pub use error::{ErrorBody, ErrorDetail};
pub use event::{EventPage, NumberedEvent};
pub use request::{ForgetAlerts, MemberAction, MemberRequest, SetDesired, SetMode, UnknownAction};
pub use span::{InvalidSpan, Span};

pub use scaler_core::state::Outcome;
/// What people and programs are shown: the scaler's own types.
pub use scaler_core::view;
